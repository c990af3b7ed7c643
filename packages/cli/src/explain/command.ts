import { KINDS, LATES } from "@penstock/model";
import { Command, Option } from "commander";
import { positive } from "../arguments.ts";
import { STDIN_BY_DEFAULT } from "../output/input.ts";
import { anyReceiverOption, queryOption } from "../output/places.ts";

const EXAMPLES = `
With a receiver it looks which lanes are free, and says what would be refused
for want of one. Writes nothing. Exit code 1 when something would be refused.

Examples:
  penstock explain 'orders_total{country="is"} 1'
  penstock explain 'orders_total 1' --receiver http://127.0.0.1:9095/
  pbpaste | penstock explain --json             a message's body from anywhere`;

export function explainCommand(): Command {
  return new Command("explain")
    .description("Say what the consumer would do with a message or a sample: refused or not, group, lane.")
    .argument("[text]", `a message, a series as JSON, or a sample in the text format; ${STDIN_BY_DEFAULT}`)
    .addOption(anyReceiverOption())
    .addOption(queryOption())
    .addOption(new Option("--kind <kind>", "what a sample means that is no message yet").choices(KINDS))
    .addOption(new Option("--late <late>", "what becomes of it when it is too old").choices(LATES))
    .option("--groups <number>", "message groups of the senders, when it is not 64", positive)
    .option("--json", "JSON instead of text")
    .addHelpText("after", EXAMPLES)
    .action(async (text: string | undefined, options) => (await import("./run.ts")).runExplain(text, options));
}
