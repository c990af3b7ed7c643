import { Command } from "commander";
import { queryOption, receiverOption, sinceOption } from "../output/places.ts";

const EXAMPLES = `
Examples:
  penstock query orders_total
  penstock query '{job="api",__name__=~"http_.*"}' --since 10m --json`;

export function queryCommand(): Command {
  return new Command("query")
    .description("Read raw samples back from a receiver, each lane as a series of its own.")
    .argument("<selector>", 'a series selector: up, or up{job="api",instance=~"a.*"}')
    .addOption(receiverOption())
    .addOption(queryOption())
    .addOption(sinceOption())
    .option("--json", "one JSON object per series")
    .addHelpText("after", EXAMPLES)
    .action(async (selector: string, options) => (await import("./run.ts")).runQuery(selector, options));
}
