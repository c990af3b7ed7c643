import { createHash } from "node:crypto";
import { fnv1a32, type MessageSeries } from "@penstock/model";
import type { SendOptions } from "@penstock/producer";
import { LogFileError } from "./error.ts";
import { DEFAULT_LABEL_RULES, type LabelRules } from "./labels.ts";
import { type Limited, ValueLimit } from "./limit.ts";
import { type Line, LineSplitter } from "./lines.ts";
import { LogReader, type Skip } from "./log-reader.ts";
import { RequestSeries } from "./series.ts";
import { MAX_LOG_BYTES, unpack } from "./unpack.ts";

/** One log file as delta samples. */
export interface FileSeries {
  readonly name: string;
  readonly series: readonly MessageSeries[];
  /** Requests in the file, all of them counted in the series. */
  readonly requests: number;
  /** Lines that should have been requests and were not. */
  readonly skippedLines: number;
  /** The first hundred of them. */
  readonly skipped: readonly Skip[];
  /** Labels that had too many values. */
  readonly limited: readonly Limited[];
}

/** What one file holds in memory while it is read. An hour of a busy site with thirty series is a fifth of it. */
export const MAX_FILE_SAMPLES = 500_000;

/**
 * Reads one CloudFront standard log file, v1 or v2, W3C or JSON: `response_status_code_total` and the histogram
 * `response_duration_seconds`, as deltas in each request's own second. A line that is no request is skipped and told. A
 * file that is cut off or no log is an error, and nothing of it counts: under the file's id a half would pass for the whole.
 *
 * The log knows seconds; a file's samples stand at a millisecond of the second that its name gives. So the samples that
 * two files have of one series in one second are not in one another's way, and share a lane.
 *
 * @param bytes of the file, gzip or plain
 * @param name of the file, the same whenever it is read
 * @throws LogFileError (rejects)
 */
export async function fileSeries(
  bytes: Uint8Array,
  name: string,
  rules: LabelRules = DEFAULT_LABEL_RULES,
): Promise<FileSeries> {
  const splitter = new LineSplitter();
  const reader = new LogReader(name, rules);
  const limit = new ValueLimit(rules.maxLabelValues);
  const series = new RequestSeries(rules, fnv1a32(name) % 1_000);
  let requests = 0;
  const take = (lines: Iterable<Line>): void => {
    for (const line of lines) {
      const request = reader.take(line);
      if (!request) continue;
      series.add({ ...request, labels: limit.apply(request.labels) });
      requests++;
      if (series.samples > MAX_FILE_SAMPLES) {
        throw new LogFileError(name, `Expected at most ${MAX_FILE_SAMPLES} samples, got more: use fewer labels`);
      }
    }
  };
  for await (const piece of unpack(bytes, name, MAX_LOG_BYTES)) take(splitter.push(piece));
  take(splitter.end());
  reader.end();
  const { skippedLines, skips: skipped } = reader;
  return { name, series: series.finish(), requests, skippedLines, skipped, limited: limit.limited };
}

/** Leaves room for what the producer adds to an id, and shows whole keys as CloudFront makes them. */
const MAX_NAME_LENGTH = 400;

/**
 * How the samples of a file are sent: in the file's own name, so that a file that is announced twice counts once, in
 * whatever company it comes the second time, and counted even when CloudFront delivers it hours late.
 */
export function fileSendOptions(name: string): Required<SendOptions> {
  const id = name.length <= MAX_NAME_LENGTH && name.isWellFormed() ? name : shorten(name);
  return { id, writer: id, kind: "delta", late: "restamp" };
}

/** A digest of the whole, behind as much of the end as tells an operator which file it is. */
function shorten(name: string): string {
  const digest = createHash("sha256").update(name).digest("hex");
  return `${digest} …${name.slice(-200).toWellFormed()}`;
}
