import type { MessageSeries } from "@penstock/model";
import type { Producer, SendOptions, SendResult } from "@penstock/producer";
import { type Line, LineSplitter } from "./lines.ts";
import { LogReader, type Skip } from "./log.ts";
import { RequestSeries } from "./series.ts";
import { MAX_LOG_BYTES, unpack } from "./unpack.ts";

/** One log file as delta samples. */
export interface FileSeries {
  readonly series: readonly MessageSeries[];
  /** Requests in the file, all of them counted in the series. */
  readonly requests: number;
  /** Lines that should have been requests and were not. */
  readonly skippedLines: number;
  /** The first hundred of them. */
  readonly skipped: readonly Skip[];
}

/**
 * Reads one CloudFront standard log file: `response_status_code_total{status_code,method,host}` and the histogram
 * `response_duration_seconds{host}`, as deltas at each request's own second. A line that is no request is skipped and
 * told. A file that is cut off or no log is an error, and nothing of it counts: under the file's id a half would pass
 * for the whole.
 *
 * @param bytes of the file, gzip or plain
 * @param name of the file, for errors
 * @throws LogFileError (rejects)
 */
export async function fileSeries(bytes: Uint8Array, name: string): Promise<FileSeries> {
  const splitter = new LineSplitter();
  const reader = new LogReader(name);
  const series = new RequestSeries();
  let requests = 0;
  const take = (lines: Iterable<Line>): void => {
    for (const line of lines) {
      const request = reader.take(line);
      if (!request) continue;
      series.add(request);
      requests++;
    }
  };
  for await (const piece of unpack(bytes, name, MAX_LOG_BYTES)) take(splitter.push(piece));
  take(splitter.end());
  reader.end();
  return { series: series.finish(), requests, skippedLines: reader.skippedLines, skipped: reader.skips };
}

/**
 * How the samples of a file are sent: in the file's own name, so that a file that is announced twice counts once, and
 * counted even when CloudFront delivers it hours late.
 */
export function fileSendOptions(name: string): Required<SendOptions> {
  return { id: name, writer: name, kind: "delta", late: "restamp" };
}

/**
 * Reads one log file and hands its samples to a producer.
 *
 * @throws LogFileError (rejects); trouble with the queue is in the result, and in the producer's flush
 */
export async function sendFile(
  producer: Producer,
  bytes: Uint8Array,
  name: string,
): Promise<{ readonly file: FileSeries; readonly result: SendResult }> {
  const file = await fileSeries(bytes, name);
  return { file, result: await producer.send(file.series, fileSendOptions(name)) };
}
