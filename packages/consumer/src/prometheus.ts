import type { Report } from "@penstock/flusher";
import { Counter, Histogram, Registry } from "prom-client";
import { COUNTERS, DISTRIBUTIONS, LABELLED_COUNTERS } from "./measures.ts";

/** What a worker did since it started, for Prometheus. */
export interface PrometheusMetrics {
  readonly record: (report: Report) => void;
  /** In the text format. */
  readonly text: () => Promise<string>;
}

/** Metrics in a registry of their own, so that several workers of a process do not add up. */
export function createMetrics(): PrometheusMetrics {
  const registry = new Registry();
  const registers = [registry];
  const recorders: ((report: Report) => void)[] = [];
  for (const { name, help, count } of COUNTERS) {
    const counter = new Counter({ name, help, registers });
    recorders.push((report) => counter.inc(count(report)));
  }
  for (const { name, help, label, counts } of LABELLED_COUNTERS) {
    const counter = new Counter({ name, help, labelNames: [label], registers });
    recorders.push((report) => {
      for (const [value, count] of counts(report)) counter.inc({ [label]: value }, count);
    });
  }
  for (const { name, help, buckets, seconds } of DISTRIBUTIONS) {
    const histogram = new Histogram({ name, help, buckets: [...buckets], registers });
    recorders.push((report) => {
      for (const value of seconds(report)) histogram.observe(value);
    });
  }
  return {
    record: (report) => {
      for (const record of recorders) record(report);
    },
    text: () => registry.metrics(),
  };
}
