import { KINDS, LATES } from "@penstock/model";
import { Command, Option } from "commander";
import { httpUrl } from "../arguments.ts";
import { DEFAULT_QUEUE_PORT } from "../ports.ts";

export function sendCommand(): Command {
  const example = `http://127.0.0.1:${DEFAULT_QUEUE_PORT}/000000000000/penstock.fifo`;
  return new Command("send")
    .description("Send samples to a queue: JSON lines, or the Prometheus text format.")
    .argument("[file]", "where the samples are; standard input by default")
    .requiredOption("--queue <url>", `the queue, such as ${example}`, httpUrl)
    .addOption(new Option("--kind <kind>", "what the samples mean").choices(KINDS).default("delta"))
    .addOption(new Option("--late <late>", "what becomes of samples that are too old").choices(LATES).default("reject"))
    .action(async (file: string | undefined, options) => (await import("./run.ts")).runSend(file, options));
}
