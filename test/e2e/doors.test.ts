import { OTLPMetricExporter as JsonExporter } from "@opentelemetry/exporter-metrics-otlp-http";
import { OTLPMetricExporter as ProtobufExporter } from "@opentelemetry/exporter-metrics-otlp-proto";
import { AggregationTemporality, MeterProvider, PeriodicExportingMetricReader } from "@opentelemetry/sdk-metrics";
import { startIntakeServer } from "@penstock/intake";
import { type Local, startLocal } from "@penstock/local";
import type { SendBatch } from "@penstock/model";
import { sqsClientFor, sqsSendBatch } from "@penstock/producer";
import { Counter, Gauge, Histogram, Pushgateway, Registry } from "prom-client";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { describePrometheus, type Prometheus, startPrometheus } from "../prometheus.ts";

const silent = { debug() {}, info() {}, warn() {}, error() {} };

describePrometheus("clients that know nothing of Penstock, through the doors into a real Prometheus", () => {
  let prometheus: Prometheus;
  let local: Local;
  let intake: Awaited<ReturnType<typeof startIntakeServer>>;
  const warnings: string[] = [];
  /** What becomes of a call to the queue. */
  let fate: "answered" | "lost" | "refused" = "answered";

  beforeEach(async () => {
    fate = "answered";
    prometheus = await startPrometheus();
    local = await startLocal({ receiverUrl: prometheus.url, log: silent, onReport: () => undefined });
    const send = sqsSendBatch(sqsClientFor(local.queueUrl), local.queueUrl);
    const queue: SendBatch = async (entries) => {
      if (fate === "refused") throw new Error("the queue is away");
      const answer = await send(entries);
      if (fate === "lost") throw new Error("the answer is lost");
      return answer;
    };
    warnings.length = 0;
    intake = await startIntakeServer({ queue, firehose: "open", warn: (sentence) => warnings.push(sentence) });
  });

  afterEach(async () => {
    await intake?.close();
    await local?.stop();
    await prometheus?.stop();
  });

  /** Until all that was taken is stored. */
  const drained = () =>
    vi.waitFor(
      () => {
        const { queue, deadLetters } = local.inspect();
        expect([queue.visible, queue.inFlight, deadLetters.visible]).toEqual([0, 0, 0]);
      },
      { timeout: 20_000, interval: 50 },
    );

  /** The one value of an expression. */
  async function stored(expression: string): Promise<number> {
    const result = (await query(prometheus.url, `sum(${expression})`)) as { value: [number, string] }[];
    return Number(result[0]?.value[1]);
  }

  const exporters = [
    ["protobuf", ProtobufExporter],
    ["JSON", JsonExporter],
  ] as const;
  const temporalities = [
    ["delta", AggregationTemporality.DELTA],
    ["cumulative", AggregationTemporality.CUMULATIVE],
  ] as const;
  const combinations = exporters.flatMap(([form, Exporter]) =>
    temporalities.map(([name, temporality]) => [form, name, Exporter, temporality] as const),
  );

  test.each(combinations)("OpenTelemetry's SDK, %s, %s", async (_form, name, Exporter, temporalityPreference) => {
    const exporter = new Exporter({ url: `${intake.url}/v1/metrics`, temporalityPreference });
    // Far off: what is exported is what is flushed.
    const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
    const provider = new MeterProvider({ readers: [reader] });
    const meter = provider.getMeter("shop", "1.0");
    const orders = meter.createCounter("orders", { unit: "{order}" });
    const open = meter.createUpDownCounter("carts.open");
    const took = meter.createHistogram("took", { unit: "ms", advice: { explicitBucketBoundaries: [10, 100] } });
    meter.createObservableGauge("load", { unit: "1" }).addCallback((result) => result.observe(0.25));
    for (let i = 1; i <= 3; i++) {
      orders.add(i, { currency: "EUR" });
      open.add(i === 2 ? -1 : 2);
      took.record(50 * i);
      await provider.forceFlush();
      // At one millisecond a total has one value only.
      const exported = Date.now();
      await vi.waitFor(() => expect(Date.now()).toBeGreaterThan(exported), { interval: 1 });
    }
    await provider.shutdown();
    await drained();
    const total = (metric: string) => stored(name === "delta" ? `sum_over_time(${metric}[5m])` : metric);
    expect(await total('orders_total{currency="EUR",otel_scope_name="shop",job=~"unknown_service.*"}')).toBe(6);
    expect(await total("took_milliseconds_count")).toBe(3);
    expect(await total("took_milliseconds_sum")).toBe(300);
    expect(await total('took_milliseconds_bucket{le="10"}')).toBe(0);
    expect(await total('took_milliseconds_bucket{le="100"}')).toBe(2);
    expect(await total('took_milliseconds_bucket{le="+Inf"}')).toBe(3);
    // An up-down counter has totals only, whatever is preferred (OpenTelemetry, delta preference of exporters).
    expect(await stored("carts_open")).toBe(3);
    expect(await stored("load_ratio")).toBe(0.25);
  });

  test("an OpenTelemetry exporter whose answer was lost sends again, and its deltas count once", async () => {
    const temporalityPreference = AggregationTemporality.DELTA;
    const exporter = new ProtobufExporter({ url: `${intake.url}/v1/metrics`, temporalityPreference });
    const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
    const provider = new MeterProvider({ readers: [reader] });
    provider.getMeter("shop").createCounter("orders").add(5);
    fate = "lost";
    const flushed = provider.forceFlush();
    await vi.waitFor(() => expect(warnings[0]).toContain("the answer is lost"), { timeout: 20_000 });
    await drained();
    expect(await stored("sum_over_time(orders_total[5m])")).toBe(5);
    fate = "answered";
    // It was told to come again in five seconds.
    await flushed;
    await provider.shutdown();
    await drained();
    expect(await stored("sum_over_time(orders_total[5m])")).toBe(5);
  });

  test("prom-client's Pushgateway", async () => {
    const registry = new Registry();
    const registers = [registry];
    const jobs = new Counter({ name: "jobs_total", help: "h", labelNames: ["result"], registers });
    const size = new Gauge({ name: "size_bytes", help: "h", registers });
    const took = new Histogram({ name: "took_seconds", help: "h", buckets: [1], registers });
    jobs.inc({ result: 'o"k\\' }, 3);
    size.set(17);
    took.observe(0.5);
    const gateway = new Pushgateway(intake.url, {}, registry);
    await gateway.push({ jobName: "nightly/1", groupings: { instance: "a b" } });
    jobs.inc({ result: 'o"k\\' }, 1);
    const packed = new Pushgateway(intake.url, { headers: { "Content-Encoding": "gzip" } }, registry);
    await packed.pushAdd({ jobName: "nightly/1", groupings: { instance: "a b" } });
    await drained();
    const own = 'job="nightly/1",instance="a b"';
    expect(await stored(`jobs_total{result="o\\"k\\\\",${own}}`)).toBe(4);
    expect(await stored(`size_bytes{${own}}`)).toBe(17);
    expect(await stored(`took_seconds_bucket{le="1",${own}}`)).toBe(1);
    await expect(gateway.delete({ jobName: "nightly/1" })).rejects.toThrow("Nothing can be deleted");
  });

  test("a Prometheus that scrapes itself and writes through the queue has a twin, sample by sample", async () => {
    const sender = await startPrometheus({
      config: (address) => ({
        scrape_configs: [{ job_name: "self", scrape_interval: "1s", static_configs: [{ targets: [address] }] }],
        remote_write: [
          {
            url: `${intake.url}/api/v1/write`,
            queue_config: { batch_send_deadline: "200ms", min_backoff: "50ms", max_backoff: "500ms" },
          },
        ],
      }),
    });
    try {
      const newest = async (url: string): Promise<number> => {
        const result = await query(url, 'max(timestamp(up{job="self"}))');
        return Number((result[0] as { value: [number, string] } | undefined)?.value[1] ?? 0);
      };
      const arrived = () =>
        vi.waitFor(async () => expect(await newest(prometheus.url)).toBeGreaterThan(0), { timeout: 20_000 });
      await arrived();
      // In the middle of it the queue is away, and once it takes what it does not say it took.
      for (const one of ["refused", "lost"] as const) {
        const before = await newest(sender.url);
        fate = one;
        await vi.waitFor(async () => expect(await newest(sender.url)).toBeGreaterThan(before + 1), { timeout: 20_000 });
        fate = "answered";
      }
      const end = await newest(sender.url);
      await vi.waitFor(async () => expect(await newest(prometheus.url)).toBeGreaterThan(end), { timeout: 20_000 });
      await vi.waitFor(async () => expect(await samples(prometheus.url, end)).toEqual(await samples(sender.url, end)), {
        timeout: 20_000,
        interval: 500,
      });
      const twin = await samples(prometheus.url, end);
      expect(twin.size).toBeGreaterThan(300);
      expect(local.inspect().deadLetters.visible).toBe(0);
    } finally {
      await sender.stop();
    }
  });
});

async function query(url: string, expression: string, time?: number): Promise<unknown[]> {
  const parameters = new URLSearchParams({ query: expression, ...(time !== undefined && { time: String(time) }) });
  const response = await fetch(`${url}/api/v1/query?${parameters}`);
  const { data, error } = (await response.json()) as { data?: { result: unknown[] }; error?: string };
  if (!data) throw new Error(error);
  return data.result;
}

/** Every sample of the last five seconds before `end`, by series without the labels of the consumer. */
async function samples(url: string, end: number): Promise<Map<string, unknown>> {
  const result = (await query(url, '{job="self"}[5s]', end)) as { metric: Record<string, string>; values: unknown }[];
  return new Map(
    result
      .map(
        ({ metric: { _unique_id, _group, ...metric }, values }) =>
          [JSON.stringify(Object.entries(metric).sort()), values] as const,
      )
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}
