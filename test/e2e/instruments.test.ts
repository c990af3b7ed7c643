import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { type Local, startLocal, startQueueServer } from "@penstock/local";
import { decodeMessage } from "@penstock/model";
import { buckets, createMetrics, createProducer, formatFloat, type Metrics } from "@penstock/producer";
import { Registry, Counter as TheirCounter, Histogram as TheirHistogram } from "prom-client";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { describePrometheus, type Prometheus, startPrometheus } from "../prometheus.ts";

const LADDER = buckets.steps(1, 20, 1).steps(20, 100, 5).steps(100, 1000, 20).steps(1000, 30_000, 1000);
const silent = { debug() {}, info() {}, warn() {}, error() {} };

describePrometheus("instruments, through the queue and the consumer, in a real Prometheus", () => {
  let prometheus: Prometheus;
  let local: Local;
  beforeEach(async () => {
    prometheus = await startPrometheus();
    local = await startLocal({ receiverUrl: prometheus.url, log: silent, onReport: () => undefined });
  });
  afterEach(async () => {
    await local?.stop();
    await prometheus?.stop();
  });

  /** Instruments as a process of its own would have them. */
  function service(options: Parameters<typeof createMetrics>[1] = {}): Metrics {
    const producer = createProducer({ queueUrl: local.queueUrl, flushIntervalMs: 0 });
    return createMetrics(producer, { flushIntervalMs: 0, ...options });
  }

  async function query(expression: string): Promise<Record<string, number>> {
    const response = await fetch(`${prometheus.url}/api/v1/query?query=${encodeURIComponent(expression)}`);
    const { data } = (await response.json()) as {
      data: { result: { metric: Record<string, string>; value: [number, string] }[] };
    };
    return Object.fromEntries(data.result.map(({ metric, value }) => [JSON.stringify(metric), Number(value[1])]));
  }

  /** Until all that was sent is stored. */
  const drained = () =>
    vi.waitFor(
      () => {
        const { queue, deadLetters } = local.inspect();
        expect([queue.visible, queue.inFlight, deadLetters.visible]).toEqual([0, 0, 0]);
      },
      { timeout: 20_000, interval: 50 },
    );

  test("a response of 5 ms and one of 127 ms are in the buckets of the ladder where they belong", async () => {
    const metrics = service();
    const duration = metrics.histogram("response_ms", LADDER);
    duration.observe({ path: "/" }, 5);
    duration.observe({ path: "/" }, 127);
    await metrics.close();
    await drained();
    const stored = "sum without (_unique_id, _group) (sum_over_time(response_ms_bucket[10m]))";
    const byLe = await query(`sum by (le) (${stored})`);
    expect(["4", "5", "120", "140", "30000", "+Inf"].map((le) => byLe[JSON.stringify({ le })])).toEqual([
      0, 1, 1, 2, 2, 2,
    ]);
    expect(await query(`histogram_quantile(0.75, ${stored})`)).toEqual({ '{"path":"/"}': 130 });
    expect(await query(`histogram_quantile(0.5, ${stored})`)).toEqual({ '{"path":"/"}': 5 });
    expect(
      await query("sum(sum_over_time(response_ms_sum[10m])) / sum(sum_over_time(response_ms_count[10m]))"),
    ).toEqual({ "{}": 66 });
  });

  test("quantiles over the deltas of many flushes of three processes are those of all their observations", async () => {
    const processes = [service(), service(), service()];
    const observed: number[] = [];
    for (let round = 0; round < 6; round++) {
      for (const [i, metrics] of processes.entries()) {
        const duration = metrics.histogram("response_ms", LADDER);
        for (let n = 0; n < 40; n++) {
          // A spread over four decades that is the same in each run.
          const value = Math.round(1.07 ** ((observed.length * 37) % 150) * 10) / 10 + i;
          duration.observe({ path: "/", method: "GET" }, value);
          observed.push(value);
        }
      }
      await Promise.all(processes.map((metrics) => metrics.flush()));
    }
    await drained();
    const stored = "sum without (_unique_id, _group) (sum_over_time(response_ms_bucket[10m]))";
    expect(await query("sum(sum_over_time(response_ms_count[10m]))")).toEqual({ "{}": observed.length });
    for (const q of [0.01, 0.1, 0.5, 0.9, 0.99, 0.999]) {
      const answer = Object.values(await query(`histogram_quantile(${q}, ${stored})`))[0]!;
      expect(answer / quantile(q, observed, LADDER.bounds)).toBeCloseTo(1, 9);
    }
  });

  test("a bridged prom-client registry rates and ranks as a scraped one", async () => {
    const registry = new Registry();
    const registers = [registry];
    const jobs = new TheirCounter({ name: "jobs_total", help: "-", registers });
    const seconds = new TheirHistogram({ name: "seconds", help: "-", registers });
    const metrics = service({ instance: "one" });
    const other = service({ instance: "two" });
    for (const each of [metrics, other]) each.bridge(registry);
    for (let i = 0; i < 3; i++) {
      jobs.inc(10);
      seconds.observe(0.07);
      await Promise.all([metrics.flush(), other.flush()]);
    }
    await drained();
    expect(await query("max by (instance) (max_over_time(jobs_total[10m]))")).toEqual({
      '{"instance":"one"}': 30,
      '{"instance":"two"}': 30,
    });
    expect(await query("sum by (instance) (resets(jobs_total[10m]))")).toEqual({
      '{"instance":"one"}': 0,
      '{"instance":"two"}': 0,
    });
    const q = "histogram_quantile(0.5, sum by (le) (max_over_time(seconds_bucket[10m])))";
    expect(Object.values(await query(q))[0]).toBeCloseTo(0.075, 9);
  });

  test("numbers are written as Prometheus itself writes them", async () => {
    const page = await (await fetch(`${prometheus.url}/metrics`)).text();
    const values = page
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("#"))
      .map((line) => line.split(" ").at(-1)!);
    const les = [...page.matchAll(/le="(.*?)"/g)].map(([, le]) => le!);
    const exponents = [...values, ...les].filter((text) => text.includes("e+"));
    expect(exponents.length).toBeGreaterThan(10);
    for (const text of [...values, ...les]) expect(formatFloat(Number(text.replace("Inf", "Infinity")))).toBe(text);
  });
});

