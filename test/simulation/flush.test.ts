import { type DeadLetters, flush, type QueueRecord } from "@penstock/flusher";
import { AMP_RULES, LocalReceiver, PROMETHEUS_RULES, receiverPort } from "@penstock/local";
import {
  type Clock,
  decodeMessage,
  encodeMessage,
  type MessageSeries,
  type QueueEntry,
  type Receiver,
} from "@penstock/model";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

/**
 * Random batches into random receivers, with strangers, lost answers and deaths, each batch delivered until it is
 * fulfilled; then every sample must be in exactly one place. Every value is a power of its own, so that one sample can
 * be told from another.
 */
interface World {
  readonly engine: "cortex" | "prometheus";
  readonly windowMs: number;
  readonly lanes: number;
  readonly silent: boolean;
  readonly groupLabel: "_group" | "";
  readonly faults: readonly ("none" | "lost-before" | "lost-after" | "500-after" | "429")[];
  readonly strangers: readonly { series: number; lane: number; atMs: number }[];
  readonly batches: readonly (readonly Draft[])[];
}

interface Draft {
  readonly late: "reject" | "restamp";
  readonly twice: boolean;
  readonly samples: readonly { series: number; ageMs: number }[];
}

const START_MS = 1_795_475_000_000;
const AGE = fc.oneof(fc.nat(20_000), fc.nat(90 * 60_000), fc.integer({ min: -11 * 60_000, max: 0 }));

const world: fc.Arbitrary<World> = fc.record(
  {
    engine: fc.constantFrom("cortex" as const, "prometheus" as const),
    windowMs: fc.constantFrom(0, 60_000, 600_000),
    lanes: fc.constantFrom(1, 3, 10),
    silent: fc.boolean(),
    groupLabel: fc.constantFrom("_group" as const, "" as const),
    faults: fc.array(fc.constantFrom("none", "none", "none", "lost-before", "lost-after", "500-after", "429"), {
      maxLength: 30,
    }),
    strangers: fc.array(
      fc.record(
        { series: fc.nat(3), lane: fc.integer({ min: 1, max: 3 }), atMs: fc.integer({ min: -60_000, max: 30_000 }) },
        NO_NULL(),
      ),
      { maxLength: 4 },
    ),
    batches: fc.array(
      fc.array(
        fc.record(
          {
            late: fc.constantFrom("reject" as const, "restamp" as const),
            twice: fc.boolean(),
            samples: fc.array(fc.record({ series: fc.nat(3), ageMs: AGE }, NO_NULL()), { minLength: 1, maxLength: 12 }),
          },
          NO_NULL(),
        ),
        { minLength: 1, maxLength: 4 },
      ),
      { minLength: 1, maxLength: 4 },
    ),
  },
  NO_NULL(),
);

function NO_NULL(): { noNullPrototype: true } {
  return { noNullPrototype: true };
}

describe("whatever a receiver, its strangers and the network do", () => {
  it("every delta sample ends in exactly one place: stored once, or in the dead-letter queue", async () => {
    await fc.assert(fc.asyncProperty(world, play), { numRuns: 2_000 });
  });
});

