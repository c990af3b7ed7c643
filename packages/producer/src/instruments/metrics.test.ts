import fc from "fast-check";
import { afterEach, expect, test, vi } from "vitest";
import { anyBehaviour, DOWN, FakeQueue, START_MS, clock as stillClock } from "../../test/fake-queue.ts";
import { metricsOver, samplesOf, sumsOf } from "../../test/over.ts";
import { buckets } from "./buckets.ts";
import { formatFloat } from "./float.ts";
import { createMetrics } from "./metrics.ts";

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const BOUNDS = [1, 5, 10];
const LABELS: readonly Record<string, string | number>[] = [{}, { a: "1" }, { a: "1", b: "2" }, { a: 1, c: "x" }];
/** One of them, with its labels in any order. */
const shuffled = fc.constantFrom(...LABELS).chain((labels) => {
  const entries = Object.entries(labels);
  return fc.shuffledSubarray(entries, { minLength: entries.length }).map((pairs) => Object.fromEntries(pairs));
});
const step = fc.oneof(
  fc.record({ does: fc.constant("inc" as const), labels: shuffled, by: fc.nat(1000) }),
  fc.record({ does: fc.constant("observe" as const), labels: shuffled, by: fc.integer({ min: -1, max: 12 }) }),
  fc.record({ does: fc.constantFrom("flush" as const, "await" as const), labels: shuffled, by: fc.nat() }),
);

/** What the recordings add up to, series by series, by the definition of a counter and of a histogram. */
class Truth {
  readonly sums = new Map<string, number>();
  add(name: string, labels: object, value: number): void {
    const pairs = Object.entries({ __name__: name, ...labels }).sort(([a], [b]) => (a < b ? -1 : 1));
    const key = `{${pairs.map(([label, text]) => `${label}="${text}"`).join(",")}}`;
    this.sums.set(key, (this.sums.get(key) ?? 0) + value);
  }
  observe(labels: object, value: number): void {
    for (const bound of [...BOUNDS, Number.POSITIVE_INFINITY]) {
      this.add("h_bucket", { ...labels, le: formatFloat(bound) }, value <= bound ? 1 : 0);
    }
    this.add("h_sum", labels, value);
    this.add("h_count", labels, 1);
  }
}

test("whatever the queue answers and whenever it is flushed, what arrives adds up to what was recorded, once", async () => {
  const cases = fc.record({
    steps: fc.array(step, { maxLength: 40 }),
    behaviours: fc.array(anyBehaviour, { maxLength: 60 }),
    maxPendingBytes: fc.constantFrom(1, 600, 10_000_000),
  });
  await fc.assert(
    fc.asyncProperty(cases, async ({ steps, behaviours, maxPendingBytes }) => {
      const queue = new FakeQueue(behaviours);
      const { metrics, producer } = metricsOver(queue, {}, { maxPendingBytes, maxAttempts: 2 });
      const counter = metrics.counter("c_total");
      const histogram = metrics.histogram("h", buckets.of(...BOUNDS));
      const truth = new Truth();
      const flushes: Promise<unknown>[] = [];
      for (const { does, labels, by } of steps) {
        if (does === "inc") {
          counter.inc(labels, by);
          truth.add("c_total", labels, by);
        } else if (does === "observe") {
          histogram.observe(labels, by);
          truth.observe(labels, by);
        } else flushes.push(metrics.flush());
        if (does === "await") await flushes.at(-1);
      }
      await Promise.all(flushes);
      queue.behaviours = [];
      while ((await metrics.flush()).unsent > 0);
      const { accepted, merged, sent } = producer.stats;
      expect(sent).toBe(accepted - merged);

      const sums = sumsOf(queue);
      for (const [key, sum] of sums) expect([key, sum]).toEqual([key, truth.sums.get(key)]);
      for (const [key, sum] of truth.sums) expect([key, sums.get(key) ?? 0]).toEqual([key, sum]);
    }),
    { numRuns: 300 },
  );
});

