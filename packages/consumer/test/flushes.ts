import type { Flush, QueueRecord, Report, Settlement } from "@penstock/flusher";
import type { Log } from "../src/log.ts";

/** A report of nothing. */
export const NO_REPORT: Report = {
  records: 0,
  received: 0,
  stored: 0,
  rejected: {},
  duplicate: 0,
  returned: 0,
  laneMoves: 0,
  restamped: 0,
  highestLane: 0,
  receiptsMissing: 0,
  blind: 0,
  requests: [],
  looks: [],
  oldestStoredAgeMs: 0,
  warnings: [],
};

/** A flush that returns the records with these ids, one sample each, and stores the others. */
export function flushReturning(ids: readonly string[], report: Partial<Report> = {}) {
  return async (records: readonly QueueRecord[]): Promise<Flush> => {
    const settlements = records.map(
      ({ messageId }): Settlement =>
        ids.includes(messageId) ? { status: "returned", why: `${messageId} waits` } : { status: "fulfilled" },
    );
    const returned = settlements.filter(({ status }) => status === "returned").length;
    const counts = { records: records.length, received: records.length, stored: records.length - returned, returned };
    return { settlements, report: { ...NO_REPORT, ...counts, ...report } };
  };
}

export interface LogLine {
  readonly level: keyof Log;
  readonly message: string;
  readonly fields: Record<string, unknown>;
}

/** A log that remembers. */
export function listLog(): Log & { readonly lines: LogLine[] } {
  const lines: LogLine[] = [];
  const at = (level: keyof Log) => (message: string, fields: Record<string, unknown>) => {
    lines.push({ level, message, fields });
  };
  return { lines, debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}
