import type { LabelPairs } from "@penstock/model";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type IncomingSeries, LocalReceiver, type ReceiverRules } from "./index.ts";

const START_MS = 1_700_000_000_000;
const HOUR_MS = 60 * 60_000;

/**
 * The rules in their plainest form: one list of everything that landed, gone through for every question. `first` wins
 * among what came out of order at one timestamp, and over what came in order.
 */
class Ledger {
  readonly #landed: { key: string; at: number; value: number; way: "in" | "out" }[] = [];
  readonly #windowMs: number;
  readonly #allOrNothing: boolean;
  #headMax: number | undefined;

  constructor(windowMs: number, allOrNothing: boolean) {
    this.#windowMs = windowMs;
    this.#allOrNothing = allOrNothing;
  }

  /** Whether all of a request was taken. */
  write(request: readonly IncomingSeries[]): boolean {
    const samples = request.flatMap(({ labels, timestamps, values }) =>
      Array.from(timestamps, (at, i) => ({ key: JSON.stringify(labels), at, value: values[i]! })),
    );
    this.#headMax ??= samples[0]?.at;
    const max = this.#headMax ?? 0;
    const taken = samples.filter((sample) => this.#way(sample, max) !== "no");
    if (taken.length < samples.length && this.#allOrNothing) return false;
    for (const sample of taken) {
      const way = this.#way(sample, max);
      const there = this.#landed.some(({ key, at, way: was }) => key === sample.key && at === sample.at && was === way);
      if (way === "no" || there) continue;
      this.#landed.push({ ...sample, way });
      if (way === "in") this.#headMax = Math.max(this.#headMax!, sample.at);
    }
    return taken.length === samples.length;
  }

  #way({ key, at, value }: { key: string; at: number; value: number }, max: number): "in" | "out" | "no" {
    const inOrder = this.#landed.filter((landed) => landed.key === key && landed.way === "in");
    const newest = inOrder.reduce((a, b) => (b.at > a.at ? b : a), { at: -Infinity, value: Number.NaN });
    if (at >= max - HOUR_MS && at > newest.at) return "in";
    if (at >= max - HOUR_MS && at === newest.at) return value === newest.value ? "in" : "no";
    return this.#windowMs > 0 && at >= max - this.#windowMs ? "out" : "no";
  }

  read(key: string, from: number, to: number): [at: number, value: number][] {
    const found = new Map<number, number>();
    for (const way of ["in", "out"]) {
      for (const landed of this.#landed) {
        if (landed.key === key && landed.way === way && landed.at >= from && landed.at <= to) {
          found.set(landed.at, landed.value);
        }
      }
    }
    return [...found].sort(([a], [b]) => a - b);
  }
}

const LABELS: readonly LabelPairs[] = ["1", "2", "3"].map((x) => [
  ["__name__", "m"],
  ["x", x],
]);

const request: fc.Arbitrary<IncomingSeries[]> = fc.array(
  fc
    .tuple(
      fc.constantFrom(...LABELS),
      fc.array(
        fc.tuple(
          fc.oneof(
            fc.integer({ min: 0, max: 20 }).map((step) => step * 10_000),
            fc.integer({ min: -2 * HOUR_MS, max: 2 * HOUR_MS }),
          ),
          fc.integer({ min: 1, max: 3 }),
        ),
        { maxLength: 5 },
      ),
    )
    .map(([labels, samples]) => ({
      labels,
      timestamps: samples.map(([offset]) => START_MS + offset),
      values: samples.map(([, value]) => value),
    })),
  { maxLength: 4 },
);

test.each(["cortex", "prometheus"] as const)(
  "as %s, what is there is what was taken, whatever is written",
  (engine) => {
    fc.assert(
      fc.property(
        fc.constantFrom(0, 60_000, 600_000, HOUR_MS, 3 * HOUR_MS),
        fc.array(request, { minLength: 1, maxLength: 8 }),
        fc.integer({ min: -2 * HOUR_MS, max: 2 * HOUR_MS }),
        fc.integer({ min: 0, max: HOUR_MS }),
        (outOfOrderWindowMs, requests, fromOffset, length) => {
          const rules: ReceiverRules =
            engine === "cortex"
              ? { engine, outOfOrderWindowMs, creationGraceMs: HOUR_MS * 9 }
              : { engine, outOfOrderWindowMs };
          const receiver = new LocalReceiver({ now: () => START_MS, rules });
          const ledger = new Ledger(outOfOrderWindowMs, engine === "prometheus");
          for (const series of requests) {
            expect(receiver.write(series).status < 300).toBe(ledger.write(series));
          }
          const from = START_MS + fromOffset;
          for (const [start, end] of [
            [-Infinity, Infinity],
            [from, from + length],
          ] as const) {
            const stored = receiver.select([{ name: "__name__", op: "=", value: "m" }], start, end);
            const found = stored.map(({ labels, timestamps, values }) => [
              labels,
              Array.from(timestamps, (at, i) => [at, values[i]!]),
            ]);
            const expected = LABELS.map((labels) => [labels, ledger.read(JSON.stringify(labels), start, end)]);
            expect(found).toEqual(expected.filter(([, samples]) => samples!.length > 0));
          }
        },
      ),
      { numRuns: 1000 },
    );
  },
);

test("selects the series that all matchers take, sorted", () => {
  const receiver = new LocalReceiver({ now: () => START_MS });
  const write = (labels: LabelPairs) => receiver.write([{ labels, timestamps: [START_MS], values: [1] }]);
  for (const x of ["2", "10", "1"])
    write([
      ["__name__", "m"],
      ["x", x],
    ]);
  write([["__name__", "n"]]);
  const names = (...matchers: Parameters<LocalReceiver["select"]>[0][number][]) =>
    receiver.select(matchers).map(({ labels }) => labels.map(([, value]) => value).join(" "));
  expect(names()).toEqual(["m 1", "m 10", "m 2", "n"]);
  expect(names({ name: "x", op: "=~", value: "1.*" }, { name: "x", op: "!=", value: "10" })).toEqual(["m 1"]);
  expect(names({ name: "x", op: "=", value: "" })).toEqual(["n"]);
});

test("what is behind the retention is forgotten, with the series that have nothing else", () => {
  const receiver = new LocalReceiver({ now: () => START_MS, retentionMs: HOUR_MS });
  const write = (name: string, at: number) =>
    receiver.write([{ labels: [["__name__", name]], timestamps: [at], values: [1] }]);
  write("old", START_MS - 3 * HOUR_MS);
  for (let minutes = -170; minutes <= 0; minutes++) write("m", START_MS + minutes * 60_000);
  const stored = receiver.select([]);
  expect(stored.map(({ labels }) => labels)).toEqual([[["__name__", "m"]]]);
  // Clearing comes in steps of an eighth.
  expect(stored[0]!.timestamps.length).toBeGreaterThanOrEqual(61);
  expect(stored[0]!.timestamps.length).toBeLessThanOrEqual(61 + 8);
});
