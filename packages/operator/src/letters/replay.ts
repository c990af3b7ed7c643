import type { Clock, Matcher } from "@penstock/model";
import type { Queue } from "../queue.ts";
import type { RelabelRule } from "./relabel.ts";
import { Replayer } from "./replayer.ts";
import type { Unfit } from "./rewrite.ts";
import { type Reach, type Sweep, sweep } from "./sweep.ts";

export interface ReplayOptions {
  /** Where letters go back to. */
  readonly to: Queue;
  /** A letter goes when its words match and one of its series does; it goes whole. */
  readonly matchers: readonly Matcher[];
  /** Letters that came to the queue later stay; by SQS's clock, milliseconds since the epoch. */
  readonly arrivedByMs?: number | undefined;
  /** Store what is too old at the time of the replay. */
  readonly restamp?: true | undefined;
  readonly relabel?: readonly RelabelRule[] | undefined;
  /** Message groups of the senders. Default 64. */
  readonly groups?: number | undefined;
  /** Whole messages without `id`: held back, unless one accepts that what was stored of them is stored again. */
  readonly unnamed?: "hold" | "replay" | undefined;
  /** Letters a second; as fast as it goes by default. */
  readonly rate?: number | undefined;
  readonly limit?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: ReplayProgress) => void) | undefined;
}

/** Counts of letters, but for `samples`. */
export interface ReplayProgress {
  /** Looked at. */
  readonly seen: number;
  /** Chosen by the matchers. */
  readonly matched: number;
  /** Queued, and so no longer dead; in a preview, those that would be. */
  readonly replayed: number;
  /** In those. */
  readonly samples: number;
  /** Of these, samples of series that do not match and go along, as a letter goes whole. */
  readonly companions: number;
  /** Deleted without a replay: another letter, now replayed, holds the same samples. A killed replay leaves such. */
  readonly covered: number;
  /** Chosen, but kept: why, and how many. */
  readonly kept: Readonly<Partial<Record<Unfit | "refused by the queue", number>>>;
  /** Samples that the consumer would refuse again, by reason, as far as can be told without the receiver. */
  readonly hopeless: Readonly<Record<string, number>>;
}

export interface ReplayReport extends ReplayProgress {
  readonly sweep: Sweep;
  /** What the queue said to the first letter it would not take; undefined when it took all. */
  readonly trouble: string | undefined;
}

/** What a preview shows, and a replay does. `reach` of a preview may be the front alone. */
export interface ReplayRun extends ReplayOptions {
  readonly queue: Queue;
  readonly clock: Clock;
  readonly reach: Reach;
  readonly mode: "preview" | "replay";
  readonly limit: number;
}

/**
 * Sends letters back to the queue. A letter is deleted only after all of its messages are queued; killed at any point and
 * run again in the same way, nothing is lost, and what was queued twice is stored once: by SQS's deduplication for five
 * minutes, by the consumer's receipts after that, as far as it looks back (24 hours).
 *
 * @throws {SyntaxError} for matchers or rules that cannot be
 * @throws {RangeError} for a rate that cannot be
 * @throws {RemoteError} when the dead-letter queue cannot be asked
 */
export async function replay(run: ReplayRun): Promise<ReplayReport> {
  const { queue, reach, limit, signal, rate } = run;
  if (rate !== undefined && !(rate >= 1)) {
    throw new RangeError(`Expected \`rate\` to be at least 1 letter a second, got \`${rate}\``);
  }
  const replayer = new Replayer(run);
  const go = (): Promise<Sweep> =>
    sweep({
      queue,
      reach,
      limit,
      signal,
      // Paced by the second: a visit must end long before the letters in hand become visible again.
      maxVisit: rate === undefined ? undefined : Math.min(10, Math.floor(rate)),
      visit: (letters) => replayer.visit(letters),
      isOwnEcho: (letter) => replayer.sent.has(letter.source?.messageId ?? letter.id),
    });
  let swept = await go();
  while (swept.ended === undefined && replayer.nextPass()) swept = added(swept, await go());
  return { ...replayer.progress(), sweep: swept, trouble: replayer.trouble };
}

/** Two sweeps as one: the second looks at letters that the first has seen. */
function added(first: Sweep, second: Sweep): Sweep {
  return {
    ...first,
    turned: first.turned + second.turned,
    undeleted: first.undeleted + second.undeleted,
    unreturned: second.unreturned,
    ended: second.ended,
  };
}
