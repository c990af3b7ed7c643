import type { Matcher } from "@penstock/model";
import type { Answer } from "./answer.ts";
import type { Engine } from "./engine.ts";
import { compareLabels } from "./labels.ts";
import { compileMatchers } from "./matching.ts";
import { Cortex } from "./rules/cortex.ts";
import { CORTEX_RULES, type CortexRules } from "./rules/cortex-rules.ts";
import { PROMETHEUS_RULES, PrometheusReceiver, type PrometheusRules } from "./rules/prometheus.ts";
import type { IncomingSeries, Metadata, StoredSeries } from "./series.ts";

export interface LocalReceiverOptions {
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Whose rules it follows, and what is set about them; the rest is as it comes. Default Cortex's. */
  readonly rules?: ReceiverRules;
  /** How far behind the newest sample samples are kept. Default: for good. */
  readonly retentionMs?: number;
}

export type ReceiverRules =
  | (Partial<CortexRules> & { readonly engine: "cortex" })
  | (Partial<PrometheusRules> & { readonly engine: "prometheus" });

/** How much of the retention passes between two clearings, which walk every series. */
const CLEARINGS_PER_RETENTION = 8;

/**
 * A stand-in for what takes remote write: the rules of Cortex or of Prometheus over a store in memory. Pure but for
 * the clock it is given: no I/O, no timers, and the same writes at the same times leave the same behind.
 */
export class LocalReceiver {
  readonly #engine: Engine;
  readonly #retentionMs: number;
  /** Epoch milliseconds. */
  readonly now: () => number;
  #clearedAtMs = -Infinity;

  constructor({ now, rules = { engine: "cortex" }, retentionMs = Infinity }: LocalReceiverOptions) {
    this.now = now;
    this.#engine =
      rules.engine === "cortex"
        ? new Cortex({ ...CORTEX_RULES, ...rules }, now)
        : new PrometheusReceiver({ ...PROMETHEUS_RULES, ...rules });
    this.#retentionMs = retentionMs;
  }

  get engine(): Engine["name"] {
    return this.#engine.name;
  }

  get maxRequestBytes(): number {
    return this.#engine.maxRequestBytes;
  }

  /** One remote-write request, decoded. */
  write(series: readonly IncomingSeries[], metadata: readonly Metadata[] = []): Answer {
    const result = this.#engine.write(series, metadata);
    this.#clear();
    return result;
  }

  /**
   * The raw samples of the series that match, both ends included, stale markers too; sorted by labels and time, without
   * series that have none there.
   *
   * @throws {RegExpError} for a regular expression that RE2 and JavaScript read differently
   */
  select(matchers: readonly Matcher[], startMs: number = -Infinity, endMs: number = Infinity): StoredSeries[] {
    const matches = compileMatchers(matchers);
    const selected: StoredSeries[] = [];
    for (const series of this.#engine.head.series.values()) {
      if (!matches(series.labels)) continue;
      const stored = series.read(startMs, endMs);
      if (stored.timestamps.length > 0) selected.push(stored);
    }
    return selected.sort((a, b) => compareLabels(a.labels, b.labels));
  }

  #clear(): void {
    const { head } = this.#engine;
    if (this.#retentionMs === Infinity || head.maxTimeMs === -Infinity) return;
    if (head.maxTimeMs - this.#clearedAtMs < this.#retentionMs / CLEARINGS_PER_RETENTION) return;
    this.#clearedAtMs = head.maxTimeMs;
    head.dropBefore(head.maxTimeMs - this.#retentionMs);
  }
}
