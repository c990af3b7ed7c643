import { KINDS, LATES } from "@penstock/model";
import { Command, Option } from "commander";
import { httpUrl } from "../arguments.ts";
import { STDIN_BY_DEFAULT } from "../output/input.ts";
import { DEFAULT_QUEUE_PORT } from "../ports.ts";

const LOCAL_QUEUE = `http://127.0.0.1:${DEFAULT_QUEUE_PORT}/000000000000/penstock.fifo`;

const EXAMPLES = `
A line that is refused is named, and the rest is sent: exit code 1.

Examples:
  echo 'orders_total{country="is"} 1' | penstock send --queue ${LOCAL_QUEUE}
  penstock send samples.jsonl --kind gauge      to the queue in PENSTOCK_QUEUE_URL`;

export function sendCommand(): Command {
  return new Command("send")
    .description("Send samples to a queue: JSON lines, or the Prometheus text format.")
    .argument("[file]", `where the samples are; ${STDIN_BY_DEFAULT}`)
    .addOption(
      new Option("--queue <url>", `the queue, such as ${LOCAL_QUEUE}`)
        .env("PENSTOCK_QUEUE_URL")
        .argParser(httpUrl)
        .makeOptionMandatory(),
    )
    .addOption(new Option("--kind <kind>", "what the samples mean").choices(KINDS).default("delta"))
    .addOption(new Option("--late <late>", "what becomes of samples that are too old").choices(LATES).default("reject"))
    .addHelpText("after", EXAMPLES)
    .action(async (file: string | undefined, options) => (await import("./run.ts")).runSend(file, options));
}
