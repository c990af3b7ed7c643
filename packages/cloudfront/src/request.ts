import { show } from "@penstock/model";
import { hostLabel, methodLabel } from "./labels.ts";

/** What Penstock reads of one request in a log. */
export interface LogRequest {
  /** The second in which CloudFront finished the response, in milliseconds since the epoch. */
  readonly timestampMs: number;
  /** Three digits; `000` where the viewer had gone before there was an answer. */
  readonly statusCode: string;
  /** Empty when the log does not say. */
  readonly method: string;
  /** Empty when the log does not say. */
  readonly host: string;
  /** From the request's first byte to the response's last; undefined when the log does not say. */
  readonly seconds: number | undefined;
}

/** What a line holds in each of its columns; undefined for `-` and for columns that the log does not have. */
export type Cells = (column: string) => string | undefined;

/** One line of a log as a request, or a sentence why it is none. Columns: CloudFront Developer Guide, "Standard logs". */
export function parseRequest(cells: Cells): LogRequest | string {
  const timestampMs = parseTime(cells("date"), cells("time"));
  if (timestampMs === undefined) {
    const got = `${show(cells("date"))} and ${show(cells("time"))}`;
    return `Expected \`date\` and \`time\` like 2015-05-17 and 10:05:36, got ${got}`;
  }
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
    statusCode,
    method: methodLabel(cells("cs-method")),
    host: hostLabel(cells("x-host-header") ?? cells("cs(Host)")),
    seconds: taken === undefined ? undefined : Number(taken),
  };
}

/** UTC, as all times in a log. */
function parseTime(date = "", time = ""): number | undefined {
  if (!/^\d{4}-\d\d-\d\d$/.test(date) || !/^\d\d:\d\d:\d\d$/.test(time)) return undefined;
  const parsed = new Date(`${date}T${time}Z`);
  // Date reads the 31st of February as the 3rd of March, and 24:00 as the next day.
  const isSame = !Number.isNaN(parsed.getTime()) && parsed.toISOString() === `${date}T${time}.000Z`;
  return isSame ? parsed.getTime() : undefined;
}
