import type { LabelPairs } from "@penstock/model";
import { type Answer, accept, refuse } from "../answer.ts";
import type { Engine } from "../engine.ts";
import { goFloat, goInteger, goTime } from "../go-text.ts";
import { Head, type Refusal, Target } from "../head.ts";
import { formatLabels } from "../labels.ts";
import type { IncomingSeries, Metadata } from "../series.ts";
import type { CortexRules } from "./cortex-rules.ts";
import { HaTracker } from "./ha-tracker.ts";
import { refuseSeries } from "./series-limits.ts";
import { TokenBucket } from "./token-bucket.ts";
import { refuseMetadata } from "./validate-metadata.ts";
import { validateSeries } from "./validate-series.ts";

/** Before the words of an ingester, with replication factor 1. */
const QUORUM =
  "maxFailure (quorum) on a given error family, addr=127.0.0.1:9095 state=ACTIVE zone=, rpc error: code = Code(400) desc = ";

/** A series that the distributor passes on. */
interface Passed extends IncomingSeries {
  readonly labels: LabelPairs;
}

/**
 * Cortex 1.21.1, the engine family of AMP: takes what it can of a request and names one of the samples that it did not
 * take (docs/remote-write.md).
 */
export class Cortex implements Engine {
  readonly name = "cortex" as const;
  readonly head: Head;
  readonly #rules: CortexRules;
  readonly #now: () => number;
  readonly #haTracker: HaTracker | undefined;
  readonly #bucket: TokenBucket | undefined;

  constructor(rules: CortexRules, now: () => number) {
    this.#rules = rules;
    this.#now = now;
    this.head = new Head({
      outOfOrderWindowMs: rules.outOfOrderWindowMs,
      refuseSeries: (labels, head) => refuseSeries(rules, labels, head),
    });
    this.#haTracker = rules.haDedupe ? new HaTracker() : undefined;
    const { ingestionRate: rate } = rules;
    this.#bucket = rate && new TokenBucket({ perSecond: rate.samplesPerSecond, burst: rate.burst }, now());
  }

  get maxRequestBytes(): number {
    return this.#rules.maxRequestBytes;
  }

  /** The distributor: looks at every series, takes the tokens, and hands on what is left. */
  write(series: readonly IncomingSeries[], metadata: readonly Metadata[]): Answer {
    const nowMs = this.#now();
    const ha = this.#haTracker?.judge(series[0]?.labels, nowMs);
    if (ha && ha.kind !== "take") return refuse(ha.kind === "drop" ? 202 : 400, ha.words);
    const entries = ha ? series.map((entry) => ({ ...entry, labels: ha.labels(entry.labels) })) : series;
    if (entries.some(({ labels }) => labels.length === 0)) return refuse(400, "empty labels found");

    const passed: Passed[] = [];
    let samples = 0;
    let invalid: string | undefined;
    for (const entry of entries) {
      const validated = validateSeries(entry, this.#rules, nowMs);
      if ("words" in validated) {
        invalid ??= validated.words;
        continue;
      }
      passed.push({ ...entry, labels: validated.labels });
      samples += entry.timestamps.length;
    }
    const refused = metadata.map(refuseMetadata).filter((words) => words !== undefined);
    invalid ??= refused[0];
    const about = metadata.length - refused.length;
    if (this.#bucket?.take(samples + about, nowMs) === false) return this.#refuseRate(samples, about);
    const words = this.#ingest(passed) ?? invalid;
    return words === undefined ? accept(200) : refuse(400, words);
  }

  #refuseRate(samples: number, metadata: number): Answer {
    const { samplesPerSecond, retryAfterSeconds } = this.#rules.ingestionRate!;
    const words = `ingestion rate limit (${goFloat(samplesPerSecond)}) exceeded while adding ${samples} samples and ${metadata} metadata`;
    return refuse(429, words, retryAfterSeconds === undefined ? {} : { "retry-after": String(retryAfterSeconds) });
  }

  /** The ingester: goes on after every refusal, commits the rest, and says what the first refusal was. */
  #ingest(series: readonly Passed[]): string | undefined {
    const appender = this.head.appender();
    let first: string | undefined;
    for (const { labels, timestamps, values } of series) {
      const target = new Target(labels);
      for (let i = 0; i < timestamps.length; i++) {
        // Between distributor and ingester a value that equals zero is left out of the message, so −0 arrives as 0.
        const value = values[i] === 0 ? 0 : values[i]!;
        const refusal = appender.append(target, timestamps[i]!, value);
        if (refusal) first ??= explain(refusal, labels, timestamps[i]!, value);
      }
    }
    appender.commit();
    return first === undefined ? undefined : `${QUORUM}user=${this.#rules.tenant}: ${first}`;
  }
}

function explain(refusal: Refusal, labels: LabelPairs, timestampMs: number, value: number): string {
  if (refusal.kind === "series") return refusal.words;
  if (refusal.kind !== "duplicate sample for timestamp") {
    return `err: ${refusal.kind}. timestamp=${goTime(timestampMs)}, series=${formatLabels(labels)}`;
  }
  const values = `existing ${goFloat(refusal.existing)}, new value ${goFloat(value)}`;
  return `err: ${refusal.kind} ${goInteger(timestampMs)}; overrides not allowed: ${values}. series=${formatLabels(labels)}`;
}
