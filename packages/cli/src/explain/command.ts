import { KINDS, LATES } from "@penstock/model";
import { Command, Option } from "commander";
import { queryOption, receiverOption } from "../output/places.ts";

const EXAMPLES = `
Examples:
  penstock explain 'orders_total{country="is"} 1'           where would it go
  penstock explain '{"v":1,"series":[…]}' --receiver URL    and which lane is free
  pbpaste | penstock explain                                a message's body from anywhere`;

export function explainCommand(): Command {
  return new Command("explain")
    .description("Say what the consumer would do with a message or a sample: refused or not, group, lane.")
    .argument("[text]", "a message, a series as JSON, or a sample in the text format; standard input by default")
    .addOption(receiverOption())
    .addOption(queryOption())
    .addOption(new Option("--kind <kind>", "what a sample means that is no message yet").choices(KINDS))
    .addOption(new Option("--late <late>", "what becomes of it when it is too old").choices(LATES))
    .option("--groups <number>", "message groups of the senders, when it is not 64", Number)
    .option("--json", "JSON instead of text")
    .addHelpText("after", EXAMPLES)
    .action(async (text: string | undefined, options) => (await import("./run.ts")).runExplain(text, options));
}
