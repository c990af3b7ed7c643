import type { FlushResult, Producer, Refusal } from "@penstock/producer";
import { type FileSeries, fileSendOptions } from "./file.ts";

/** What became of a run. */
export interface RunResult {
  readonly flush: FlushResult;
  /** What the producer did not take, by file. */
  readonly refused: ReadonlyMap<FileSeries, readonly Refusal[]>;
}

/**
 * Sends the samples of many files as one run, in time order, and waits until the queue has them.
 *
 * A message holds samples of one file, so that its id is the file's name and a position, whoever else is in the run: a
 * file that is announced again, with other files, is known by its receipts. What makes a run of it is the order. A
 * consumer takes up to ten messages of a group at a time and sorts their samples; with few groups these are the samples of
 * ten files, and the next ten begin where these began or later. So a series needs as many lanes as tens of files
 * overlap, not as many as files.
 */
export async function sendRun(files: readonly FileSeries[], producer: Producer): Promise<RunResult> {
  const refused = new Map<FileSeries, readonly Refusal[]>();
  for (const file of inTimeOrder(files)) {
    const result = await producer.send(file.series, fileSendOptions(file.name));
    if (result.refused.length > 0) refused.set(file, result.refused);
  }
  return { flush: await producer.flush(), refused };
}

/** By the oldest sample; files that begin together by name, so that the order is the same each time. */
function inTimeOrder(files: readonly FileSeries[]): FileSeries[] {
  const oldest = new Map(files.map((file) => [file, oldestMs(file)]));
  return files.toSorted((a, b) => oldest.get(a)! - oldest.get(b)! || (a.name < b.name ? -1 : 1));
}

function oldestMs({ series }: FileSeries): number {
  return series.reduce((oldest, { timestamps }) => Math.min(oldest, timestamps[0]!), Number.MAX_SAFE_INTEGER);
}