async function play(drawn: World): Promise<void> {
  let nowMs = START_MS;
  const clock: Clock = {
    now: () => nowMs,
    sleep: async (ms) => {
      nowMs += Math.ceil(ms);
    },
    random: () => 0.5,
  };
  const local = new LocalReceiver({
    now: () => nowMs,
    rules:
      drawn.engine === "cortex"
        ? { ...AMP_RULES, engine: "cortex", outOfOrderWindowMs: drawn.windowMs }
        : { ...PROMETHEUS_RULES, engine: "prometheus", outOfOrderWindowMs: drawn.windowMs },
  });
  const faults = [...drawn.faults];
  const receiver = troubled(receiverPort(local), faults, drawn.silent);
  const letters = new Map<string, QueueEntry>();
  const deadLetters: DeadLetters = {
    send: async (entries) => {
      for (const entry of entries) letters.set(entry.deduplicationId, entry);
      return entries.map(() => undefined);
    },
  };
  for (const { series, lane, atMs } of drawn.strangers) {
    local.write([{ labels: laneLabels(series, lane, drawn.groupLabel), timestamps: [nowMs + atMs], values: [0.5] }]);
  }
  let value = 0;
  let sent = 0;
  const truth = new Map<number, number>();
  for (const batch of drawn.batches) {
    nowMs += 5_000;
    const records = batch.flatMap((draft): QueueRecord[] => {
      const id = `message-${sent++}`;
      const series = draft.samples.map(({ series, ageMs }): MessageSeries => {
        truth.set(++value, series);
        return { metric: metricOf(series), timestamps: [nowMs - ageMs], values: [value] };
      });
      const record: QueueRecord = {
        messageId: `sqs-${id}`,
        body: encodeMessage({ v: 1, id, late: draft.late, series }),
        group: "g1",
        deduplicationId: id,
        sentAtMs: nowMs,
        receiveCount: 1,
      };
      return draft.twice ? [record, { ...record, messageId: `sqs-${id}-again` }] : [record];
    });
    let waiting = records;
    for (let delivery = 1; waiting.length > 0 && delivery <= 40; delivery++) {
      const { settlements, report } = await flush(
        waiting,
        nowMs + 60_000,
        { receiver, deadLetters, clock },
        {
          lanes: drawn.lanes,
          groupLabel: drawn.groupLabel,
        },
      );
      const rejected = Object.values(report.rejected).reduce((sum, n) => sum + n, 0);
      expect(report.received).toBe(report.stored + rejected + report.duplicate + report.returned);
      waiting = waiting.filter((_, i) => settlements[i]!.status === "returned");
      if (waiting.length > 0) nowMs += 60_000;
    }
    expect(waiting).toEqual([]);
  }
  const stored = new Map<number, number>();
  for (const { labels, values } of local.select([{ name: "__name__", op: "=", value: "m" }])) {
    expect(labels.length).toBeGreaterThan(0);
    for (const each of values) stored.set(each, (stored.get(each) ?? 0) + 1);
  }
  const dead = new Set<number>();
  for (const { body } of letters.values()) {
    const decoded = decodeMessage(body);
    if (decoded.ok) for (const { values } of decoded.message.series) for (const each of values) dead.add(each);
  }
  for (const each of truth.keys()) {
    const places = [stored.get(each) ?? 0, dead.has(each) ? 1 : 0];
    expect({ each, places: places.join("+") }).toEqual({ each, places: dead.has(each) ? "0+1" : "1+0" });
  }
}

function troubled(receiver: Receiver, faults: World["faults"][number][], silent: boolean): Receiver {
  return {
    read: receiver.read,
    write: async (series, timeoutMs) => {
      const fault = faults.shift() ?? "none";
      if (fault === "lost-before") return { kind: "unanswered", detail: "reset" };
      if (fault === "429")
        return { kind: "answered", status: 429, body: "Rate exceeded", retryAfterMs: 1_000, requestId: undefined };
      const answer = await receiver.write(series, timeoutMs);
      if (fault === "lost-after") return { kind: "unanswered", detail: "reset" };
      if (fault === "500-after")
        return { kind: "answered", status: 500, body: "internal", retryAfterMs: undefined, requestId: undefined };
      return answer.kind === "answered" && silent && answer.status === 400 ? { ...answer, body: "" } : answer;
    },
  };
}

function metricOf(series: number): Record<string, string> {
  return { __name__: "m", s: String(series) };
}

function laneLabels(series: number, lane: number, groupLabel: string): [string, string][] {
  const group: [string, string][] = groupLabel === "" ? [] : [["_group", "g1"]];
  return [["__name__", "m"], ...group, ["_unique_id", String(lane)], ["s", String(series)]];
}