test("a flush sends each series once, at one time, and buckets that do not fall as `le` rises", async () => {
  const observation = fc.record({ labels: shuffled, value: fc.integer({ min: -5, max: 20 }) });
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(observation, { minLength: 1 }), { maxLength: 5 }), async (rounds) => {
      const queue = new FakeQueue();
      const { metrics } = metricsOver(queue);
      const histogram = metrics.histogram("h", buckets.of(...BOUNDS));
      for (const observations of rounds) {
        for (const { labels, value } of observations) histogram.observe(labels, value);
        await metrics.flush();
      }
      const seen = new Set<string>();
      const last = new Map<string, number>();
      for (const { key, timestamp } of samplesOf(queue)) {
        expect(seen.has(`${key} ${timestamp}`), `${key} twice at ${timestamp}`).toBe(false);
        seen.add(`${key} ${timestamp}`);
      }
      expect(new Set(samplesOf(queue).map(({ timestamp }) => timestamp)).size).toBe(rounds.length);
      const byLe = samplesOf(queue)
        .filter(({ key }) => key.includes("h_bucket"))
        .map(({ key, timestamp, value }) => ({
          le: Number(/le="(.*?)"/.exec(key)![1]!.replace("+Inf", "Infinity")),
          of: `${key.replace(/le=".*?"/, "")} ${timestamp}`,
          value,
        }))
        .sort((a, b) => a.le - b.le);
      for (const { of, value } of byLe) {
        expect(value).toBeGreaterThanOrEqual(last.get(of) ?? 0);
        last.set(of, value);
      }
    }),
  );
});

test("5 ms and 127 ms land in the right buckets of the ladder, with the edge below them and nothing under it", async () => {
  const queue = new FakeQueue();
  const { metrics } = metricsOver(queue);
  const ladder = buckets.steps(1, 20, 1).steps(20, 100, 5).steps(100, 1000, 20).steps(1000, 30_000, 1000);
  const duration = metrics.histogram("response_time_milliseconds", ladder);
  duration.observe({ status: 200 }, 5);
  duration.observe({ status: 200 }, 127);
  await metrics.flush();
  const sums = sumsOf(queue);
  const at = (le: string) => sums.get(`{__name__="response_time_milliseconds_bucket",le="${le}",status="200"}`);
  expect(["3", "4", "5", "120", "140", "30000", "+Inf"].map(at)).toEqual([undefined, 0, 1, 1, 2, 2, 2]);
  expect(sums.get('{__name__="response_time_milliseconds_sum",status="200"}')).toBe(132);
  expect(sums.get('{__name__="response_time_milliseconds_count",status="200"}')).toBe(2);
});

test("an outage loses nothing: what the producer has no room for is added up in the instruments", async () => {
  const queue = new FakeQueue(DOWN);
  const { metrics, producer } = metricsOver(queue, {}, { maxPendingBytes: 300, maxAttempts: 1 });
  const counter = metrics.counter("c_total");
  for (let i = 0; i < 20; i++) {
    counter.inc({ path: "/" });
    const { sent, unsent } = await metrics.flush();
    expect([sent, unsent > 0]).toEqual([0, true]);
  }
  expect(producer.stats.pendingBytes).toBeLessThan(600);
  expect(producer.stats.refused).toBeGreaterThan(0);
  queue.behaviours = [];
  while ((await metrics.flush()).unsent > 0);
  expect(sumsOf(queue)).toEqual(new Map([['{__name__="c_total",path="/"}', 20]]));
});

test("a flush of many series lets others have their turn", async () => {
  const { metrics, producer } = metricsOver(new FakeQueue());
  const counter = metrics.counter("c_total");
  for (let i = 0; i < 3_000; i++) counter.inc({ i });
  const flushing = metrics.flush();
  await new Promise((resolve) => setImmediate(resolve));
  expect(producer.stats.accepted).toBeLessThan(3_000);
  expect(await flushing).toEqual({ sent: 3_000, unsent: 0, lost: 0 });
});

test("of many series those count once that the producer had no room for, and those that it had", async () => {
  const queue = new FakeQueue(DOWN);
  const { metrics, producer } = metricsOver(queue, {}, { maxPendingBytes: 100_000, maxAttempts: 1 });
  const counter = metrics.counter("c_total");
  const recordAll = (): void => {
    for (let i = 0; i < 3_000; i++) counter.inc({ i });
  };
  recordAll();
  expect(await metrics.flush()).toEqual({ sent: 0, unsent: 3_000, lost: 0 });
  expect(producer.stats.accepted).toBeGreaterThan(0);
  expect(producer.stats.refused).toBeGreaterThan(0);
  recordAll();
  queue.behaviours = [];
  while ((await metrics.flush()).unsent > 0);
  const sums = [...sumsOf(queue).values()];
  expect([sums.length, sums.every((sum) => sum === 2)]).toEqual([3_000, true]);
});

