import {
  type DecodedMessage,
  type DecodedSeries,
  decodeMessage,
  type LabelLimits,
  type LabelPairs,
  labelOf,
  NAME_LABEL,
  type Reject,
  utf8Length,
} from "@penstock/model";
import { PartCutter } from "./parts.ts";
import type { QueueRecord } from "./ports.ts";
import { receiptValue } from "./receipts.ts";

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
  /** Samples that a record before it in the batch said already, under the same identity. */
  repeated: number;
  /** The record before it in the batch that said them. */
  repeats: Load | undefined;
}

/**
 * Reads the records of a batch: decode, cut into parts, give every sample its series. Pure.
 *
 * @param maxSamples what is held at once: the first record always is, and others while they fit
 */
export function readBatch(records: readonly QueueRecord[], limits: Partial<LabelLimits>, maxSamples: number): Load[] {
  const allSeries = new Map<string, Series>();
  const loads: Load[] = [];
  let room = maxSamples;
  for (const record of records) {
    const load = readRecord(record, limits, allSeries, room === maxSamples ? Number.POSITIVE_INFINITY : room);
    // Nothing may overtake what is postponed.
    room = load.postponed ? 0 : Math.max(0, room - load.samples);
    loads.push(load);
  }
  markRepeats(loads);
  return loads;
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

function readRecord(
  record: QueueRecord,
  limits: Partial<LabelLimits>,
  allSeries: Map<string, Series>,
  room: number,
): Load {
  const decoded = decodeMessage(record.body, limits);
  const samples = decoded.ok ? decoded.message.samples : 1;
  const postponed = decoded.ok && samples > room;
  const message = decoded.ok && !postponed ? decoded.message : undefined;
  const parts: Part[] = [];
  const load: Load = {
    record,
    identity: message?.id ?? record.deduplicationId ?? record.messageId,
    message,
    samples,
    postponed,
    unreadable: decoded.ok ? undefined : { reject: decoded.reject, raw: decoded.raw },
    parts,
    rejections: [],
    repeated: 0,
    repeats: undefined,
  };
  if (message) readSeries(load, parts, message, allSeries);
  return load;
}

function readSeries(load: Load, parts: Part[], message: DecodedMessage, allSeries: Map<string, Series>): void {
  const cutter = new PartCutter();
  const seen = new Map<Series, number>();
  for (const source of message.series) {
    const labelBytes = labelBytesOf(source.labels);
    if (source.reject) {
      load.rejections.push({ source, index: undefined, reject: source.reject, samples: source.count });
      cutter.skip(source.count);
      continue;
    }
    const series = internSeries(allSeries, load.record.group, source, labelBytes);
    let order = seen.get(series) ?? 0;
    for (let index = 0; index < source.count; index++, order++) {
      const number = cutter.next(series, labelBytes);
      const reject = source.sampleRejects.get(index);
      if (reject) {
        load.rejections.push({ source, index, reject, samples: 1 });
        continue;
      }
      const part = partAt(parts, load, number);
      const sample = newSample(part, series, source, index, order);
      part.samples.push(sample);
      series.samples.push(sample);
    }
    seen.set(series, order);
  }
}

/** Shared by all the samples that were never refused, which are nearly all. */
export const NO_LANES: readonly number[] = [];

function newSample(part: Part, series: Series, source: DecodedSeries, index: number, order: number): Sample {
  const ownMs = source.timestamps[index]!;
  return {
    part,
    series,
    value: source.values[index]!,
    ownMs,
    order,
    source,
    index,
    atMs: ownMs,
    restampBaseMs: undefined,
    lane: 0,
    lanesTried: NO_LANES,
    refusals: 0,
    fate: "waiting",
  };
}

/** Parts in which nothing is readable are left out: nothing of them is written. */
function partAt(parts: Part[], load: Load, number: number): Part {
  const last = parts.at(-1);
  if (last?.number === number) return last;
  const part: Part = {
    load,
    number,
    receipt: receiptValue(load.identity, number),
    samples: [],
    receipted: false,
    receiptRefused: false,
    restampBases: new Set(),
  };
  parts.push(part);
  return part;
}

/** What tells a series of one group from all others. */
export function seriesId(group: string, key: string): string {
  // Joined it is one piece; a template would leave it in pieces, and each lookup in a map would walk them.
  return [group, key].join(" ");
}

function internSeries(all: Map<string, Series>, group: string, source: DecodedSeries, labelBytes: number): Series {
  const id = seriesId(group, source.key);
  const known = all.get(id);
  if (known) return known;
  const name = labelOf(source.labels, NAME_LABEL)!;
  const { key, labels } = source;
  const series: Series = { id, key, group, name, labels, labelBytes, newest: [], samples: [] };
  all.set(id, series);
  return series;
}

function labelBytesOf(labels: LabelPairs): number {
  // Six bytes a label and some for the series are what protobuf adds.
  let bytes = 8;
  for (const pair of labels) bytes += utf8Length(pair[0]) + utf8Length(pair[1]) + 6;
  return bytes;
}

/**
 * A message that stands in one batch twice (announced again under its id) is one message: what its first copy said is
 * not said again by the second. What only the second says goes on: a sender that uses an id twice loses nothing.
 */
function markRepeats(loads: readonly Load[]): void {
  const first = new Map<string, Load>();
  for (const load of loads) {
    const before = load.message && first.get(load.identity);
    if (!before) {
      first.set(load.identity, load);
      continue;
    }
    const said = new Map<string, number>();
    for (const sample of samplesOf(before)) said.set(saying(sample), (said.get(saying(sample)) ?? 0) + 1);
    for (const sample of samplesOf(load)) {
      const left = said.get(saying(sample)) ?? 0;
      if (left === 0) continue;
      said.set(saying(sample), left - 1);
      sample.fate = "duplicate";
      load.repeated++;
    }
    load.repeats = before;
  }
}

function saying({ series, ownMs, value }: Sample): string {
  return `${ownMs} ${value} ${series.key}`;
}
