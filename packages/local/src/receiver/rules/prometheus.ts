import type { LabelPairs } from "@penstock/model";
import { type Answer, accept, refuse } from "../answer.ts";
import type { Engine } from "../engine.ts";
import { Head, type Refusal, Target } from "../head.ts";
import { dropEmpty, repeatedName, sortPairs } from "../labels.ts";
import type { IncomingSeries } from "../series.ts";

/** Prometheus itself has no limit. This one bounds a stand-in, at Cortex's. */
const MAX_REQUEST_BYTES: number = 100 * 1024 * 1024;

/** What is set about a Prometheus. */
export interface PrometheusRules {
  /** `storage.tsdb.out_of_order_time_window`; 0 is none. */
  readonly outOfOrderWindowMs: number;
}

export const PROMETHEUS_RULES: PrometheusRules = { outOfOrderWindowMs: 0 };

/**
 * The remote-write receiver of Prometheus 2.42 (storage/remote/write_handler.go): all of a request or nothing, at the
 * first refusal; no look at names, lengths or the future, so a sample from the future pulls the floor up to itself and
 * everything current is out of bounds (transcript `future-3h`).
 */
export class PrometheusReceiver implements Engine {
  readonly name = "prometheus" as const;
  readonly maxRequestBytes: number = MAX_REQUEST_BYTES;
  readonly head: Head;

  constructor({ outOfOrderWindowMs }: PrometheusRules) {
    this.head = new Head({ outOfOrderWindowMs, refuseSeries });
  }

  write(series: readonly IncomingSeries[]): Answer {
    const appender = this.head.appender();
    for (const { labels, timestamps, values } of series) {
      const target = new Target(dropEmpty(sortPairs(labels)));
      for (let i = 0; i < timestamps.length; i++) {
        const refusal = appender.append(target, timestamps[i]!, values[i]!);
        if (refusal) return explain(refusal);
      }
    }
    appender.commit();
    return accept(204);
  }
}

function refuseSeries(labels: LabelPairs): string | undefined {
  if (labels.length === 0) return "empty labelset: invalid sample";
  const repeated = repeatedName(labels);
  return repeated === undefined ? undefined : `label name "${repeated}" is not unique: invalid sample`;
}

/** 2.42 does not count the newest of its own errors, and those about series, among the bad requests. */
function explain(refusal: Refusal): Answer {
  if (refusal.kind === "series") return refuse(500, refusal.words);
  return refuse(refusal.kind === "too old sample" ? 500 : 400, refusal.kind);
}
