import type { FlusherOptions } from "@penstock/flusher";
import {
  AMP_RULES,
  CORTEX_RULES,
  PROMETHEUS_RULES,
  type ReceiverRules,
} from "../../packages/local/src/receiver/index.ts";
import type { Random } from "./random.ts";
import type { StrangerKnobs, TrafficKnobs } from "./traffic.ts";
import {
  type ConsumerKnobs,
  type Faults,
  HOUR_MS,
  MINUTE_MS,
  NO_FAULTS,
  type Outage,
  type QueueKnobs,
  type ReceiverKnobs,
} from "./world.ts";

/** A world before its traffic is drawn. */
export interface Draft {
  exact: boolean;
  calm: boolean;
  receiver: ReceiverKnobs;
  consumers: ConsumerKnobs;
  faults: Faults;
  outages: Outage[];
  queue: QueueKnobs;
  traffic: TrafficKnobs;
  strangers: StrangerKnobs;
  replay: boolean;
  /** Restamped samples that are said again: their first restamp must never fail. */
  againRestamped: boolean;
}

/** What a family changes of a draft: of its parts only what is named. */
export type Changes = Partial<Pick<Draft, "exact" | "calm" | "outages" | "replay" | "againRestamped">> & {
  readonly receiver?: Partial<ReceiverKnobs>;
  readonly consumers?: Partial<ConsumerKnobs>;
  readonly flusher?: Partial<FlusherOptions>;
  readonly faults?: Partial<Faults>;
  readonly queue?: Partial<QueueKnobs>;
  readonly traffic?: Partial<TrafficKnobs>;
  readonly strangers?: Partial<StrangerKnobs>;
};

export function changed(draft: Draft, { flusher, ...changes }: Changes): Draft {
  const { consumers } = draft;
  return {
    ...draft,
    ...changes,
    receiver: { ...draft.receiver, ...changes.receiver },
    consumers: { ...consumers, ...changes.consumers, flusher: { ...consumers.flusher, ...flusher } },
    faults: { ...draft.faults, ...changes.faults },
    queue: { ...draft.queue, ...changes.queue },
    traffic: { ...draft.traffic, ...changes.traffic },
    strangers: { ...draft.strangers, ...changes.strangers },
  };
}

/** What is drawn for every family alike. */
export function drawDraft(random: Random): Draft {
  const lanes = random.pick([1, 3, 10]);
  const durationMs = random.pick([20_000, 2 * MINUTE_MS, 20 * MINUTE_MS]);
  const groups = random.pick([1, 2, 4]);
  return {
    exact: true,
    calm: false,
    receiver: {
      rules: drawRules(random),
      queryable: true,
      wordless: random.pick([0, 0, 0.3, 1]),
      lookMaxSamples: random.pick([60, 200, Infinity, Infinity]),
      lookLagMs: 0,
      maxSamples: Infinity,
      skewMs: 0,
      retentionMs: Infinity,
    },
    consumers: drawConsumers(lanes, random),
    faults: NO_FAULTS,
    outages: [],
    queue: {
      groups,
      maxReceiveCount: 1_000,
      retentionMs: 4 * 24 * HOUR_MS,
      dedupByGroup: random.chance(0.5),
    },
    traffic: {
      durationMs,
      sends: random.int(2, 16),
      series: random.int(1, 5),
      groups,
      samples: random.pick([3, 8, 20]),
      kinds: random.pick([["delta"], ["delta"], ["delta", "gauge", "cumulative"]] as const),
      values: "unique",
      crowded: random.pick([0, 0.3, 0.9]),
      old: random.pick([0, 0.2, 0.8]),
      late: random.pick([0, 0.1, 0.4]),
      ahead: random.pick([0, 0, 0.1]),
      edge: random.pick([0, 0, 0.1]),
      borderline: 0,
      restamp: random.pick([0, 0.3, 1]),
      restampGauges: true,
      again: random.pick([0, 0.2, 0.5]),
      againWithinMs: random.pick([10 * MINUTE_MS, 6 * HOUR_MS]),
      raw: random.pick([0, 0.3]),
      nameless: 0.2,
      doubled: 0.3,
      bad: 0.3,
      poison: 0,
      wrongGroup: 0,
      labels: [],
    },
    strangers: { way: "none", writes: random.int(1, 12), lanes, durationMs, equal: false },
    replay: false,
    againRestamped: false,
  };
}

function drawRules(random: Random): ReceiverRules {
  const outOfOrderWindowMs = random.pick([0, 60_000, 600_000]);
  if (random.chance(0.35)) return { ...PROMETHEUS_RULES, engine: "prometheus", outOfOrderWindowMs };
  return { ...(random.chance(0.7) ? AMP_RULES : CORTEX_RULES), engine: "cortex", outOfOrderWindowMs };
}

function drawConsumers(lanes: number, random: Random): ConsumerKnobs {
  const way = random.pick(["lambda", "worker"] as const);
  const flusher: Partial<FlusherOptions> = {
    lanes,
    groupLabel: random.chance(0.8) ? "_group" : "",
    maxSamplesPerRequest: random.pick([2, 10, 5_000, 5_000]),
    maxRequestBytes: random.pick([400, 900_000, 900_000]),
    maxRequestsInFlight: random.pick([1, 2, 4]),
    maxAttempts: random.pick([1, 2, 3]),
    requestTimeoutMs: 2_000,
  };
  return {
    way,
    count: random.pick([1, 2, 4]),
    batchSize: random.pick([1, 3, 10]),
    visibilityMs: way === "lambda" ? 90_000 : 30_000,
    invocationMs: 15_000,
    holdBackMs: random.pick([0, 0, 60_000]),
    maxSkewMs: 0,
    flusher,
  };
}
