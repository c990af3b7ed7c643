import type { FlusherOptions } from "@penstock/flusher";
import type { Kind, Late } from "@penstock/model";
import type { ReceiverRules } from "../../packages/local/src/receiver/index.ts";

export const MINUTE_MS = 60_000;
export const HOUR_MS: number = 60 * MINUTE_MS;

/** Every world begins at this time. */
export const START_MS = 1_795_475_000_000;

/** Everything about one run that is drawn before it begins. Shares are chances in [0, 1]. */
export interface World {
  readonly seed: number;
  readonly family: string;
  /** Whether the promise holds to the letter here; otherwise what breaks it is measured. */
  readonly exact: boolean;
  /** Nothing goes wrong on the way: each message is to be settled at its first delivery. */
  readonly calm: boolean;
  readonly receiver: ReceiverKnobs;
  readonly consumers: ConsumerKnobs;
  readonly faults: Faults;
  readonly outages: readonly Outage[];
  /** From then on nothing goes wrong any more, so that everything comes to rest. */
  readonly calmAtMs: number;
  readonly queue: QueueKnobs;
  readonly traffic: Traffic;
  /** At the end all that is in the dead-letter queue is moved back, and comes to rest once more. */
  readonly replay: boolean;
}

export interface ReceiverKnobs {
  readonly rules: ReceiverRules;
  readonly queryable: boolean;
  /** Of 400s: answered with no words. */
  readonly wordless: number;
  /** Samples in one answer to a query before it is too heavy. */
  readonly lookMaxSamples: number;
  /** What was written is not found by queries for so long. */
  readonly lookLagMs: number;
  /** Samples in one request before it is 413. */
  readonly maxSamples: number;
  readonly skewMs: number;
  readonly retentionMs: number;
}

export interface ConsumerKnobs {
  /** A Lambda function behind an event source mapping, or the long-running worker. */
  readonly way: "lambda" | "worker";
  readonly count: number;
  readonly batchSize: number;
  readonly visibilityMs: number;
  /** The function's timeout. */
  readonly invocationMs: number;
  /** Longest time between a receive and its invocation. */
  readonly holdBackMs: number;
  readonly maxSkewMs: number;
  readonly flusher: Partial<FlusherOptions>;
}

/** What goes wrong, by share of the calls it can happen to. */
export interface Faults {
  /** Invocations that die at one of their awaits. */
  readonly death: number;
  /** Dead invocations whose batch is invoked once more under the same receive. */
  readonly repeat: number;
  /** Calls that take long, up to and beyond their timeout. */
  readonly slow: number;
  /** Longest time from the sending of a request to its effect, past its timeout. */
  readonly lateEffectMs: number;
  readonly lostBefore: number;
  readonly lostAfter: number;
  readonly failedBefore: number;
  readonly failedAfter: number;
  readonly throttled: number;
  readonly lookFails: number;
  /** Calls to the queue: sends, deletes, visibility changes. */
  readonly queueFails: number;
  readonly letterFails: number;
}

export const NO_FAULTS: Faults = {
  death: 0,
  repeat: 0,
  slow: 0,
  lateEffectMs: 0,
  lostBefore: 0,
  lostAfter: 0,
  failedBefore: 0,
  failedAfter: 0,
  throttled: 0,
  lookFails: 0,
  queueFails: 0,
  letterFails: 0,
};

export interface Outage {
  readonly fromMs: number;
  readonly toMs: number;
  /** `hanging` answers nothing until the timeout; `misconfigured` is 403. */
  readonly how: "unavailable" | "refused" | "hanging" | "throttled" | "misconfigured";
}

export interface QueueKnobs {
  readonly groups: number;
  readonly maxReceiveCount: number;
  readonly retentionMs: number;
  readonly dedupByGroup: boolean;
}

export interface SeriesKnobs {
  readonly metric: Readonly<Record<string, string>>;
  readonly kind: Kind;
}

/** What producers and strangers do, and when. */
interface Traffic {
  readonly series: readonly SeriesKnobs[];
  readonly sends: readonly Send[];
  readonly strangers: readonly Stranger[];
  readonly producerSkewMs: number;
}

export interface Send {
  readonly atMs: number;
  /** Through the producer package; or a message as any sender might write it. */
  readonly via: "producer" | "raw";
  readonly id: string | undefined;
  readonly kind: Kind;
  readonly late: Late;
  readonly samples: readonly PlannedSample[];
  /** Things no receiver would take; only raw. Each is one entry of `series`. */
  readonly bad: readonly unknown[];
  /** A body that is no message, instead of all the above. */
  readonly garbage: string | undefined;
  /** Kills every consumer that reads it, until it was moved to the dead-letter queue. */
  readonly poison: boolean;
  /** Sent into another group than its series belongs to. */
  readonly wrongGroup: boolean;
}

export interface PlannedSample {
  readonly series: number;
  readonly atMs: number;
  readonly value: number;
}

/** A write past the queue into one of our series. */
export interface Stranger {
  readonly atMs: number;
  readonly series: number;
  readonly lane: string;
  readonly sampleMs: number;
  readonly value: number;
}