test("a flush does not overtake the one before it", async () => {
  const queue = new FakeQueue();
  const { metrics } = metricsOver(queue);
  const counter = metrics.counter("c_total");
  for (let i = 0; i < 3_000; i++) counter.inc({ i });
  metrics.gauge("g").set(1);
  // The second has no counts to hand in, so its gauge could be quicker.
  await Promise.all([metrics.flush(), metrics.flush()]);
  expect(queue.timestampsOf("g")).toEqual([START_MS, START_MS + 1]);
});

test("a gauge says how it stands at every flush, under its process's name, until it is removed", async () => {
  const queue = new FakeQueue();
  const { metrics } = metricsOver(queue, { labels: { service: "checkout" } });
  const gauge = metrics.gauge("connections");
  gauge.set({ pool: "a" }, 7);
  gauge.inc({ pool: "a" });
  gauge.dec({ pool: "b" }, 3);
  await metrics.flush();
  await metrics.flush();
  gauge.remove({ pool: "a" });
  await metrics.flush();
  const label = (pool: string) => `{__name__="connections",instance="test",pool="${pool}",service="checkout"}`;
  const kept = samplesOf(queue).filter(({ key }) => key === label("a"));
  expect(kept.map(({ kind, late, value }) => [kind, late, value])).toEqual(Array(2).fill(["gauge", "reject", 8]));
  expect(new Set(kept.map(({ timestamp }) => timestamp)).size).toBe(2);
  expect(samplesOf(queue).filter(({ key }) => key === label("b"))).toHaveLength(3);
});

test("labels of the set are on every series, and a recording's own win; counts carry no process's name", async () => {
  const queue = new FakeQueue();
  const { metrics } = metricsOver(queue, { labels: { service: "checkout", region: "eu" } });
  metrics.counter("c_total").inc({ region: "us", empty: "", missing: undefined });
  await metrics.flush();
  expect(samplesOf(queue)).toEqual([
    {
      key: '{__name__="c_total",region="us",service="checkout"}',
      kind: "delta",
      late: "restamp",
      value: 1,
      timestamp: START_MS,
    },
  ]);
});

test("an instrument is made once for a name, and what cannot be is refused in a sentence", () => {
  const { metrics, producer } = metricsOver(new FakeQueue());
  expect(metrics.counter("c_total")).toBe(metrics.counter("c_total"));
  expect(metrics.histogram("h")).toBe(metrics.histogram("h"));
  expect(() => metrics.histogram("h", buckets.of(1))).toThrow("Expected the buckets that `h` has already, got others");
  expect(() => metrics.gauge("c_total")).toThrow("Expected a name of its own, got `c_total`, which is taken");
  expect(() => metrics.counter("h_count")).toThrow("Expected a name of its own, got `h_count`, which is taken");
  expect(() => metrics.histogram("h_bucket")).toThrow("Expected a name of its own, got `h_bucket`, which is taken");
  expect(() => metrics.counter("bad-name")).toThrow("Expected a metric name like");
  expect(() => createMetrics(producer, { maxSeries: 0 })).toThrow("Expected `maxSeries` to be an integer from 1");
  expect(() => createMetrics(producer, { flushIntervalMs: -1 })).toThrow("Expected `flushIntervalMs` to be an integer");
  expect(() => createMetrics(producer, { labels: { le: "1" } })).toThrow('Expected no label "le"');
  expect(() => createMetrics(producer, { labels: { _unique_id: "1" } })).toThrow("Expected no label `_unique_id`");
  expect(() => {
    for (let i = 0; i < 600; i++) metrics.counter(`c${i}_total`);
  }).toThrow("Expected at most 500 instruments");
});

test("on its own it flushes by interval, one flush after the other, until it is closed", async () => {
  vi.useFakeTimers();
  const queue = new FakeQueue();
  const { metrics } = metricsOver(
    queue,
    { flushIntervalMs: 10_000 },
    { clock: { ...stillClock, sleep: () => Promise.resolve() } },
  );
  const counter = metrics.counter("c_total");
  for (let i = 0; i < 3; i++) {
    counter.inc();
    await vi.advanceTimersByTimeAsync(10_100);
    expect(samplesOf(queue)).toHaveLength(i + 1);
  }
  counter.inc();
  const closing = metrics.close();
  await vi.advanceTimersByTimeAsync(100);
  expect(await closing).toMatchObject({ sent: 1, unsent: 0 });
  counter.inc();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(samplesOf(queue)).toHaveLength(4);
});
