import { flush, type QueueRecord } from "@penstock/flusher";
import {
  decodeMessage,
  encodeMessage,
  MAX_MESSAGE_BYTES,
  type QueueEntry,
  systemClock,
  utf8Length,
} from "@penstock/model";
import fc from "fast-check";
import { expect, test } from "vitest";
import { gzipped, mutatedText, nastyJson, nastyText, nested } from "./arbitraries.ts";

const NOW_MS = 1_795_475_070_000;
/** What SQS takes in a body: tabs, line ends, and what XML calls a character (SQS API reference, SendMessage). */
const TAKEN_BY_SQS = /^[\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]*$/u;

/** One delivery of a body to a receiver that takes everything. */
async function deliver(body: string): Promise<{ letters: QueueEntry[]; rejected: number; received: number }> {
  const letters: QueueEntry[] = [];
  const record: QueueRecord = {
    messageId: "m1",
    body,
    group: "g1",
    deduplicationId: "d1",
    sentAtMs: NOW_MS,
    receiveCount: 1,
  };
  const ports = {
    receiver: {
      write: async () =>
        ({ kind: "answered", status: 200, body: "", retryAfterMs: undefined, requestId: undefined }) as const,
      read: async () => ({ kind: "read", series: [], bytes: 0 }) as const,
    },
    deadLetters: {
      send: async (some: readonly QueueEntry[]) => {
        letters.push(...some);
        return some.map(() => undefined);
      },
    },
    clock: { ...systemClock, now: () => NOW_MS },
  };
  const { settlements, report } = await flush([record], NOW_MS + 30_000, ports);
  expect(settlements).toEqual([{ status: "fulfilled" }]);
  const rejected = Object.values(report.rejected).reduce((sum, samples) => sum + samples, 0);
  expect(report.received).toBe(report.stored + rejected + report.duplicate + report.returned);
  return { letters, rejected, received: report.received };
}

const samples = fc.record({
  v: fc.constant(1),
  late: fc.constantFrom("reject", "restamp"),
  series: fc.array(
    fc.oneof(
      fc.record({
        metric: fc.dictionary(fc.constantFrom("__name__", "a", "__proto__", "b-c", "_unique_id"), nastyText),
        timestamps: fc.array(fc.oneof(fc.integer({ min: NOW_MS - 7_200_000, max: NOW_MS + 1_200_000 }), nastyJson)),
        values: fc.array(fc.oneof(fc.integer(), nastyJson)),
      }),
      nastyJson,
    ),
    { maxLength: 4 },
  ),
});

const body = fc.oneof(
  nastyText,
  nastyJson.map((value) => JSON.stringify(value)),
  samples.map((value) => JSON.stringify(value)),
  samples.map((value) => gzipped(JSON.stringify(value))),
  mutatedText(samples.map((value) => JSON.stringify(value))),
);

test("whatever a body holds, it leaves the queue: stored, or in letters that SQS takes and that can be replayed", async () => {
  await fc.assert(
    fc.asyncProperty(body, async (text) => {
      const { letters, rejected } = await deliver(text);
      let replayed = 0;
      for (const letter of letters) {
        expect(utf8Length(letter.body)).toBeLessThanOrEqual(MAX_MESSAGE_BYTES);
        expect(letter.body).toMatch(TAKEN_BY_SQS);
        const again = await deliver(letter.body);
        replayed += again.received;
        for (const { body: once } of again.letters) expectNoNesting(once);
      }
      expect(replayed).toBe(rejected);
    }),
    { numRuns: 600 },
  );
});

/** A letter keeps what could not be read, and never a letter that keeps it. */
function expectNoNesting(letter: string): void {
  const { raw } = JSON.parse(letter) as { raw?: string };
  if (raw === undefined) return;
  const inner = decodeMessage(raw);
  expect(inner.ok ? undefined : inner.raw).toBe(inner.ok ? undefined : raw);
}

test.each([
  ["nested deeply", nested(100_000)],
  ["with a series nested deeply", `{"v":1,"series":[${nested(100_000)}]}`],
  [
    "with a timestamp nested deeply",
    `{"v":1,"series":[{"metric":{"__name__":"m"},"timestamps":[${nested(50_000)}],"values":[1]}]}`,
  ],
  ["of control characters, as long as SQS takes", "\u0001".repeat(MAX_MESSAGE_BYTES)],
  ["of quotes, as long as SQS takes", '"'.repeat(MAX_MESSAGE_BYTES)],
  ["of the longest characters, as long as SQS takes", "\u{10ffff}".repeat(MAX_MESSAGE_BYTES / 4)],
  [
    "with one series that fills it",
    encodeMessage({ v: 1, series: [{ metric: { "": "\u0001".repeat(150_000) }, timestamps: [1], values: [1] }] }),
  ],
  [
    "with a bad label in each of many series",
    encodeMessage({
      v: 1,
      series: Array.from({ length: 5_000 }, (_, i) => ({
        metric: { "bad-label": `${i} ${"x".repeat(100)}` },
        timestamps: [NOW_MS],
        values: [i],
      })),
    }),
  ],
])("a body %s leaves the queue in letters that SQS takes", async (_what, text) => {
  const { letters, rejected } = await deliver(text);
  expect(rejected).toBeGreaterThan(0);
  for (const letter of letters) {
    expect(utf8Length(letter.body)).toBeLessThanOrEqual(MAX_MESSAGE_BYTES);
    expect(letter.body).toMatch(TAKEN_BY_SQS);
  }
});