/** The quantile as `histogram_quantile` defines it, of what was observed. */
function quantile(q: number, observed: readonly number[], bounds: readonly number[]): number {
  const countTo = (bound: number) => observed.filter((value) => value <= bound).length;
  const rank = q * observed.length;
  const i = bounds.findIndex((bound) => countTo(bound) >= rank);
  const lower = i === 0 ? 0 : bounds[i - 1]!;
  const below = i === 0 ? 0 : countTo(lower);
  return lower + (bounds[i]! - lower) * ((rank - below) / (countTo(bounds[i]!) - below));
}

test.each([
  { end: "signal", ends: { code: null, signal: "SIGTERM" }, sums: { requests_total: 1, seconds_count: 1 } },
  { end: "listener", ends: { code: 7, signal: null }, sums: { requests_total: 1, seconds_count: 1 } },
  // Nobody closed it: the interval is no reason to live.
  { end: "idle", ends: { code: 0, signal: null }, sums: {} },
])("a service that ends by $end has sent what it should, and ends as it would without", async ({ end, ends, sums }) => {
  const server = await startQueueServer();
  const queue = server.account.createQueue("metrics.fifo");
  const child = startService(server.queueUrl("metrics.fifo"), end);
  try {
    const exited = once(child, "exit");
    if (end !== "idle") {
      await once(child.stdout!, "data");
      child.kill("SIGTERM");
    }
    const [code, signal] = await exited;
    expect({ code, signal }).toEqual(ends);
    const found: Record<string, number> = {};
    for (const { body } of queue.receive({ max: 10 })) {
      const decoded = decodeMessage(body);
      if (!decoded.ok) throw new Error(decoded.reject.detail);
      for (const { labels, values } of decoded.message.series) {
        const name = labels.find(([label]) => label === "__name__")![1];
        if (!/_(bucket|sum)$/.test(name)) found[name] = values[0]!;
      }
    }
    expect(found).toEqual(sums);
  } finally {
    child.kill("SIGKILL");
    await server.close();
  }
});

function startService(queueUrl: string, end: string): ChildProcess {
  const script = fileURLToPath(new URL("../../packages/producer/test/service.ts", import.meta.url));
  const credentials = {
    AWS_REGION: "eu-west-1",
    AWS_ACCESS_KEY_ID: "AKIAIOSFODNN7EXAMPLE",
    AWS_SECRET_ACCESS_KEY: "x",
  };
  return spawn(process.execPath, ["--conditions=@penstock/source", script, queueUrl, end], {
    env: { ...process.env, ...credentials },
    stdio: ["ignore", "pipe", "inherit"],
  });
}
