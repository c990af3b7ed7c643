import {
  AMP_RULES,
  CORTEX_RULES,
  PROMETHEUS_RULES,
  type ReceiverRules,
} from "../../packages/local/src/receiver/index.ts";
import { type Changes, changed, type Draft } from "./draft.ts";
import type { Random } from "./random.ts";
import { drawOutage, stormy } from "./storm.ts";
import { HOUR_MS, MINUTE_MS, NO_FAULTS } from "./world.ts";

/** A family of worlds, and how many of a hundred seeds are of it. */
interface Family {
  readonly weight: number;
  readonly shape: (draft: Draft, random: Random) => Draft;
}

/** Nothing goes wrong but what the changes say. */
function quiet(weight: number, changes: (random: Random) => Changes): Family {
  return { weight, shape: (draft, random) => changed(draft, changes(random)) };
}

/** Everything goes wrong, and what the changes say. */
function storm(weight: number, changes: (random: Random) => Changes): Family {
  return { weight, shape: (draft, random) => changed(stormy(draft, random), changes(random)) };
}

/** A part is never cut, and finds room. */
const WHOLE_PARTS = { lanes: 10, maxSamplesPerRequest: 5_000, maxRequestBytes: 900_000 };

/**
 * In the exact families nothing may ever be wrong. The others lack by design something that exactness needs: what is
 * lost or doubled there is counted.
 */
