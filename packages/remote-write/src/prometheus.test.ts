import type { ReadQuery, WriteSeries } from "@penstock/model";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describePrometheus, type Prometheus, startPrometheus } from "../../../test/prometheus.ts";
import { timestampsFrom, writeSeries } from "../test/arbitraries.ts";
import { createReceiver, type ReceiverOptions, receiverUrls } from "./index.ts";

const PLENTY_MS = 30_000;

describePrometheus("a real Prometheus", () => {
  let prometheus: Prometheus;
  beforeAll(async () => {
    prometheus = await startPrometheus();
  });
  afterAll(() => prometheus?.stop());

  const receiver = (options: Partial<ReceiverOptions> = {}) =>
    createReceiver({ ...receiverUrls({ url: prometheus.url }), ...options });
  const named = (value: string): ReadQuery["matchers"] => [{ name: "__name__", op: "=", value }];

  test("gives back what it was given, bit for bit", async () => {
    // One window for all runs, as a sample over an hour behind the newest is refused.
    const endMs = Date.now();
    const startMs = endMs - 10 * 60_000;
    const { write, read } = receiver();
    let run = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(writeSeries("placeholder", timestampsFrom(startMs, endMs)), { minLength: 1, maxLength: 4 }),
        async (drawn) => {
          const metric = `bits_${++run}`;
          const series = drawn.map((one, i) => renamed(one, metric, String(i)));
          expect(await write(series, PLENTY_MS)).toMatchObject({ kind: "answered", status: 204, body: "" });
          const answer = await read!({ matchers: named(metric), startMs, endMs }, PLENTY_MS);
          const byIndex = answer.kind === "read" ? [...answer.series].sort((a, b) => index(a) - index(b)) : answer;
          expect(byIndex).toEqual(series.map((one) => ({ ...one, labels: Object.fromEntries(one.labels) })));
        },
      ),
      { numRuns: 30 },
    );
  });

  test("gives both ends of a range and nothing beyond them", async () => {
    const endMs = Date.now();
    const startMs = endMs - 1000;
    const { write, read } = receiver();
    const timestamps = [startMs - 1, startMs, startMs + 1, endMs - 1, endMs, endMs + 1];
    const series = { labels: [["__name__", "ends"]] as const, timestamps, values: [0, 1, 2, 3, 4, 5] };
    await write([series], PLENTY_MS);
    const all = await read!({ matchers: named("ends"), startMs, endMs }, PLENTY_MS);
    expect(all).toMatchObject({ kind: "read", series: [{ timestamps: timestamps.slice(1, 5), values: [1, 2, 3, 4] }] });
    const one = await read!({ matchers: named("ends"), startMs: endMs, endMs }, PLENTY_MS);
    expect(one).toMatchObject({ kind: "read", series: [{ timestamps: [endMs], values: [4] }] });
    const none = await read!({ matchers: named("nowhere"), startMs, endMs }, PLENTY_MS);
    expect(none).toMatchObject({ kind: "read", series: [] });
  });

  test("refuses in words that come through", async () => {
    const now = Date.now();
    const late = { labels: [["__name__", "late"]] as const, timestamps: [now], values: [1] };
    await receiver().write([late], PLENTY_MS);
    const answer = await receiver().write([{ ...late, timestamps: [now - 1000] }], PLENTY_MS);
    expect(answer).toMatchObject({ kind: "answered", status: 400, body: "out of order sample" });
    const query = { matchers: [], startMs: now, endMs: now };
    expect(await receiver().read!(query, PLENTY_MS)).toMatchObject({ kind: "failed", status: 400 });
    const missing = await receiver({ writeUrl: `${prometheus.url}/nowhere` }).write([late], PLENTY_MS);
    expect(missing).toMatchObject({ kind: "answered", status: 404 });
  });
});

describePrometheus("a Prometheus with a small --query.max-samples", () => {
  let prometheus: Prometheus;
  beforeAll(async () => {
    prometheus = await startPrometheus({ flags: ["--query.max-samples=3"], outOfOrderWindow: "10m" });
  });
  afterAll(() => prometheus?.stop());

  test("calls more than that heavy; with an out-of-order window it takes what comes late", async () => {
    const { write, read } = createReceiver(receiverUrls({ url: prometheus.url }));
    const now = Date.now();
    const one = (timestamp: number): WriteSeries[] => [
      { labels: [["__name__", "m"]], timestamps: [timestamp], values: [1] },
    ];
    for (const timestamp of [now, now - 3, now - 1, now - 2]) {
      expect(await write(one(timestamp), PLENTY_MS)).toMatchObject({ kind: "answered", status: 204 });
    }
    const matchers: ReadQuery["matchers"] = [{ name: "__name__", op: "=", value: "m" }];
    const all = await read!({ matchers, startMs: now - 3, endMs: now }, PLENTY_MS);
    expect(all).toEqual({ kind: "heavy", detail: expect.stringContaining("too many samples") });
    const half = await read!({ matchers, startMs: now - 1, endMs: now }, PLENTY_MS);
    expect(half).toMatchObject({ kind: "read", series: [{ timestamps: [now - 1, now] }] });
  });
});

/** The series under another name, with a label that keeps it apart from the others of its run. */
function renamed({ labels, ...samples }: WriteSeries, metric: string, i: string): WriteSeries {
  const others = labels.filter(([name]) => name !== "__name__" && name !== "index");
  const pairs = [["__name__", metric] as const, ["index", i] as const, ...others];
  return { labels: pairs.sort(([a], [b]) => (a < b ? -1 : 1)), ...samples };
}

function index({ labels }: { readonly labels: Readonly<Record<string, string>> }): number {
  return Number(labels.index);
}
