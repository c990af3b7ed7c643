import {
  cut,
  type DeadLetterMessage,
  encodeGzipMessage,
  encodeMessage,
  MAX_MESSAGE_BYTES,
  type MessageSeries,
  type QueueEntry,
  type Reason,
  type Rejected,
  utf8Length,
} from "@penstock/model";
import type { Load, Rejection } from "./batch.ts";
import { hash52 } from "./receipts.ts";

/** Samples in one dead letter: below SQS's limit on a message whatever the labels are, but for a few huge series. */
const MAX_LETTER_SAMPLES = 2_000;
/** Series text in one dead letter, leaving room for the rest of the message. */
const MAX_LETTER_BYTES: number = MAX_MESSAGE_BYTES / 2;
/** A message's identity in the id of its letters; a longer one is hashed. */
const MAX_IDENTITY_LENGTH = 200;

/** A dead letter, and what it stands for. */
export interface Letter {
  readonly load: Load;
  readonly reason: Reason;
  readonly samples: number;
  readonly entry: QueueEntry;
}

/** The dead letters of one record: one for each reason, more when one would be too large. Pure. */
export function lettersOf(load: Load, nowMs: number): Letter[] {
  if (load.unreadable) return [rawLetter(load, load.unreadable, nowMs)];
  const byReason = Map.groupBy(load.rejections, ({ reject }) => reject.reason);
  return [...byReason].flatMap(([reason, rejections]) =>
    split(rejections).map((some, number) => letter(load, reason, number, some, nowMs)),
  );
}

function rawLetter(load: Load, { reject, raw }: NonNullable<Load["unreadable"]>, nowMs: number): Letter {
  const rejected = { ...reject, at: nowMs, source: sourceOf(load) };
  const message = { v: 1, series: [], rejected, raw } as const;
  return { load, reason: reject.reason, samples: 1, entry: entryOf(load, reject.reason, 0, message) };
}

function letter(load: Load, reason: Reason, number: number, rejections: readonly Rejection[], nowMs: number): Letter {
  const { writer, kind, late } = load.message!;
  const message: DeadLetterMessage = {
    v: 1,
    id: letterId(load, reason, number),
    ...(writer === undefined ? {} : { writer }),
    kind,
    late,
    series: toSeries(rejections),
    rejected: rejectedOf(load, rejections, nowMs),
  };
  const samples = rejections.reduce((sum, rejection) => sum + rejection.samples, 0);
  return { load, reason, samples, entry: entryOf(load, reason, number, message) };
}

/**
 * A letter is a message of its own, with its own id: under the id of its source, the receipts of what that stored would
 * speak for samples that were not. The same letter sent twice has the same id, so its replays count once.
 */
function letterId(load: Load, reason: Reason, number: number): string {
  const { identity } = load;
  const name = identity.length > MAX_IDENTITY_LENGTH ? hash52(identity).toString(36) : identity;
  return `${name}!${reason}!${number}`;
}

function rejectedOf(load: Load, rejections: readonly Rejection[], nowMs: number): Rejected {
  const { reject, status, requestId } = rejections[0]!;
  const lanes = [...new Set(rejections.flatMap((rejection) => rejection.lanes ?? []))].sort((a, b) => a - b);
  return {
    ...reject,
    ...(status === undefined ? {} : { status }),
    ...(requestId === undefined ? {} : { requestId }),
    ...(lanes.length === 0 ? {} : { lanes: lanes.map(String) }),
    at: nowMs,
    source: sourceOf(load),
  };
}

function sourceOf({ record }: Load): Rejected["source"] {
  const { messageId, group, sentAtMs, receiveCount } = record;
  return { messageId, group, sentAt: sentAtMs, receiveCount };
}

/**
 * The deduplication id holds the source's message id, which SQS gives anew to a replay: under the sender's id, a letter
 * refused again within five minutes of its replay would be taken for the old one and lost. It holds what the letter says
 * too: a delivery that died after its letters may be followed by one that rejects more, whose letter is another.
 */
function entryOf(load: Load, reason: Reason, number: number, message: DeadLetterMessage): QueueEntry {
  const { messageId, group } = load.record;
  const said = hash52(JSON.stringify(message.series)).toString(36);
  return { body: fitting(message), group, deduplicationId: `${messageId}-${reason}-${number}-${said}` };
}

/** The body, packed when it would be too large, and with its raw text cut when even that is. */
function fitting(message: DeadLetterMessage): string {
  const plain = encodeMessage(message);
  if (utf8Length(plain) <= MAX_MESSAGE_BYTES) return plain;
  const packed = encodeGzipMessage(message);
  if (packed.length <= MAX_MESSAGE_BYTES) return packed;
  const { raw = plain, rejected } = message;
  const short: DeadLetterMessage = { v: 1, series: [], rejected, raw: cut(raw, MAX_LETTER_BYTES / 6) };
  return encodeMessage(short);
}

/** Rejections in letters of a bounded size, in their order. */
function split(rejections: readonly Rejection[]): Rejection[][] {
  const letters: Rejection[][] = [];
  let samples = 0;
  let bytes = 0;
  let previous: unknown;
  for (const rejection of rejections) {
    const sameSeries = rejection.source === previous && rejection.index !== undefined;
    const size = sameSeries
      ? 40
      : utf8Length(JSON.stringify(rejection.index === undefined ? rejection.source.source : rejection.source.labels));
    if (letters.length === 0 || samples + rejection.samples > MAX_LETTER_SAMPLES || bytes + size > MAX_LETTER_BYTES) {
      letters.push([]);
      samples = 0;
      bytes = 0;
    }
    letters.at(-1)!.push(rejection);
    samples += rejection.samples;
    bytes += size;
    previous = rejection.source;
  }
  return letters;
}

/** The rejected samples as they stood in their message: whole series as they were, samples with their series. */
function toSeries(rejections: readonly Rejection[]): MessageSeries[] {
  const bySource = Map.groupBy(rejections, ({ source }) => source);
  return [...bySource].map(([{ source }, some]) => {
    const series = source as MessageSeries;
    if (some[0]!.index === undefined) return series;
    const indexes = some.map(({ index }) => index!).sort((a, b) => a - b);
    return {
      metric: series.metric,
      timestamps: indexes.map((index) => series.timestamps[index]!),
      values: indexes.map((index) => series.values[index]!),
    };
  });
}
