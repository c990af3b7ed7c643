import { createHash } from "node:crypto";
import {
  BILLING_CHUNK_BYTES,
  encodeGzipMessage,
  encodeMessage,
  groupOf,
  type Kind,
  type Late,
  MAX_BATCH_ENTRIES,
  MAX_MESSAGE_SAMPLES,
  MAX_NAME_LENGTH,
  MAX_QUEUE_ID_LENGTH,
  type Message,
  type MessageSeries,
  type QueueEntry,
  utf8Length,
} from "@penstock/model";
import { bytesOf, type CheckedSeries, sampleBytes, seriesBytes, settleTimes } from "./batch.ts";

/** What all messages of one packing have in common. */
export interface Envelope {
  /** Messages are named after it by their position: `id#0`, `id#1`, … */
  readonly id: string;
  readonly kind: Kind;
  readonly late: Late;
  readonly writer: string | undefined;
}

/** A message ready for the queue. */
export interface Packed extends QueueEntry {
  /** In the body: names this message for good. */
  readonly id: string;
  readonly samples: number;
  /** Of the body. */
  readonly bytes: number;
}

export interface PackOptions {
  /** Message groups: a series belongs to one of them. */
  readonly groups: number;
  /** Bounds a message's JSON, before gzip. */
  readonly maxMessageBytes: number;
}

/**
 * Series of different keys as messages: each series in its group, in time order, many series in a message, and a series
 * that is longer than a message in several. A pure function of its input, whatever the order of the series: what a
 * sender says twice is cut in the same places and carries the same ids. So nothing here may depend on how well gzip
 * does, which differs between machines.
 */
export function pack(series: readonly CheckedSeries[], envelope: Envelope, options: PackOptions): Packed[] {
  const { groups, maxMessageBytes } = options;
  const sorted = series
    .filter(({ timestamps }) => timestamps.length > 0)
    .map((one) => settleTimes(one, envelope.kind))
    .sort((a, b) => (a.key < b.key ? -1 : 1));
  const room = maxMessageBytes - envelopeBytes(envelope);
  const packed: Packed[] = [];
  for (const [group, members] of Map.groupBy(sorted, ({ key }) => groupOf(key, groups))) {
    for (const chunk of cut(members, room)) packed.push(encode(chunk, envelope, group, packed.length));
  }
  return packed;
}

/** What a message's JSON takes without its series. The position counts with the most digits it can have. */
function envelopeBytes(envelope: Envelope): number {
  return utf8Length(encodeMessage(messageOf([], envelope, Number.MAX_SAFE_INTEGER)));
}

/** Series in chunks of at most so many bytes and {@link MAX_MESSAGE_SAMPLES}; a sample over the limit stands alone. */
function* cut(series: readonly CheckedSeries[], maxBytes: number): Generator<MessageSeries[]> {
  let chunk: MessageSeries[] = [];
  let bytes = 0;
  let samples = 0;
  for (const one of series) {
    let from = 0;
    while (from < one.timestamps.length) {
      const to = from + fitting(one, from, maxBytes - bytes, MAX_MESSAGE_SAMPLES - samples);
      if (to === from && chunk.length > 0) {
        yield chunk;
        chunk = [];
        bytes = 0;
        samples = 0;
        continue;
      }
      const piece = slice(one, from, Math.max(to, from + 1));
      chunk.push(piece);
      bytes += bytesOf(piece);
      samples += piece.timestamps.length;
      from += piece.timestamps.length;
    }
  }
  if (chunk.length > 0) yield chunk;
}

/** How many samples of the series, from this one on, go into so much room. */
function fitting(series: MessageSeries, from: number, roomBytes: number, roomSamples: number): number {
  const { metric, timestamps, values } = series;
  const end = Math.min(timestamps.length, from + roomSamples);
  let bytes = seriesBytes(metric);
  let to = from;
  while (to < end) {
    bytes += sampleBytes(timestamps[to]!, values[to]!);
    if (bytes > roomBytes) break;
    to++;
  }
  return to - from;
}

function slice({ metric, timestamps, values }: MessageSeries, from: number, to: number): MessageSeries {
  return { metric, timestamps: timestamps.slice(from, to), values: values.slice(from, to) };
}

function encode(series: readonly MessageSeries[], envelope: Envelope, group: string, position: number): Packed {
  const id = idAt(envelope.id, position);
  const body = bodyOf(messageOf(series, envelope, position));
  return {
    id,
    body,
    group,
    deduplicationId: deduplicationId(id),
    samples: series.reduce((sum, { timestamps }) => sum + timestamps.length, 0),
    bytes: utf8Length(body),
  };
}

/**
 * Ten messages share a call, and SQS bills each started 64 KiB of a call as a request: with bodies up to this it is one.
 * Small messages stay readable in the queue; of large ones gzip halves the queue's price (docs/performance.md).
 */
const MAX_PLAIN_BYTES: number = Math.floor(BILLING_CHUNK_BYTES / MAX_BATCH_ENTRIES);

/** The plain form while it is small, beyond that the shorter one. */
function bodyOf(message: Message): string {
  const plain = encodeMessage(message);
  if (utf8Length(plain) <= MAX_PLAIN_BYTES) return plain;
  const zipped = encodeGzipMessage(message);
  return zipped.length < utf8Length(plain) ? zipped : plain;
}

/** What is the default anyway is left out. */
function messageOf(series: readonly MessageSeries[], envelope: Envelope, position: number): Message {
  const { id, writer, kind, late } = envelope;
  return {
    v: 1,
    id: idAt(id, position),
    ...(writer !== undefined && { writer }),
    ...(kind !== "delta" && { kind }),
    ...(late !== "reject" && { late }),
    series,
  };
}

/** The longest id of a packing, so that its messages' ids are ids too. */
export const MAX_PACKING_ID_LENGTH: number = MAX_NAME_LENGTH - idAt("", Number.MAX_SAFE_INTEGER).length;

function idAt(id: string, position: number): string {
  return `${id}#${position}`;
}

/** A MessageDeduplicationId that says the same as `id`: alphanumerics and punctuation, at most 128 characters. */
export function deduplicationId(id: string): string {
  if (id.length <= MAX_QUEUE_ID_LENGTH && /^[!-~]+$/.test(id)) return id;
  return createHash("sha256").update(id).digest("hex");
}
