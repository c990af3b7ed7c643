import { Command } from "commander";
import { durationMs, httpUrl } from "../arguments.ts";
import { DEFAULT_RECEIVER_PORT } from "../ports.ts";

const HOUR_MS = 60 * 60_000;

export function queryCommand(): Command {
  return new Command("query")
    .description("Read raw samples back from a receiver.")
    .argument("<selector>", 'a series selector: up, or up{job="api",instance=~"a.*"}')
    .option("--receiver <url>", "the receiver", httpUrl, `http://127.0.0.1:${DEFAULT_RECEIVER_PORT}/`)
    .option("--query <url>", "where it is queried, when its own URL does not say", httpUrl)
    .option("--since <duration>", "how far back (default: 1h)", durationMs, HOUR_MS)
    .option("--json", "one JSON object per series")
    .action(async (selector: string, options) => (await import("./run.ts")).runQuery(selector, options));
}
