import type { Ports, QueueRecord, Report } from "@penstock/flusher";
import { systemClock } from "@penstock/model";
import fc from "fast-check";
import { expect, test } from "vitest";
import { flushReturning, listLog, type NO_REPORT } from "../test/flushes.ts";
import { createProcess, type ProcessOptions } from "./process.ts";
import type { Unreadable } from "./records.ts";

const PORTS: Ports = {
  receiver: { write: () => Promise.reject(new Error("not asked")), read: undefined },
  deadLetters: { send: () => Promise.reject(new Error("not asked")) },
  clock: systemClock,
};
const BODY = '{"v":1,"series":["a body is nobody\'s business"]}';

const record = (messageId: string): QueueRecord => ({
  messageId,
  body: BODY,
  group: "g1",
  deduplicationId: messageId,
  sentAtMs: 1_795_475_070_000,
  receiveCount: 1,
});

function processor(options: Partial<ProcessOptions>) {
  const log = listLog();
  const reports: Report[] = [];
  const onReport = (report: Report): void => void reports.push(report);
  return { process: createProcess({ ports: PORTS, log, onReport, ...options }), log, reports };
}

test("every record is settled at its own place, and the books balance, whatever the flush does", async () => {
  const batch = fc.uniqueArray(
    fc.record({ id: fc.uuid(), does: fc.constantFrom("stored", "returned", "unreadable") }),
    {
      selector: ({ id }) => id,
      maxLength: 10,
    },
  );
  await fc.assert(
    fc.asyncProperty(batch, fc.boolean(), async (drawn, throws) => {
      const returned = drawn.filter(({ does }) => does === "returned").map(({ id }) => id);
      const flush = throws ? () => Promise.reject(new Error("bug")) : flushReturning(returned);
      const { process, reports, log } = processor({ flush });
      const records = drawn.map(({ id, does }): QueueRecord | Unreadable =>
        does === "unreadable" ? { messageId: id, unreadable: "Expected a group, got none" } : record(id),
      );
      const settlements = await process(records, 0);
      const nothingDone = throws || drawn.some(({ does }) => does === "unreadable");
      const expected = drawn.map(({ id }) => (nothingDone || returned.includes(id) ? "returned" : "fulfilled"));
      expect(settlements.map(({ status }) => status)).toEqual(expected);
      expect(reports).toHaveLength(1);
      const report: typeof NO_REPORT = reports[0]!;
      expect(report.received).toBe(report.stored + report.duplicate + report.returned);
      expect(report.returned).toBe(expected.filter((status) => status === "returned").length);
      expect(JSON.stringify(log.lines)).not.toContain("nobody");
    }),
  );
});

test("says which messages go back, why, and what the receiver said", async () => {
  const request = { atMs: 0, durationMs: 5, series: 1, samples: 1, status: 503, detail: "x".repeat(1000) };
  const { process, log } = processor({
    flush: flushReturning(["b"], { requests: [request], warnings: ["The receiver is not well"] }),
  });
  await process([record("a"), record("b")], 0);
  expect(log.lines).toEqual([
    { level: "warn", message: "The receiver is not well", fields: {} },
    {
      level: "info",
      message: "Flushed a batch",
      fields: expect.objectContaining({
        received: 2,
        stored: 1,
        requests: 1,
        refusals: [{ status: 503, detail: `${"x".repeat(299)}…` }],
        returnedMessages: [{ messageId: "b", group: "g1", receiveCount: 1, why: "b waits" }],
      }),
    },
  ]);
});

test("is quiet about a flush that stored everything", async () => {
  const { process, log } = processor({ flush: flushReturning([]) });
  await process([record("a")], 0);
  expect(log.lines.map(({ level }) => level)).toEqual(["debug"]);
});

test("metrics that cannot be reported change nothing about the settlements", async () => {
  const onReport = (): never => {
    throw new Error("no metrics today");
  };
  const { process, log } = processor({ flush: flushReturning([]), onReport });
  expect(await process([record("a")], 0)).toEqual([{ status: "fulfilled" }]);
  expect(log.lines).toContainEqual(expect.objectContaining({ level: "error" }));
});
