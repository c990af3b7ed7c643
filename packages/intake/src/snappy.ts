import snappyjs from "snappyjs";
import { Problem } from "./problem.ts";

/**
 * A snappy block unpacked (google/snappy, format_description.txt). The elements are measured before the library sees
 * them: snappyjs 0.6.1 believes the length that a block claims, and walks backwards for ever on a literal that claims
 * 2 GiB in six bytes.
 *
 * @throws {Problem} 413 for what unpacks to more than `maxBytes`, 400 for what is no snappy block
 */
export function unpackSnappy(block: Buffer, maxBytes: number): Buffer {
  const { length, start } = readLength(block);
  if (length > maxBytes) {
    throw new Problem(413, `Expected a body that unpacks to at most ${maxBytes} bytes, got ${length}`);
  }
  if (lengthOfElements(block, start) !== length) throw corrupt();
  try {
    return snappyjs.uncompress(block);
  } catch {
    throw corrupt();
  }
}

function corrupt(): Problem {
  return new Problem(400, "Expected a snappy block, got something else: it is cut off, or not compressed");
}

/** What a block says that it unpacks to: a varint of at most 32 bits. */
function readLength(block: Buffer): { length: number; start: number } {
  let length = 0;
  for (let i = 0; i < 5 && i < block.length; i++) {
    const byte = block[i]!;
    length += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80 && length <= 0xffffffff) return { length, start: i + 1 };
  }
  throw corrupt();
}

/** What the elements of a block add up to; NaN for one that is cut off. */
function lengthOfElements(block: Buffer, start: number): number {
  let total = 0;
  for (let at = start; at < block.length; ) {
    const tag = block[at]!;
    const kind = tag & 0b11;
    const size = tag >> 2;
    const lengthBytes = kind === 0 && size >= 60 ? size - 59 : 0;
    const copied = kind === 1 ? (size & 0b111) + 4 : size + 1;
    if (at + 1 + lengthBytes > block.length) return Number.NaN;
    const length = lengthBytes > 0 ? block.readUIntLE(at + 1, lengthBytes) + 1 : copied;
    total += length;
    at += 1 + (kind === 0 ? lengthBytes + length : OFFSET_BYTES[kind]!);
    if (at > block.length) return Number.NaN;
  }
  return total;
}

/** Of a copy, by its kind. */
const OFFSET_BYTES: readonly number[] = [0, 1, 2, 4];
