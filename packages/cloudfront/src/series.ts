import type { Labels, MessageSeries } from "@penstock/model";
import type { LabelName, LabelRules, RequestLabels } from "./labels.ts";
import { Latency, MAX_LATENCY_SERIES } from "./latency.ts";
import type { LogRequest } from "./request.ts";

export const STATUS_METRIC = "response_status_code_total";
const LATENCY_METRIC = "response_duration_seconds";

interface Deltas {
  readonly metric: Labels;
  /** By millisecond. */
  readonly values: Map<number, number>;
}

interface Latencies {
  readonly labels: RequestLabels;
  /** By millisecond. */
  readonly at: Map<number, Latency>;
}

/** Requests as delta samples: those of one series in one second are one sample. */
export class RequestSeries {
  readonly #rules: Pick<LabelRules, "labels" | "latencyLabels">;
  readonly #tickMs: number;
  readonly #series = new Map<string, Deltas>();
  readonly #latencies = new Map<string, Latencies>();
  #samples = 0;

  /** @param tickMs where in its second a sample stands, 0 to 999 */
  constructor(rules: Pick<LabelRules, "labels" | "latencyLabels">, tickMs: number) {
    this.#rules = rules;
    this.#tickMs = tickMs;
  }

  /** Samples that there will be, at the most. */
  get samples(): number {
    return this.#samples;
  }

  add({ timestampMs, labels, seconds }: LogRequest): void {
    this.#count(STATUS_METRIC, pick(labels, this.#rules.labels), timestampMs, 1);
    if (seconds === undefined) return;
    const own = pick(labels, this.#rules.latencyLabels);
    const { at } = getOr(this.#latencies, JSON.stringify(own), () => ({ labels: own, at: new Map() }));
    const latency = getOr(at, timestampMs, () => {
      this.#samples += MAX_LATENCY_SERIES;
      return new Latency();
    });
    latency.observe(seconds);
  }

  /** All series, each in time order. */
  finish(): MessageSeries[] {
    for (const { labels, at } of this.#latencies.values()) {
      for (const [timestampMs, latency] of at) this.#countLatency(labels, timestampMs, latency);
    }
    this.#latencies.clear();
    return [...this.#series.values()].map(({ metric, values }) => {
      const inOrder = [...values].sort(([a], [b]) => a - b);
      return {
        metric,
        timestamps: inOrder.map(([at]) => at + this.#tickMs),
        values: inOrder.map(([, value]) => value),
      };
    });
  }

  #countLatency(labels: RequestLabels, timestampMs: number, latency: Latency): void {
    for (const { le, count } of latency.buckets()) {
      this.#count(`${LATENCY_METRIC}_bucket`, { ...labels, le }, timestampMs, count);
    }
    this.#count(`${LATENCY_METRIC}_sum`, labels, timestampMs, latency.sumSeconds);
    this.#count(`${LATENCY_METRIC}_count`, labels, timestampMs, latency.count);
  }

  #count(name: string, labels: Labels, timestampMs: number, value: number): void {
    // The same labels always come in the same order, so this is a key.
    const { values } = getOr(this.#series, JSON.stringify([name, labels]), () => ({
      metric: { __name__: name, ...labels },
      values: new Map(),
    }));
    if (!values.has(timestampMs)) this.#samples++;
    values.set(timestampMs, (values.get(timestampMs) ?? 0) + value);
  }
}

/** These labels, without the empty ones: an empty label is no label. */
function pick(labels: RequestLabels, names: readonly LabelName[]): RequestLabels & Labels {
  const picked: Record<string, string> = {};
  for (const name of names) if (labels[name]) picked[name] = labels[name];
  return picked;
}

function getOr<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}
