import { CORTEX_RULES, PROMETHEUS_RULES } from "../../packages/local/src/receiver/index.ts";
import { blind, type Draft, drawLimits, stormy } from "./draft.ts";
import type { Random } from "./random.ts";
import { HOUR_MS, MINUTE_MS, NO_FAULTS, type Outage, START_MS } from "./world.ts";

/** A part is never cut, and finds room. */
const WHOLE_PARTS = { lanes: 10, maxSamplesPerRequest: 5_000, maxRequestBytes: 900_000 };

type Shape = (draft: Draft, random: Random) => Draft;

/** A family of worlds, and how many of a hundred seeds are of it. */
interface Family {
  readonly weight: number;
  readonly shape: Shape;
}

/**
 * In the exact families nothing may ever be wrong. The others lack by design something that exactness needs: what is
 * lost or doubled there is counted.
 */
export const FAMILIES: Readonly<Record<string, Family>> = {
  /** Bad samples, strangers, late ones, said again; and nothing goes wrong. */
  calm: {
    weight: 12,
    shape: (draft, random) => ({
      ...draft,
      calm: true,
      replay: random.chance(0.3),
      strangers: { ...draft.strangers, way: random.pick(["none", "early"]), equal: true },
      traffic: { ...draft.traffic, values: random.pick(["unique", "few"]) },
    }),
  },
  /** Everything that can go wrong with a call or a consumer, and strangers who race. */
  storm: { weight: 40, shape: (draft, random) => stormy(draft, random) },
  /** Many samples that say the same, ours and strangers'; no refusal may meet a death. */
  equal: {
    weight: 12,
    shape: (draft, random) => {
      const storm = stormy(draft, random);
      return {
        ...storm,
        receiver: { ...storm.receiver, maxSamples: Infinity },
        consumers: { ...storm.consumers, flusher: { ...storm.consumers.flusher, ...WHOLE_PARTS } },
        traffic: {
          ...storm.traffic,
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
        strangers: { ...storm.strangers, way: random.pick(["none", "early"]), lanes: 2, equal: true },
      };
    },
  },
  /** Late samples that are restamped, and said again when their restamps are old. */
  again: {
    weight: 6,
    shape: (draft, random) => {
      const storm = stormy(draft, random);
      return {
        ...storm,
        outages: [],
        replay: false,
        againRestamped: true,
        consumers: { ...storm.consumers, holdBackMs: 0, flusher: { ...storm.consumers.flusher, lanes: 10 } },
        // Nothing may hold a message up for so long that its restamp is late too.
        faults: {
          ...NO_FAULTS,
          death: random.pick([0, 0.1, 0.3]),
          lostAfter: 0.05,
          failedAfter: 0.05,
          lookFails: 0.05,
        },
        // Without the words nobody can tell that a sample was too old, and it is rejected: said again it is restamped.
        receiver: { ...storm.receiver, wordless: 0 },
        queue: { ...storm.queue, maxReceiveCount: 1_000 },
        traffic: { ...storm.traffic, kinds: ["delta"], crowded: 0, late: 0.3, restamp: 0.7, again: 0.5 },
      };
    },
  },
  /** Hours without a receiver. */
  outage: {
    weight: 8,
    shape: (draft, random) => {
      const storm = stormy(draft, random);
      const fromMs = START_MS + random.int(0, MINUTE_MS);
      const how = random.pick<Outage["how"]>(["unavailable", "refused", "hanging", "throttled", "misconfigured"]);
      return {
        ...storm,
        outages: [{ fromMs, toMs: fromMs + random.int(10 * MINUTE_MS, 4 * HOUR_MS), how }],
        consumers: { ...storm.consumers, visibilityMs: 300_000 },
        queue: { ...storm.queue, maxReceiveCount: 1_000 },
        // What is said again meanwhile stands in one batch with what was said first.
        traffic: {
          ...storm.traffic,
          restamp: random.pick([0, 0.5, 1]),
          again: random.pick([0, 0.5]),
          againWithinMs: 10 * MINUTE_MS,
        },
      };
    },
  },
  /** Samples that become too late from one delivery to the next, and dead letters that do not get through. */
  edge: {
    weight: 5,
    shape: (draft, random) => {
      const storm = stormy(draft, random);
      return {
        ...storm,
        faults: { ...storm.faults, letterFails: random.pick([0.1, 0.3]), lookFails: 0.05 },
        traffic: { ...storm.traffic, edge: 0.6, restamp: 0, again: 0 },
      };
    },
  },
  /** Strangers who are in the way again and again of a receiver that takes all of a request or nothing. */
  race: {
    weight: 4,
    shape: (draft, random) => ({
      ...draft,
      receiver: { ...draft.receiver, rules: { ...PROMETHEUS_RULES, engine: "prometheus", outOfOrderWindowMs: 0 } },
      consumers: {
        ...draft.consumers,
        holdBackMs: 0,
        flusher: { ...draft.consumers.flusher, ...WHOLE_PARTS },
      },
      strangers: { ...draft.strangers, way: "close", writes: 200 },
      traffic: {
        ...draft.traffic,
        durationMs: 20_000,
        kinds: ["delta"],
        series: random.int(2, 5),
        late: 0,
        edge: 0,
        old: 0,
        ahead: 0,
      },
    }),
  },
  /** Messages of many parts. */
  bulk: {
    weight: 2,
    shape: (draft, random) => {
      const storm = stormy(draft, random);
      const { traffic, consumers } = storm;
      return {
        ...storm,
        consumers: {
          ...consumers,
          flusher: { ...consumers.flusher, lanes: 10, maxSamplesPerRequest: random.pick([1_000, 1_200, 5_000]) },
        },
        receiver: { ...storm.receiver, maxSamples: Infinity, lookMaxSamples: random.pick([2_000, Infinity]) },
        traffic: { ...traffic, sends: random.int(1, 3), samples: 2_600, again: 0.3, late: 0.02, crowded: 0 },
      };
    },
  },
  /** Limits on series, on the rate and on the size of requests, and a pair of replicas. */
  limits: {
    weight: 8,
    shape: (draft, random) => {
      const storm = stormy(draft, random);
      // A receiver tells replicas by the first series of a request, so all are of one or none is.
      const labels = random.chance(0.3) ? [{ cluster: "c", __replica__: "not-elected" }] : [{ team: "a" }, {}];
      return {
        ...storm,
        receiver: { ...storm.receiver, rules: drawLimits(random), maxSamples: random.pick([1, 3, 10, 10_000]) },
        // What a limit refuses may be restamped an hour later, into a lane that is there.
        traffic: { ...storm.traffic, labels, again: 0, restamp: 0 },
      };
    },
  },
  /** Clocks that are wrong by up to a minute. */
  skew: {
    weight: 6,
    shape: (draft, random) => {
      const storm = stormy(draft, random);
      return {
        ...storm,
        receiver: { ...storm.receiver, skewMs: random.int(-20_000, 20_000) },
        consumers: { ...storm.consumers, maxSkewMs: random.pick([300, 5_000, MINUTE_MS]), holdBackMs: 0 },
        traffic: { ...storm.traffic, old: 0, late: 0, edge: 0, ahead: 0.05 },
        outages: [],
      };
    },
  },
  /** Consumers that die of a message, until SQS itself gives up on it; then all of it is moved back. */
  poison: {
    weight: 4,
    shape: (draft, random) => {
      const storm = stormy(draft, random);
      return {
        ...storm,
        queue: { ...storm.queue, maxReceiveCount: random.int(3, 6) },
        traffic: { ...storm.traffic, raw: 0.4, nameless: 0, poison: 0.3, again: 0 },
        replay: true,
      };
    },
  },
  /** No query endpoint, one writer, and nothing goes wrong. */
  "blind-calm": {
    weight: 2,
    shape: (draft, random) => blind({ ...draft, calm: true }, random),
  },
  blind: { weight: 1, shape: (draft, random) => ({ ...blind(stormy(draft, random), random), exact: false }) },
  /** Queries that do not find what was written a moment ago. */
  lag: {
    weight: 1,
    shape: (draft, random) => {
      const storm = stormy(draft, random);
      return {
        ...storm,
        exact: false,
        receiver: { ...storm.receiver, lookLagMs: random.pick([500, 10_000, 120_000]) },
      };
    },
  },
  /** Strangers who say at any time what we say, in the middle of refusals and deaths. */
  rude: {
    weight: 2,
    shape: (draft, random) => {
      const storm = stormy(draft, random);
      return {
        ...storm,
        exact: false,
        strangers: { ...storm.strangers, way: "rude", writes: 20, equal: true },
        traffic: { ...storm.traffic, values: random.pick(["unique", "few"]) },
      };
    },
  },
  /** Samples that are too early at one delivery and not at the next. */
  borderline: {
    weight: 1,
    shape: (draft, random) => {
      const storm = stormy(draft, random);
      return { ...storm, exact: false, traffic: { ...storm.traffic, borderline: 0.2 } };
    },
  },
  /** Sent again after the receipts are out of sight. */
  forgotten: {
    weight: 1,
    shape: (draft, random) => {
      const storm = stormy(draft, random);
      return {
        ...storm,
        exact: false,
        traffic: { ...storm.traffic, again: 0.4, againWithinMs: 40 * HOUR_MS, restamp: 0.5 },
        receiver: { ...storm.receiver, retentionMs: random.pick([3 * HOUR_MS, Infinity]) },
      };
    },
  },
  /** A limit on all series that stops receipts too. */
  "receipts-refused": {
    weight: 1,
    shape: (draft, random) => {
      const storm = stormy(draft, random);
      const rules = { ...CORTEX_RULES, engine: "cortex", maxSeries: random.int(1, 6) } as const;
      return { ...storm, exact: false, receiver: { ...storm.receiver, rules } };
    },
  },
  /** Two senders that put one series in two groups. */
  "two-groups": {
    weight: 1,
    shape: (draft, random) => {
      const storm = stormy(draft, random);
      return { ...storm, exact: false, traffic: { ...storm.traffic, raw: 0.6, wrongGroup: 0.5, series: 2 } };
    },
  },
};
