import { show } from "@penstock/model";
import { type LabelRules, type RequestLabels, requestLabels } from "./labels.ts";

/** What Penstock reads of one request in a log. */
export interface LogRequest {
  /** The second in which CloudFront finished the response, in milliseconds since the epoch. */
  readonly timestampMs: number;
  readonly labels: RequestLabels;
  /** From the request's first byte to the response's last; undefined when the log does not say. */
  readonly seconds: number | undefined;
}

/** What a line holds in each of its columns; undefined for `-` and for columns that the log does not have. */
export type Cells = (column: string) => string | undefined;

/** One of these groups of columns says when; standard logging v2 lets its owner choose the columns. */
const TIME_COLUMNS: readonly (readonly string[])[] = [["date", "time"], ["timestamp(ms)"], ["timestamp"]];

/** The columns without which nothing can be counted: a sentence's end that names those missing, undefined when none is. */
export function missingColumns(has: (column: string) => boolean): string | undefined {
  if (!has("sc-status")) return "`sc-status`";
  if (TIME_COLUMNS.some((columns) => columns.every(has))) return undefined;
  return "`date` and `time`, `timestamp(ms)` or `timestamp`";
}

/** One line of a log as a request, or a sentence why it is none. Columns: CloudFront Developer Guide, "Standard logs". */
export function parseRequest(cells: Cells, rules: LabelRules, file: string): LogRequest | string {
  const timestampMs = parseTime(cells);
  if (typeof timestampMs === "string") return timestampMs;
  const statusCode = cells("sc-status");
  if (statusCode === undefined || !/^\d{3}$/.test(statusCode)) {
    return `Expected \`sc-status\` to be three digits, got ${show(statusCode)}`;
  }
  const taken = cells("time-taken");
  if (taken !== undefined && !/^\d{1,9}(\.\d{1,9})?$/.test(taken)) {
    return `Expected \`time-taken\` to be seconds like 0.208, got ${show(taken)}`;
  }
  return {
    timestampMs,
    labels: requestLabels(cells, rules, file),
    seconds: taken === undefined ? undefined : Number(taken),
  };
}

/** UTC, as all times in a log, in whole seconds: the requests of one series in one second are one sample. */
function parseTime(cells: Cells): number | string {
  const milliseconds = cells("timestamp(ms)");
  const seconds = cells("timestamp");
  const hasDate = cells("date") !== undefined || cells("time") !== undefined;
  if (hasDate || (milliseconds === undefined && seconds === undefined)) {
    return parseDate(cells("date"), cells("time"));
  }
  if (milliseconds !== undefined) {
    if (/^\d{13}$/.test(milliseconds)) return Math.floor(Number(milliseconds) / 1_000) * 1_000;
    return `Expected \`timestamp(ms)\` to be milliseconds like 1431857136208, got ${show(milliseconds)}`;
  }
  if (/^\d{10}(\.\d{1,9})?$/.test(seconds!)) return Math.floor(Number(seconds)) * 1_000;
  return `Expected \`timestamp\` to be seconds like 1431857136, got ${show(seconds)}`;
}

function parseDate(date: string | undefined, time: string | undefined): number | string {
  const expected = `Expected \`date\` and \`time\` like 2015-05-17 and 10:05:36, got ${show(date)} and ${show(time)}`;
  if (!/^\d{4}-\d\d-\d\d$/.test(date ?? "") || !/^\d\d:\d\d:\d\d$/.test(time ?? "")) return expected;
  const parsed = new Date(`${date}T${time}Z`);
  // Date reads the 31st of February as the 3rd of March, and 24:00 as the next day.
  const isSame = !Number.isNaN(parsed.getTime()) && parsed.toISOString() === `${date}T${time}.000Z`;
  return isSame ? parsed.getTime() : expected;
}
