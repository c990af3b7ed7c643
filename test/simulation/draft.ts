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
  START_MS,
} from "./world.ts";

/** What a family changes of a world that is drawn the usual way. */
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

export function drawLimits(random: Random): ReceiverRules {
  return {
    ...AMP_RULES,
    engine: "cortex",
    outOfOrderWindowMs: random.pick([0, 600_000]),
    // A metric has at least as many series as there are groups: a receipt always finds room.
    maxSeriesPerMetric: random.pick([undefined, 4, 6]),
    maxSeriesPerLabelSet: random.chance(0.5) ? [{ labelSet: { team: "a" }, maxSeries: random.int(1, 3) }] : [],
    ingestionRate: random.chance(0.5)
      ? { samplesPerSecond: 5, burst: random.int(4, 30), retryAfterSeconds: random.pick([undefined, 1]) }
      : undefined,
  };
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

export function stormy(draft: Draft, random: Random): Draft {
  const trouble = random.pick([0.02, 0.1, 0.3]);
  const share = () => random.pick([0, 0, 1, 1, 3]) * trouble;
  const { consumers } = draft;
  return {
    ...draft,
    consumers: {
      ...consumers,
      flusher: { ...consumers.flusher, maxSamples: random.pick([5, 40, 100_000, 100_000]) },
    },
    faults: {
      death: random.pick([0, 0.1, 0.3, 0.6]),
      repeat: random.pick([0, 0.5]),
      slow: share() / 3,
      lateEffectMs: random.pick([0, 900]),
      lostBefore: share() / 3,
      lostAfter: share() / 3,
      failedBefore: share() / 3,
      failedAfter: share() / 3,
      throttled: share() / 3,
      lookFails: share() / 3,
      queueFails: share() / 4,
      letterFails: share() / 2,
    },
    outages: random.chance(0.2) ? [drawOutage(draft.traffic.durationMs, random)] : [],
    strangers: { ...draft.strangers, way: random.pick(["none", "none", "early", "racing"]) },
    queue: { ...draft.queue, maxReceiveCount: random.pick([6, 1_000, 1_000]) },
    // A gauge behind another is rejected, and an hour later it would be late and restamped: after a death, both.
    traffic: { ...draft.traffic, restampGauges: false },
    replay: random.chance(0.2),
  };
}

function drawOutage(durationMs: number, random: Random): Outage {
  const fromMs = START_MS + random.int(0, durationMs);
  const how = random.pick<Outage["how"]>(["unavailable", "refused", "hanging", "throttled", "misconfigured"]);
  return { fromMs, toMs: fromMs + random.int(1_000, 10 * MINUTE_MS), how };
}

/** Samples of one time and one value cannot be told apart without looking, nor can a window's silence. */
export function blind(draft: Draft, random: Random): Draft {
  const rules = random.chance(0.5)
    ? ({ ...AMP_RULES, engine: "cortex", outOfOrderWindowMs: 0 } as const)
    : ({ ...PROMETHEUS_RULES, engine: "prometheus", outOfOrderWindowMs: 0 } as const);
  return {
    ...draft,
    receiver: { ...draft.receiver, rules, queryable: false, wordless: 0 },
    traffic: { ...draft.traffic, kinds: ["delta"], again: 0, doubled: 0, values: "unique" },
    replay: false,
  };
}
