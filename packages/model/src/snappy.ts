/*
 * Of the snappy block format (google/snappy, format_description.txt) what must be known before a library sees a block:
 * snappyjs 0.6.1 believes the length that a block claims, and walks backwards for ever on a literal that claims 2 GiB in
 * six bytes.
 */

/** The bytes that a snappy block says it unpacks to, true or not; undefined when it does not begin with a length. */
export function snappyClaim(block: Uint8Array): number | undefined {
  return readClaim(block)?.claimed;
}

/** Whether a block ends where its last element ends, and its elements make as many bytes as it claims. */
export function isSnappy(block: Uint8Array): boolean {
  const claim = readClaim(block);
  return claim !== undefined && lengthOfElements(block, claim.end) === claim.claimed;
}

/** A varint of at most 32 bits. */
function readClaim(block: Uint8Array): { readonly claimed: number; readonly end: number } | undefined {
  let claimed = 0;
  for (let i = 0; i < 5 && i < block.length; i++) {
    const byte = block[i]!;
    claimed += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) return claimed <= 0xffffffff ? { claimed, end: i + 1 } : undefined;
  }
  return undefined;
}

/** Of a literal, whose bytes follow, nothing else does; of a copy its offset, by its kind. */
const OFFSET_BYTES: readonly number[] = [0, 1, 2, 4];

/** NaN for elements that are cut off. */
function lengthOfElements(block: Uint8Array, start: number): number {
  let total = 0;
  for (let at = start; at < block.length; ) {
    const tag = block[at]!;
    const kind = tag & 0b11;
    const size = tag >> 2;
    const lengthBytes = kind === 0 && size >= 60 ? size - 59 : 0;
    if (at + 1 + lengthBytes > block.length) return Number.NaN;
    let length = kind === 1 ? (size & 0b111) + 4 : size + 1;
    if (lengthBytes > 0) length = readLittleEndian(block, at + 1, lengthBytes) + 1;
    total += length;
    at += 1 + (kind === 0 ? lengthBytes + length : OFFSET_BYTES[kind]!);
    if (at > block.length) return Number.NaN;
  }
  return total;
}

function readLittleEndian(bytes: Uint8Array, at: number, count: number): number {
  let value = 0;
  for (let i = count - 1; i >= 0; i--) value = value * 256 + bytes[at + i]!;
  return value;
}
