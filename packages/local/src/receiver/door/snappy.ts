import { isSnappy, snappyClaim } from "@penstock/model";
import snappyjs from "snappyjs";

/** What a body cannot be unpacked for, in the words of Cortex and Prometheus. */
export class UnpackError extends Error {}

/** A snappy block unpacked. Throws UnpackError for what is none, or unpacks to more than `maxBytes`. */
export function unpackSnappy(block: Buffer, maxBytes: number): Buffer {
  if (!isSnappy(block)) throw corrupt();
  if (claimedLength(block) > maxBytes) throw new UnpackError("snappy: decoded block is too large");
  try {
    return snappyjs.uncompress(block);
  } catch {
    throw corrupt();
  }
}

/** What a block says that it unpacks to, true or not. Throws UnpackError. */
export function claimedLength(block: Buffer): number {
  const claimed = snappyClaim(block);
  if (claimed === undefined) throw corrupt();
  return claimed;
}

function corrupt(): UnpackError {
  return new UnpackError("snappy: corrupt input");
}
