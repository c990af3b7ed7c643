import { Command } from "commander";
import { durationOption, httpUrl } from "../arguments.ts";
import { DEFAULT_RECEIVER_PORT } from "../ports.ts";

export function queryCommand(): Command {
  return new Command("query")
    .description("Read raw samples back from a receiver.")
    .argument("<selector>", 'a series selector: up, or up{job="api",instance=~"a.*"}')
    .option("--receiver <url>", "the receiver", httpUrl, `http://127.0.0.1:${DEFAULT_RECEIVER_PORT}/`)
    .option("--query <url>", "where it is queried, when its own URL does not say", httpUrl)
    .addOption(durationOption("--since <duration>", "how far back", "1h"))
    .option("--json", "one JSON object per series")
    .action(async (selector: string, options) => (await import("./run.ts")).runQuery(selector, options));
}
