import type { Labels, MessageSeries } from "@penstock/model";
import { Latency } from "./latency.ts";
import type { LogRequest } from "./request.ts";

export const STATUS_METRIC = "response_status_code_total";
export const LATENCY_METRIC = "response_duration_seconds";

interface Deltas {
  readonly metric: Labels;
  /** By millisecond. */
  readonly values: Map<number, number>;
}

/** Requests as delta samples: those of one series in one second are one sample. */
export class RequestSeries {
  readonly #series = new Map<string, Deltas>();
  /** By host, then by millisecond. */
  readonly #latencies = new Map<string, Map<number, Latency>>();

  add({ timestampMs, statusCode, method, host, seconds }: LogRequest): void {
    this.#count({ __name__: STATUS_METRIC, status_code: statusCode, method, host }, timestampMs, 1);
    if (seconds === undefined) return;
    const latencies = getOr(this.#latencies, host, () => new Map<number, Latency>());
    getOr(latencies, timestampMs, () => new Latency()).observe(seconds);
  }

  /** All series, each in time order. */
  finish(): MessageSeries[] {
    for (const [host, latencies] of this.#latencies) {
      for (const [timestampMs, latency] of latencies) this.#countLatency(host, timestampMs, latency);
    }
    this.#latencies.clear();
    return [...this.#series.values()].map(({ metric, values }) => {
      const inOrder = [...values].sort(([a], [b]) => a - b);
      return { metric, timestamps: inOrder.map(([at]) => at), values: inOrder.map(([, value]) => value) };
    });
  }

  #countLatency(host: string, timestampMs: number, latency: Latency): void {
    for (const { le, count } of latency.buckets()) {
      this.#count({ __name__: `${LATENCY_METRIC}_bucket`, host, le }, timestampMs, count);
    }
    this.#count({ __name__: `${LATENCY_METRIC}_sum`, host }, timestampMs, latency.sumSeconds);
    this.#count({ __name__: `${LATENCY_METRIC}_count`, host }, timestampMs, latency.count);
  }

  #count(labels: Labels, timestampMs: number, value: number): void {
    // Always the same labels in the same order, so this is a key.
    const { values } = getOr(this.#series, JSON.stringify(labels), () => ({
      metric: present(labels),
      values: new Map(),
    }));
    values.set(timestampMs, (values.get(timestampMs) ?? 0) + value);
  }
}

/** An empty label is no label. */
function present(labels: Labels): Labels {
  return Object.fromEntries(Object.entries(labels).filter(([, value]) => value !== ""));
}

function getOr<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}
