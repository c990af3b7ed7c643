import { Command, InvalidArgumentError } from "commander";
import { durationMs, httpUrl, port } from "../arguments.ts";
import { DEFAULT_CONSOLE_PORT, DEFAULT_DOORS_PORT, DEFAULT_QUEUE_PORT, DEFAULT_RECEIVER_PORT } from "../ports.ts";

/** setTimeout's longest, 24.8 days; a longer one ends at once. */
const MAX_RUN_MS: number = 24 * 24 * 60 * 60_000;

export function devCommand(): Command {
  return new Command("dev")
    .description(
      "Run the whole pipeline on this machine, with its doors and its console, fed with the machine's own metrics.",
    )
    .option("--for <duration>", "run that long, drain the queue, print the account and exit", runTimeMs)
    .option("--receiver <url>", "a real receiver instead of the local one", httpUrl)
    .option("--query <url>", "where the real receiver is queried, when its URL does not say", httpUrl)
    .option("--queue-port <port>", "port of the queue; 0 is any free one", port, DEFAULT_QUEUE_PORT)
    .option("--receiver-port <port>", "port of the local receiver; 0 is any free one", port, DEFAULT_RECEIVER_PORT)
    .option("--doors-port <port>", "port of the intake's doors; 0 is any free one", port, DEFAULT_DOORS_PORT)
    .option("--console-port <port>", "port of the console; 0 is any free one", port, DEFAULT_CONSOLE_PORT)
    .action(async (options) => (await import("./run.ts")).runDev(options));
}

function runTimeMs(text: string): number {
  const ms = durationMs(text);
  if (ms <= MAX_RUN_MS) return ms;
  throw new InvalidArgumentError("Expected at most 24d; without it, it runs until Ctrl-C.");
}
