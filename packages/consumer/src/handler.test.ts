import type { Ports, QueueRecord, Report } from "@penstock/flusher";
import { systemClock } from "@penstock/model";
import type { Context, SQSEvent } from "aws-lambda";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { flushReturning } from "../test/flushes.ts";
import { sqsRecord } from "../test/records.ts";
import { createHandler, type HandlerOptions } from "./handler.ts";

const PORTS: Ports = {
  receiver: { write: () => Promise.reject(new Error("not asked")), read: undefined },
  deadLetters: { send: () => Promise.reject(new Error("not asked")) },
  clock: systemClock,
};
const BODY = '{"v":1,"series":["a body is nobody\'s business"]}';
const DAY_MS = 24 * 60 * 60_000;

const record = (messageId: string, more: Partial<QueueRecord> = {}): QueueRecord => ({
  messageId,
  body: BODY,
  group: "g1",
  deduplicationId: messageId,
  sentAtMs: Date.now(),
  receiveCount: 2,
  ...more,
});
const event = (...records: QueueRecord[]): SQSEvent => ({ Records: records.map(sqsRecord) });
const context = (remainingMs: number) =>
  ({ awsRequestId: "request-1", getRemainingTimeInMillis: () => remainingMs }) as Context;

/** Everything the handler prints, by line. */
let output: string[] = [];
beforeEach(() => {
  output = [];
  const keep = (chunk: string | Uint8Array): boolean => {
    output.push(...String(chunk).trimEnd().split("\n"));
    return true;
  };
  vi.spyOn(process.stdout, "write").mockImplementation(keep);
  vi.spyOn(process.stderr, "write").mockImplementation(keep);
});
afterEach(() => {
  vi.restoreAllMocks();
  for (const line of output) expect(line).not.toContain("nobody's business");
});

function handlerOf(flush: NonNullable<HandlerOptions["flush"]>, options: Partial<HandlerOptions> = {}) {
  return createHandler({ ports: PORTS, visibilityTimeoutMs: DAY_MS, flush, ...options });
}

test("exactly the returned records are batch item failures, in their order", async () => {
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(fc.uuid(), { maxLength: 10 }), fc.nat(), async (ids, bits) => {
      const returned = ids.filter((_, i) => (bits >> i) & 1);
      const answer = await handlerOf(flushReturning(returned))(event(...ids.map((id) => record(id))), context(DAY_MS));
      expect(answer).toEqual({ batchItemFailures: returned.map((itemIdentifier) => ({ itemIdentifier })) });
    }),
    { numRuns: 30 },
  );
});

test("a flush that throws returns all of the batch, and says so", async () => {
  const handler = handlerOf(() => Promise.reject(new Error("a bug")));
  expect(await handler(event(record("a"), record("b")), context(DAY_MS))).toEqual({
    batchItemFailures: [{ itemIdentifier: "a" }, { itemIdentifier: "b" }],
  });
  expect(output.map((line) => JSON.parse(line))).toContainEqual(
    expect.objectContaining({ level: "ERROR", function_request_id: "request-1" }),
  );
  expect(metricLines()[0]).toMatchObject({ penstock_samples_received_total: 2, penstock_samples_returned_total: 2 });
});

test("records of a standard queue are returned with the cure in the log", async () => {
  const { Records } = event(record("a"), record("b"));
  delete Records[0]!.attributes.MessageGroupId;
  const answer = await handlerOf(flushReturning([]))({ Records }, context(DAY_MS));
  expect(answer.batchItemFailures).toHaveLength(2);
  expect(output.join("\n")).toContain("the source must be a FIFO queue");
});

test("an event that SQS did not send fails the invocation", async () => {
  const handler = handlerOf(flushReturning([]));
  await expect(handler({ detail: {} } as never, context(DAY_MS))).rejects.toThrow(/^Expected an SQS event/);
});

test("results stand though the invocation's end has come", async () => {
  const handler = handlerOf(async (records) => {
    await new Promise((resolve) => setTimeout(resolve, 20));
    return flushReturning(["b"])(records);
  });
  const answer = await handler(event(record("a"), record("b")), context(1));
  expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: "b" }] });
});

