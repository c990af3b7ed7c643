import type { DecodedMessage, DecodedSeries, LabelPairs, Reject } from "@penstock/model";
import type { QueueRecord } from "./ports.ts";

/** One series of the batch: what it is called, and what is known to be in its lanes. */
export interface Series {
  /** Group and key: in two groups, a series is two. */
  readonly id: string;
  readonly key: string;
  readonly group: string;
  readonly name: string;
  readonly labels: LabelPairs;
  readonly labelBytes: number;
  /** Newest timestamp in each lane, index 0 is lane 1: what was looked up, and what this flush placed since. */
  readonly newest: number[];
  /** Its samples in this batch. */
  readonly samples: Sample[];
}

/** What has become of a sample so far. `waiting` ones go back to the queue unless something is done about them. */
type Fate = "waiting" | "stored" | "duplicate" | "rejected";

/** One readable sample on its way through a flush. */
export interface Sample {
  readonly part: Part;
  readonly series: Series;
  readonly value: number;
  /** The time the producer gave it. */
  readonly ownMs: number;
  /** How many samples of its series stand before it in its message: what a restamp adds to the time of sending. */
  readonly order: number;
  /** Where it stands in the message. */
  readonly source: DecodedSeries;
  readonly index: number;
  /** The time it is written at: its own, or the restamp. */
  atMs: number;
  /** What its restamp counts from; undefined while it is to be written at its own time. */
  restampBaseMs: number | undefined;
  /** 1 to 10; 0 while it has no place. */
  lane: number;
  /** Lanes in which it was refused at the time it is to be written at, in that order. */
  lanesTried: readonly number[];
  /** Refusals while it had not landed and nothing was in its way. */
  refusals: number;
  fate: Fate;
}

/**
 * The unit that is written together: so many samples of one message, in the message's order. Cut by position before
 * anything is rejected, so that a part is the same at every delivery.
 */
export interface Part {
  readonly load: Load;
  readonly number: number;
  /** The value of its receipt. */
  readonly receipt: number;
  readonly samples: Sample[];
  /** Its receipt is at the receiver: it was written before, or has been in this flush. */
  receipted: boolean;
  /** The receiver takes no receipt of it; its samples go without. */
  receiptRefused: boolean;
  /** The times from which restamps of it were counted, as its receipts tell. */
  readonly restampBases: Set<number>;
}

/** Something of a record that will never be stored. `index` is undefined when it is the whole series. */
export interface Rejection {
  readonly source: DecodedSeries;
  readonly index: number | undefined;
  readonly reject: Reject;
  /** Samples it stands for. */
  readonly samples: number;
  readonly status?: number | undefined;
  readonly requestId?: string | undefined;
  readonly lanes?: readonly number[];
}

/** One record, read. */
export interface Load {
  readonly record: QueueRecord;
  /** Names the message: its id, else its deduplication id. */
  readonly identity: string;
  readonly message: DecodedMessage | undefined;
  /** Samples in it, bad ones too; an unreadable body counts as one. */
  readonly samples: number;
  /** The flush has as many samples as it can hold: this record goes back as it came, and all after it. */
  readonly postponed: boolean;
  /** The whole body is a reject. */
  readonly unreadable: { readonly reject: Reject; readonly raw: string } | undefined;
  readonly parts: readonly Part[];
  readonly rejections: Rejection[];
  /** The records before it in the batch that are the same message. */
  repeats: readonly Load[];
}

/** Whether it adds up over lanes; a gauge or cumulative sample does not. */
export function isDelta({ part }: Sample): boolean {
  return part.load.message?.kind === "delta";
}

/** Every readable sample of a load, in the message's order. */
export function samplesOf({ parts }: Load): readonly Sample[] {
  // Nearly every message is one part, and this is asked often.
  return parts.length === 1 ? parts[0]!.samples : parts.flatMap((part) => part.samples);
}

/** How many readable samples of a load came to this so far. */
export function countOf(load: Load, fate: Fate): number {
  let count = 0;
  for (const sample of samplesOf(load)) if (sample.fate === fate) count++;
  return count;
}

/** What tells a series of one group from all others. */
export function seriesId(group: string, key: string): string {
  // Joined it is one piece; a template would leave it in pieces, and each lookup in a map would walk them.
  return [group, key].join(" ");
}

/** Shared by all the samples that were never refused, which are nearly all. */
export const NO_LANES: readonly number[] = [];
