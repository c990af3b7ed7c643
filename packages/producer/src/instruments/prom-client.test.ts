import { keyOfSorted, NAME_LABEL } from "@penstock/model";
import { Counter, Gauge, Histogram, Registry, Summary } from "prom-client";
import { expect, test } from "vitest";
import { FakeQueue } from "../../test/fake-queue.ts";
import { metricsOver, producerOver } from "../../test/over.ts";
import { createMetrics, type MetricsOptions } from "./metrics.ts";
import type { PromClientRegistry } from "./prom-client.ts";

function bridgeOf(registry: PromClientRegistry, options: MetricsOptions = {}) {
  const queue = new FakeQueue();
  const { metrics, warnings } = metricsOver(queue, { instance: "i-1", ...options });
  metrics.bridge(registry);
  return { metrics, queue, warnings };
}

/** Every sample in the queue as a line of the text format. */
function linesOf(queue: FakeQueue): string[] {
  return queue.messages.flatMap(({ series }) =>
    series.flatMap(({ labels, values }) => {
      const name = labels.find(([label]) => label === NAME_LABEL)![1];
      const key = keyOfSorted(labels.filter(([label]) => label !== NAME_LABEL));
      return values.map((value) => `${name}${key} ${value}`);
    }),
  );
}

/** A registry with one of each, and labels that want escaping. */
function registryOfEach(): Registry {
  const registry = new Registry();
  registry.setDefaultLabels({ app: "shop" });
  const registers = [registry];
  const counter = new Counter({ name: "jobs_total", help: "-", labelNames: ["code", "text"], registers });
  counter.inc({ code: 200, text: 'a"b\\c\nd' }, 3);
  counter.inc({ code: 500, text: "é" });
  new Gauge({ name: "depth", help: "-", registers }).set(-4.5);
  const histogram = new Histogram({
    name: "seconds",
    help: "-",
    labelNames: ["path"],
    buckets: [0.005, 1, 1e6],
    registers,
  });
  for (const value of [0.001, 0.5, 7, 2e6]) histogram.observe({ path: "/" }, value);
  const summary = new Summary({ name: "bytes", help: "-", percentiles: [0.5, 0.99], registers });
  for (let i = 1; i <= 100; i++) summary.observe(i);
  return registry;
}

test("a registry arrives as the series that a scrape of it would find, under its instance", async () => {
  const registry = registryOfEach();
  const { metrics, queue } = bridgeOf(registry);
  await metrics.flush();
  const scraped = (await registry.metrics()).split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  const sortLabels = (line: string): string =>
    line.replace(
      /\{(.*)\}/s,
      (_, labels: string) =>
        `{${labels
          .split(/,(?=[a-z_]+=")/)
          .sort()
          .join(",")}}`,
    );
  const expected = scraped.map((line) => sortLabels(line.replace("{", '{instance="i-1",')));
  expect(linesOf(queue).sort()).toEqual(expected.sort());
  expect(expected).toHaveLength(2 + 1 + 6 + 4);
});

test("each part has its kind", async () => {
  const { metrics, queue } = bridgeOf(registryOfEach());
  await metrics.flush();
  const kinds = new Map<string, Set<string>>();
  for (const { kind, series } of queue.messages) {
    for (const { key } of series) {
      const name = `${/__name__="(.*?)"/.exec(key)![1]}${key.includes("quantile=") ? "{quantile}" : ""}`;
      kinds.set(name, (kinds.get(name) ?? new Set()).add(kind));
    }
  }
  expect(Object.fromEntries([...kinds].map(([name, set]) => [name, [...set].join()]))).toEqual({
    jobs_total: "cumulative",
    depth: "gauge",
    seconds_bucket: "cumulative",
    seconds_sum: "cumulative",
    seconds_count: "cumulative",
    bytes_sum: "cumulative",
    bytes_count: "cumulative",
    "bytes{quantile}": "gauge",
  });
});

test("two processes never write one series, unless both are given one name", async () => {
  const registry = new Registry();
  new Counter({ name: "jobs_total", help: "-", registers: [registry] }).inc();
  const { metrics, queue } = bridgeOf(registry, { instance: "", labels: { service: "a" } });
  await metrics.flush();
  expect(linesOf(queue)).toEqual(['jobs_total{service="a"} 1']);

  const own = bridgeOf(registry);
  const derived = createMetrics(producerOver(own.queue).producer, { flushIntervalMs: 0 });
  derived.bridge(registry);
  await derived.flush();
  expect(linesOf(own.queue)[0]).toMatch(new RegExp(`^jobs_total\\{instance="[^"]+:${process.pid}[:0-9]*"\\} 1$`));
});

test("a registry that fails or hangs is told once, and holds up nothing else for long", async () => {
  const registry = { getMetricsAsJSON: () => Promise.reject(new Error("no database")) };
  const { metrics, queue, warnings } = bridgeOf(registry);
  metrics.bridge({ getMetricsAsJSON: () => new Promise(() => {}) });
  metrics.bridge({
    getMetricsAsJSON: () => {
      throw new Error("at once");
    },
  });
  metrics.counter("c_total").inc();
  expect(await metrics.flush()).toEqual({ sent: 1, unsent: 0, lost: 0 });
  expect(linesOf(queue)).toEqual(["c_total{} 1"]);
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toMatch(
    /^A bridged registry could not be read: Error: (no database|at once); this is told once\.$/,
  );
});