export const FAMILIES: Readonly<Record<string, Family>> = {
  /** Bad samples, strangers, late ones, said again; and nothing goes wrong. */
  calm: quiet(12, (random) => ({
    calm: true,
    replay: random.chance(0.3),
    strangers: { way: random.pick(["none", "early"]), equal: true },
    traffic: { values: random.pick(["unique", "few"]) },
  })),
  /** Everything that can go wrong with a call or a consumer, and strangers who race. */
  storm: storm(40, () => ({})),
  /** Many samples that say the same, ours and strangers'; no refusal may meet a death. */
  equal: storm(12, (random) => ({
    receiver: { maxSamples: Infinity },
    flusher: WHOLE_PARTS,
    traffic: {
      series: random.int(2, 5),
      samples: random.pick([3, 8]),
      values: "few",
      kinds: ["delta"],
      crowded: random.pick([0.1, 0.3]),
      ahead: 0,
      edge: 0,
      old: 0,
      late: 0,
      restamp: 0,
    },
    strangers: { way: random.pick(["none", "early"]), lanes: 2, equal: true },
  })),
  /** Late samples that are restamped, and said again when their restamps are old. */
  again: storm(6, (random) => ({
    outages: [],
    replay: false,
    againRestamped: true,
    consumers: { holdBackMs: 0 },
    flusher: { lanes: 10 },
    // Nothing may hold a message up for so long that its restamp is late too.
    faults: { ...NO_FAULTS, death: random.pick([0, 0.1, 0.3]), lostAfter: 0.05, failedAfter: 0.05, lookFails: 0.05 },
    // Without the words nobody can tell that a sample was too old, and it is rejected: said again it is restamped.
    receiver: { wordless: 0 },
    queue: { maxReceiveCount: 1_000 },
    traffic: { kinds: ["delta"], crowded: 0, late: 0.3, restamp: 0.7, again: 0.5 },
  })),
  /** Hours without a receiver. */
  outage: storm(8, (random) => ({
    outages: [drawOutage(MINUTE_MS, [10 * MINUTE_MS, 4 * HOUR_MS], random)],
    consumers: { visibilityMs: 300_000 },
    queue: { maxReceiveCount: 1_000 },
    // What is said again meanwhile stands in one batch with what was said first.
    traffic: { restamp: random.pick([0, 0.5, 1]), again: random.pick([0, 0.5]), againWithinMs: 10 * MINUTE_MS },
  })),
  /** Samples that become too late from one delivery to the next, and dead letters that do not get through. */
  edge: storm(5, (random) => ({
    faults: { letterFails: random.pick([0.1, 0.3]), lookFails: 0.05 },
    traffic: { edge: 0.6, restamp: 0, again: 0 },
  })),
  /** Strangers who are in the way again and again of a receiver that takes all of a request or nothing. */
  race: quiet(4, (random) => ({
    receiver: { rules: { ...PROMETHEUS_RULES, engine: "prometheus", outOfOrderWindowMs: 0 } },
    consumers: { holdBackMs: 0 },
    flusher: WHOLE_PARTS,
    strangers: { way: "close", writes: 200 },
    traffic: { durationMs: 20_000, kinds: ["delta"], series: random.int(2, 5), late: 0, edge: 0, old: 0, ahead: 0 },
  })),
  /** Messages of many parts. */
  bulk: storm(2, (random) => ({
    flusher: { lanes: 10, maxSamplesPerRequest: random.pick([1_000, 1_200, 5_000]) },
    receiver: { maxSamples: Infinity, lookMaxSamples: random.pick([2_000, Infinity]) },
    traffic: { sends: random.int(1, 3), samples: 2_600, again: 0.3, late: 0.02, crowded: 0 },
  })),
  /** Limits on series, on the rate and on the size of requests, and a pair of replicas. */
  limits: storm(8, (random) => ({
    traffic: {
      // A receiver tells replicas by the first series of a request, so all are of one or none is.
      labels: random.chance(0.3) ? [{ cluster: "c", __replica__: "not-elected" }] : [{ team: "a" }, {}],
      // What a limit refuses may be restamped an hour later, into a lane that is there.
      again: 0,
      restamp: 0,
    },
    receiver: { rules: drawLimits(random), maxSamples: random.pick([1, 3, 10, 10_000]) },
  })),
  /** Clocks that are wrong by up to a minute. */
  skew: storm(6, (random) => ({
    receiver: { skewMs: random.int(-20_000, 20_000) },
    consumers: { maxSkewMs: random.pick([300, 5_000, MINUTE_MS]), holdBackMs: 0 },
    traffic: { old: 0, late: 0, edge: 0, ahead: 0.05 },
    outages: [],
  })),
  /** Consumers that die of a message, until SQS itself gives up on it; then all of it is moved back. */
  poison: storm(4, (random) => ({
    queue: { maxReceiveCount: random.int(3, 6) },
    traffic: { raw: 0.4, nameless: 0, poison: 0.3, again: 0 },
    replay: true,
  })),
  /** No query endpoint, one writer, and nothing goes wrong. */
  "blind-calm": quiet(2, (random) => ({ ...blind(random), calm: true })),
  blind: storm(1, (random) => ({ ...blind(random), exact: false })),
  /** Queries that do not find what was written a moment ago. */
  lag: storm(1, (random) => ({ exact: false, receiver: { lookLagMs: random.pick([500, 10_000, 120_000]) } })),
  /** Strangers who say at any time what we say, in the middle of refusals and deaths. */
  rude: storm(2, (random) => ({
    exact: false,
    strangers: { way: "rude", writes: 20, equal: true },
    traffic: { values: random.pick(["unique", "few"]) },
  })),
  /** Samples that are too early at one delivery and not at the next. */
  borderline: storm(1, () => ({ exact: false, traffic: { borderline: 0.2 } })),
  /** Sent again after the receipts are out of sight. */
  forgotten: storm(1, (random) => ({
    exact: false,
    traffic: { again: 0.4, againWithinMs: 40 * HOUR_MS, restamp: 0.5 },
    receiver: { retentionMs: random.pick([3 * HOUR_MS, Infinity]) },
  })),
  /** A limit on all series that stops receipts too. */
  "receipts-refused": storm(1, (random) => ({
    exact: false,
    receiver: { rules: { ...CORTEX_RULES, engine: "cortex", maxSeries: random.int(1, 6) } },
  })),
  /** Two senders that put one series in two groups. */
  "two-groups": storm(1, () => ({ exact: false, traffic: { raw: 0.6, wrongGroup: 0.5, series: 2 } })),
};

/** Samples of one time and one value cannot be told apart without looking, nor can a window's silence. */
function blind(random: Random): Changes {
  const rules: ReceiverRules = random.chance(0.5)
    ? { ...AMP_RULES, engine: "cortex", outOfOrderWindowMs: 0 }
    : { ...PROMETHEUS_RULES, engine: "prometheus", outOfOrderWindowMs: 0 };
  return {
    receiver: { rules, queryable: false, wordless: 0 },
    traffic: { kinds: ["delta"], again: 0, doubled: 0, values: "unique" },
    replay: false,
  };
}

function drawLimits(random: Random): ReceiverRules {
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
