import type { FlusherOptions } from "./options.ts";
import type { Ports, QueueRecord, Settlement } from "./ports.ts";
import type { Report } from "./report.ts";

export interface Flush {
  /** One for each record, in the records' order. */
  readonly settlements: readonly Settlement[];
  readonly report: Report;
}

/**
 * Takes one batch of records through decode → look → place → write → judge → settle.
 *
 * @param records at most one SQS batch, in the order of delivery
 * @param deadlineMs the earlier of the invocation's end and the end of the records' visibility (epoch milliseconds)
 * Never rejects: what could not be done is returned to the queue.
 */
export async function flush(
  records: readonly QueueRecord[],
  deadlineMs: number,
  ports: Ports,
  options: Partial<FlusherOptions> = {},
): Promise<Flush> {
  throw new Error(`not built yet: ${records.length} ${deadlineMs} ${Object.keys(ports)} ${Object.keys(options)}`);
}
