import { type LabelPairs, utf8Length, type WriteSeries } from "@penstock/model";

/*
 * The wire form of remote write 1.0 (prometheus/prompb: remote.proto, types.proto), the part of it that is sent:
 *
 *   WriteRequest { repeated TimeSeries timeseries = 1; }
 *   TimeSeries   { repeated Label labels = 1; repeated Sample samples = 2; }
 *   Label        { string name = 1; string value = 2; }
 *   Sample       { double value = 1; int64 timestamp = 2; }
 */
const FIELD_1_BYTES = 0x0a;
const FIELD_2_BYTES = 0x12;
const FIELD_1_DOUBLE = 0x09;
const FIELD_2_VARINT = 0x10;

/** A tag and a length of at most four bytes: no request is 256 MB. */
const MAX_PREFIX_BYTES = 5;

/** Kept between requests while it is not larger than this, so that a warm consumer does not allocate one for each. */
const MAX_KEPT_BYTES: number = 4 * 1024 * 1024;
let scratch: Buffer = Buffer.allocUnsafe(64 * 1024);

/** Labels as they stand on the wire, by the object that holds them: a warm consumer writes the same series for hours. */
const blocks = new WeakMap<LabelPairs, Buffer>();

/**
 * The uncompressed body of a remote-write request, byte for byte what prometheus-remote-write makes of it.
 *
 * @param series with lists of one length, and positive whole numbers for timestamps
 * @returns a view of memory that the next call writes over: compress it first
 */
export function encodeRequest(series: readonly WriteSeries[]): Uint8Array<ArrayBuffer> {
  let at = 0;
  for (const { labels, timestamps, values } of series) {
    const block = blockOf(labels);
    const samples = samplesSize(timestamps);
    const length = block.length + samples;
    reserve(at, MAX_PREFIX_BYTES + length);
    scratch[at++] = FIELD_1_BYTES;
    at = writeVarint(length, at);
    scratch.set(block, at);
    at = writeSamples(timestamps, values, at + block.length);
  }
  const body = scratch.subarray(0, at) as Buffer<ArrayBuffer>;
  if (scratch.length > MAX_KEPT_BYTES) scratch = Buffer.allocUnsafe(64 * 1024);
  return body;
}

function blockOf(labels: LabelPairs): Buffer {
  const known = blocks.get(labels);
  if (known) return known;
  const block = encodeLabels(labels);
  blocks.set(labels, block);
  return block;
}

function encodeLabels(labels: LabelPairs): Buffer {
  let size = 0;
  for (const [name, value] of labels) size += fieldSize(fieldSize(utf8Length(name)) + fieldSize(utf8Length(value)));
  const block = Buffer.allocUnsafe(size);
  let at = 0;
  for (const [name, value] of labels) {
    const nameBytes = utf8Length(name);
    const valueBytes = utf8Length(value);
    at = writePrefix(block, FIELD_1_BYTES, fieldSize(nameBytes) + fieldSize(valueBytes), at);
    at = writeText(block, name, nameBytes, writePrefix(block, FIELD_1_BYTES, nameBytes, at));
    at = writeText(block, value, valueBytes, writePrefix(block, FIELD_2_BYTES, valueBytes, at));
  }
  return block;
}

/** Texts this short are written faster here than by a call into the runtime. */
const SHORT_TEXT = 64;

function writeText(target: Buffer, text: string, bytes: number, at: number): number {
  const isAscii = bytes === text.length;
  if (!isAscii || bytes > SHORT_TEXT) return at + target.write(text, at);
  for (let i = 0; i < bytes; i++) target[at + i] = text.charCodeAt(i);
  return at + bytes;
}

function samplesSize(timestamps: readonly number[]): number {
  let size = 0;
  for (const timestamp of timestamps) size += 2 + sampleSize(timestamp);
  return size;
}

function sampleSize(timestamp: number): number {
  return 10 + varintSize(timestamp);
}

function writeSamples(timestamps: readonly number[], values: readonly number[], start: number): number {
  let at = start;
  for (let i = 0; i < timestamps.length; i++) {
    const timestamp = timestamps[i]!;
    scratch[at++] = FIELD_2_BYTES;
    scratch[at++] = sampleSize(timestamp);
    scratch[at++] = FIELD_1_DOUBLE;
    at = scratch.writeDoubleLE(values[i]!, at);
    scratch[at++] = FIELD_2_VARINT;
    at = writeVarint(timestamp, at);
  }
  return at;
}

/** Makes room for `more` bytes at `at`, keeping what is before. */
function reserve(at: number, more: number): void {
  if (at + more <= scratch.length) return;
  const larger = Buffer.allocUnsafe(Math.max(scratch.length * 2, at + more));
  scratch.copy(larger, 0, 0, at);
  scratch = larger;
}

function writePrefix(target: Buffer, tag: number, length: number, start: number): number {
  target[start] = tag;
  let at = start + 1;
  let left = length;
  for (; left > 0x7f; left >>>= 7) target[at++] = (left & 0x7f) | 0x80;
  target[at++] = left;
  return at;
}

/** Of a whole number that may be larger than 32 bits, such as a time in milliseconds. */
function writeVarint(value: number, start: number): number {
  let at = start;
  let left = value;
  if (left > 0x7fff_ffff) {
    // The low 28 bits are four bytes, written as an integer, and what is left is one too.
    const high = Math.floor(left / 2 ** 28);
    const low = left - high * 2 ** 28;
    scratch[at++] = (low & 0x7f) | 0x80;
    scratch[at++] = ((low >>> 7) & 0x7f) | 0x80;
    scratch[at++] = ((low >>> 14) & 0x7f) | 0x80;
    scratch[at++] = (low >>> 21) | 0x80;
    left = high;
  }
  for (; left > 0x7f; left >>>= 7) scratch[at++] = (left & 0x7f) | 0x80;
  scratch[at++] = left;
  return at;
}

function varintSize(value: number): number {
  // Times in milliseconds between 2^35, in 1971, and 2^42, in 2109.
  if (value >= 2 ** 35 && value < 2 ** 42) return 6;
  let size = 1;
  for (let bound = 128; value >= bound; bound *= 128) size++;
  return size;
}

/** Of a tag, a length and so many bytes. */
function fieldSize(bytes: number): number {
  return 1 + varintSize(bytes) + bytes;
}
