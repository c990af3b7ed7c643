import { lendCredentials } from "@penstock/local";
import type { Kind, Late } from "@penstock/model";
import { createProducer, type Producer } from "@penstock/producer";
import { asUsage, CommandError, EXIT } from "../exit.ts";
import { readLines } from "../output/input.ts";
import { count } from "../output/words.ts";
import { parseLine } from "./line.ts";

export interface SendOptions {
  readonly queue: string;
  readonly kind: Kind;
  readonly late: Late;
}

/** Sends every line, names those that are refused, and prints the account. @throws {CommandError} */
export async function runSend(file: string | undefined, { queue, kind, late }: SendOptions): Promise<void> {
  lendCredentials(queue);
  let trouble = "";
  const producer = asUsage(() =>
    createProducer({
      queueUrl: queue,
      kind,
      late,
      // Refusals are named with their lines below.
      onError: ({ fate, message }) => {
        if (fate !== "refused") trouble = message;
      },
    }),
  );
  const refused = await sendLines(file, producer);
  const { unsent, lost } = await producer.close();
  const { sent, messages } = producer.stats;
  process.stdout.write(`Sent ${count(sent, "sample")} in ${count(messages, "message")}; refused ${refused}.\n`);
  const missing = unsent + lost;
  if (missing > 0) throw new CommandError(EXIT.remote, `${missing} samples did not reach the queue. ${trouble}`);
  if (refused > 0) process.exitCode = EXIT.findings;
}

/** Resolves with the number of samples refused. A line that cannot be read counts as one. */
async function sendLines(file: string | undefined, producer: Producer): Promise<number> {
  let number = 0;
  let refused = 0;
  const complain = (samples: number, detail: string): void => {
    refused += samples;
    process.stderr.write(`Line ${number}: ${detail}\n`);
  };
  for await (const line of readLines(file)) {
    number++;
    try {
      const series = parseLine(line);
      if (series === undefined) continue;
      const result = await producer.send(series);
      for (const { samples, reason, detail } of result.refused) complain(samples, `${reason}: ${detail}`);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      complain(1, error.message);
    }
  }
  return refused;
}