test("the deadline is the earlier of the invocation's end and the lock's", async () => {
  const now = systemClock.now();
  const clock = { ...systemClock, now: () => now };
  const deadlineOf = async (visibilityTimeoutMs: number, remainingMs: number, first: Partial<QueueRecord>) => {
    const flush = vi.fn(flushReturning([]));
    const handler = handlerOf(flush, { ports: { ...PORTS, clock }, visibilityTimeoutMs });
    await handler(event(record("a", first)), context(remainingMs));
    return (flush.mock.calls[0] as unknown[])[1] as number;
  };
  expect(await deadlineOf(30_000, 10_000, {})).toBe(now + 10_000);
  expect(await deadlineOf(30_000, 60_000, {})).toBe(now + 29_500);
  // Handed out 20 s ago, and held back by Lambda since.
  expect(await deadlineOf(30_000, 60_000, { receiveCount: 1, sentAtMs: now - 20_010 })).toBe(now + 9_500);
});

const metricLines = () => output.map((line) => JSON.parse(line)).filter((line) => "_aws" in line);

test("CloudWatch metrics are one line for a flush, and one for each reason and class of status", async () => {
  const request = { atMs: 0, durationMs: 250, series: 1, samples: 1, detail: "" };
  const report: Partial<Report> = {
    received: 11,
    stored: 5,
    rejected: { "sample-too-old": 2, lanes_exhausted: 1 },
    duplicate: 2,
    returned: 1,
    laneMoves: 4,
    restamped: 3,
    blind: 5,
    receiptsMissing: 2,
    requests: [
      { ...request, status: 200 },
      { ...request, status: undefined, durationMs: 5000 },
      { ...request, status: 204 },
    ],
    looks: [{ durationMs: 1, series: 1, samples: 1, bytes: 1, ok: true }],
    oldestStoredAgeMs: 1500,
  };
  const handler = handlerOf(flushReturning([], report), { service: "penstock-test" });
  await handler(event(record("a")), context(DAY_MS));
  const [main, ...more] = metricLines();
  expect(main._aws.CloudWatchMetrics).toEqual([
    { Namespace: "Penstock", Dimensions: [["service"]], Metrics: expect.any(Array) },
  ]);
  const values = {
    penstock_samples_received_total: 11,
    penstock_samples_stored_total: 5,
    penstock_samples_rejected_total: 3,
    penstock_samples_duplicate_total: 2,
    penstock_samples_returned_total: 1,
    penstock_lane_moves_total: 4,
    penstock_samples_restamped_total: 3,
    penstock_samples_blind_total: 5,
    penstock_receipts_missing_total: 2,
    penstock_requests_total: 3,
    penstock_looks_total: 1,
    penstock_request_duration_seconds: [0.25, 5, 0.25],
    penstock_sample_age_seconds: 1.5,
  };
  const { _aws, ...rest } = main;
  expect(rest).toEqual({ service: "penstock-test", ...values });
  const units = _aws.CloudWatchMetrics[0].Metrics.map(({ Name, Unit }: { Name: string; Unit: string }) => [Name, Unit]);
  expect(Object.fromEntries(units)).toEqual(
    Object.fromEntries(Object.keys(values).map((name) => [name, name.endsWith("_total") ? "Count" : "Seconds"])),
  );
  expect(more.map(({ _aws, ...labelled }) => [_aws.CloudWatchMetrics[0].Dimensions, labelled])).toEqual([
    [
      [["service", "reason"]],
      { service: "penstock-test", reason: "sample-too-old", penstock_samples_rejected_total: 2 },
    ],
    [
      [["service", "reason"]],
      { service: "penstock-test", reason: "lanes_exhausted", penstock_samples_rejected_total: 1 },
    ],
    [[["service", "status_class"]], { service: "penstock-test", status_class: "2xx", penstock_requests_total: 2 }],
    [[["service", "status_class"]], { service: "penstock-test", status_class: "none", penstock_requests_total: 1 }],
  ]);
});

test("nothing of one invocation shows up in the next", async () => {
  const handler = createHandler({
    ports: PORTS,
    visibilityTimeoutMs: DAY_MS,
    flush: (records) => flushReturning(records.length > 1 ? ["b"] : [])(records),
  });
  await handler(event(record("a"), record("b")), context(DAY_MS));
  expect(await handler(event(record("b")), context(DAY_MS))).toEqual({ batchItemFailures: [] });
  expect(metricLines().map((line) => line.penstock_samples_received_total)).toEqual([2, 1]);
  expect(metricLines().map((line) => line.penstock_samples_returned_total)).toEqual([1, 0]);
});
