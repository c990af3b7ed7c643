import { lendCredentials } from "@penstock/local";
import { openQueue } from "@penstock/operator";
import { operating } from "../output/operating.ts";
import { formatTable } from "../output/table.ts";

export interface QueueStatOptions {
  readonly queue: string;
  readonly deadLetters: string;
  readonly json?: true;
}

/** Prints the figures of both queues. @throws {CommandError} */
export function runStat({ queue, deadLetters, json }: QueueStatOptions): Promise<void> {
  return operating(async () => {
    lendCredentials(queue);
    const urls = { queue, deadLetters };
    const figures = await Promise.all(
      Object.entries(urls).map(async ([name, url]) => {
        const { visible, inFlight, delayed } = await openQueue(url).figures();
        return { name, url, visible, inFlight, delayed };
      }),
    );
    if (json) {
      process.stdout.write(`${JSON.stringify(Object.fromEntries(figures.map(({ name, ...rest }) => [name, rest])))}\n`);
      return;
    }
    const rows = figures.map((one) => [one.visible, one.inFlight, one.delayed, one.url].map(String));
    process.stdout.write(formatTable(["WAITING", "IN FLIGHT", "DELAYED", "QUEUE"], rows));
  });
}
