import { createRequire } from "node:module";

/** It has no types. */
const { uncompress } = createRequire(import.meta.url)("snappyjs") as { uncompress(compressed: Buffer): Buffer };

/** What a body cannot be unpacked for, in the words of Cortex and Prometheus. */
export class UnpackError extends Error {}

/** Of the bytes that a block unpacks to, one byte of it makes no more: a copy of 64 bytes takes three. */
const MAX_EXPANSION = 22;

/** A snappy block unpacked. Throws UnpackError for what is none, or unpacks to more than `maxBytes`. */
export function unpackSnappy(block: Buffer, maxBytes: number): Buffer {
  const { length, start } = readLength(block);
  if (length > MAX_EXPANSION * block.length || unpackedLength(block, start) !== length) throw corrupt();
  if (length > maxBytes) throw new UnpackError("snappy: decoded block is too large");
  try {
    return uncompress(block);
  } catch {
    throw corrupt();
  }
}

/** What a block says that it unpacks to, true or not. Throws UnpackError. */
export function claimedLength(block: Buffer): number {
  return readLength(block).length;
}

function corrupt(): UnpackError {
  return new UnpackError("snappy: corrupt input");
}

/** A varint of at most 32 bits. */
function readLength(block: Buffer): { length: number; start: number } {
  let length = 0;
  for (let i = 0; i < 5 && i < block.length; i++) {
    const byte = block[i]!;
    length += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80 && length <= 0xffffffff) return { length, start: i + 1 };
  }
  throw corrupt();
}

/** What the elements of a block add up to: the library does not compare it with the length that the block claims. */
function unpackedLength(block: Buffer, start: number): number {
  let unpacked = 0;
  for (let i = start; i < block.length; ) {
    const tag = block[i]!;
    const kind = tag & 0b11;
    const lengthBytes = kind === 0 && tag >> 2 >= 60 ? (tag >> 2) - 59 : 0;
    if (i + 1 + lengthBytes > block.length) return Number.NaN;
    const long = lengthBytes > 0 ? block.readUIntLE(i + 1, lengthBytes) + 1 : 0;
    const length = long || (kind === 1 ? ((tag >> 2) & 0b111) + 4 : (tag >> 2) + 1);
    unpacked += length;
    i += 1 + (kind === 0 ? lengthBytes + length : OFFSET_BYTES[kind]!);
  }
  return unpacked;
}

/** Of a copy, by its kind. */
const OFFSET_BYTES: readonly number[] = [0, 1, 2, 4];
