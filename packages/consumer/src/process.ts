import {
  type Flush,
  type FlusherOptions,
  flush as flushRecords,
  type Ports,
  type QueueRecord,
  type Report,
  type Settlement,
} from "@penstock/flusher";
import { cut } from "@penstock/model";
import type { Log } from "./log.ts";
import { isReadable, type Unreadable } from "./records.ts";

/** Refusals of one flush that its log line quotes. */
const MAX_LOGGED_REFUSALS = 3;
const MAX_LOGGED_DETAIL = 300;

export interface ProcessOptions {
  readonly ports: Ports;
  readonly flusher?: Partial<FlusherOptions> | undefined;
  readonly log: Log;
  /** Hears of every flush; what it throws is logged and changes nothing. */
  readonly onReport: (report: Report) => void;
  readonly flush?: typeof flushRecords | undefined;
}

/**
 * Takes one batch through a flush and says what came of it: one settlement for each record, in the records' order. Never
 * rejects: when the flush cannot be done, all records are returned to the queue.
 *
 * @param records at most one SQS batch, in the order of delivery
 * @param deadlineMs the earlier of the invocation's end and the lock's, epoch milliseconds
 */
export type ProcessBatch = (
  records: readonly (QueueRecord | Unreadable)[],
  deadlineMs: number,
) => Promise<readonly Settlement[]>;

/** What the Lambda handler and the worker share. Nothing of one batch is kept for the next. */
export function createProcess({ ports, flusher, log, onReport, flush = flushRecords }: ProcessOptions): ProcessBatch {
  return async (records, deadlineMs) => {
    const { settlements, report } = await flushAll(
      records,
      (readable) => flush(readable, deadlineMs, ports, flusher),
      log,
    );
    logFlush(records, settlements, report, log);
    try {
      onReport(report);
    } catch (error) {
      log.error("The metrics of a flush could not be reported", { error });
    }
    return settlements;
  };
}

async function flushAll(
  records: readonly (QueueRecord | Unreadable)[],
  flush: (records: readonly QueueRecord[]) => Promise<Flush>,
  log: Log,
): Promise<Flush> {
  // One queue and one receive: what one message lacks they all lack, and no sender can mend it.
  const unreadable = records.find((record): record is Unreadable => !isReadable(record));
  if (unreadable !== undefined) return returnAll(records.length, unreadable.unreadable);
  try {
    return await flush(records.filter(isReadable));
  } catch (error) {
    log.error("A flush failed, so its batch goes back to the queue", { error });
    return returnAll(records.length, `The flush failed: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** A flush that did nothing. Its messages were not read, so each counts as one sample. */
function returnAll(records: number, why: string): Flush {
  return {
    settlements: Array.from({ length: records }, () => ({ status: "returned", why })),
    report: {
      records,
      received: records,
      stored: 0,
      rejected: {},
      duplicate: 0,
      returned: records,
      laneMoves: 0,
      restamped: 0,
      highestLane: 0,
      receiptsMissing: 0,
      blind: 0,
      requests: [],
      looks: [],
      oldestStoredAgeMs: 0,
      warnings: [why],
    },
  };
}

/** One line for a flush, and one for each of its warnings. A flush that simply stored everything is worth a debug line. */
function logFlush(
  records: readonly (QueueRecord | Unreadable)[],
  settlements: readonly Settlement[],
  report: Report,
  log: Log,
): void {
  const { requests, looks, warnings, ...counts } = report;
  for (const warning of warnings) log.warn(warning, {});
  const refusals = requests.filter(({ status }) => status === undefined || status >= 300);
  const returned = settlements.flatMap((settlement, i) =>
    settlement.status === "returned" ? [{ ...nameOf(records[i]!), why: settlement.why }] : [],
  );
  const plain = returned.length === 0 && refusals.length === 0 && counts.stored === counts.received;
  log[plain ? "debug" : "info"]("Flushed a batch", {
    ...counts,
    requests: requests.length,
    looks: looks.length,
    ...(refusals.length > 0 && { refusals: refusals.slice(0, MAX_LOGGED_REFUSALS).map(quote) }),
    ...(returned.length > 0 && { returnedMessages: returned }),
  });
}

function quote({ status, detail }: Report["requests"][number]): object {
  return { status, detail: cut(detail, MAX_LOGGED_DETAIL) };
}

/** What tells a message in a log line, which is not its body. */
function nameOf(record: QueueRecord | Unreadable): object {
  const { messageId } = record;
  return isReadable(record) ? { messageId, group: record.group, receiveCount: record.receiveCount } : { messageId };
}
