import type { Place } from "./places.ts";

/** A message as it lies in a queue at the end. */
export interface Lying {
  readonly messageId: string;
  readonly body: string;
  /** SQS itself moved it here. */
  readonly moved: boolean;
}

/** What lies where, when everything has come to rest. */
export interface Rest {
  readonly places: readonly Place[];
  readonly dead: readonly Lying[];
  readonly queued: readonly Lying[];
  /** The newest time at the receiver, which its floor is behind. */
  readonly headMs: number;
  readonly skewMs: number;
  readonly lanes: number;
  readonly groupLabel: string;
  readonly outOfOrderWindowMs: number;
  /** The series that senders mean well with: nothing is wrong with their names and values. */
  readonly sound: ReadonlySet<string>;
  /** Reasons that this world has, beside those that can be checked. */
  readonly plausible: ReadonlySet<string>;
}
