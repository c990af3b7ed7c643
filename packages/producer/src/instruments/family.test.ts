import type { Clock } from "@penstock/model";
import fc from "fast-check";
import { afterEach, expect, test, vi } from "vitest";
import { FakeQueue, START_MS, clock as stillClock } from "../../test/fake-queue.ts";
import { metricsOver, sumsOf } from "../../test/over.ts";
import { buckets } from "./buckets.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

test("a label that explodes is told once by its name, costs bounded memory, and leaves the others alone", async () => {
  const queue = new FakeQueue();
  const { metrics, warnings } = metricsOver(queue, { maxSeries: 100 });
  const counter = metrics.counter("http_requests_total");
  const histogram = metrics.histogram("seconds", buckets.of(1, 2));
  for (let i = 0; i < 20_000; i++) {
    counter.inc({ method: i % 2 ? "GET" : "POST", user: `u${i}` });
    if (i < 1000) histogram.observe({ user: i }, 1);
    if (i % 5000 === 0) await metrics.flush();
  }
  expect(warnings).toEqual([
    expect.stringMatching(/^seconds: Expected at most 100 series, got more: label "user" has 20 values/),
    expect.stringMatching(
      /^http_requests_total: Expected at most 100 series, got more: label "user" has 100 values, such as "u97", "u98", "u99"\. Such recordings are dropped/,
    ),
  ]);
  // A histogram of two bounds is five series.
  expect(metrics.stats).toEqual({ series: 200, dropped: 19_900 + 980 });
  counter.inc({ method: "GET", user: "u1" }, 41);
  await metrics.flush();
  expect(sumsOf(queue).get('{__name__="http_requests_total",method="GET",user="u1"}')).toBe(42);
});

test("a series that nobody used for an hour makes room for another, and a gauge stays", async () => {
  let now = START_MS;
  const clock: Clock = { ...stillClock, now: () => now };
  const { metrics, warnings } = metricsOver(new FakeQueue(), { maxSeries: 1, clock });
  const counter = metrics.counter("c_total");
  metrics.gauge("g").set({ pod: "a" }, 1);
  counter.inc({ pod: "a" });
  for (; now <= START_MS + 61 * 60_000; now += 60_000) await metrics.flush();
  counter.inc({ pod: "b" });
  expect([metrics.stats, warnings]).toEqual([{ series: 2, dropped: 0 }, []]);
});

test("nothing that is recorded throws, and what no receiver would take is dropped and told", async () => {
  const queue = new FakeQueue();
  const { metrics, warnings } = metricsOver(queue);
  const counter = metrics.counter("c_total");
  const gauge = metrics.gauge("g");
  const histogram = metrics.histogram("h");
  const anything = fc.anything({ withBigInt: true, withDate: true, withNullPrototype: true, withSparseArray: true });
  const trap = {
    get user(): string {
      throw new Error("no user");
    },
  };
  const input = fc.oneof(anything, fc.dictionary(fc.string(), anything), fc.constant(trap), fc.double());
  fc.assert(
    fc.property(input, input, (first, second) => {
      counter.inc(first as never, second as never);
      for (const change of [gauge.set, gauge.inc, gauge.dec]) change.call(gauge, first as never, second as never);
      gauge.remove(first as never);
      histogram.observe(first as never, second as never);
    }),
  );
  const before = metrics.stats.dropped;
  counter.inc(-1);
  counter.inc({ le: "1", _group: "g1" });
  counter.inc({ "not-a-name": "x" });
  counter.inc({ __name__: "other" });
  histogram.observe({ le: "1" }, 1);
  histogram.observe(Number.NaN);
  expect(metrics.stats.dropped).toBe(before + 6);
  for (const warning of warnings) expect(warning).toMatch(/^(c_total|g|h): .*Expected .*this is told once\.$/s);
  await metrics.flush();
  const bad = queue.messages.flatMap(({ series }) => series).filter((one) => one.reject ?? one.sampleRejects.size > 0);
  expect(bad).toEqual([]);
});

test("a broken `onWarning` breaks nothing", () => {
  const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
  const { metrics } = metricsOver(new FakeQueue(), {
    onWarning: () => {
      throw new Error("no log");
    },
  });
  metrics.counter("c_total").inc(-1);
  expect(warn.mock.calls[0]![0]).toContain("no log");
});
