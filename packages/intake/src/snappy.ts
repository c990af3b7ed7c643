import { isSnappy, snappyClaim } from "@penstock/model";
import snappyjs from "snappyjs";
import { Problem } from "./problem.ts";

/**
 * A snappy block unpacked.
 *
 * @throws {Problem} 413 for what unpacks to more than `maxBytes`, 400 for what is no snappy block
 */
export function unpackSnappy(block: Buffer, maxBytes: number): Buffer {
  const claimed = snappyClaim(block) ?? 0;
  if (claimed > maxBytes) {
    throw new Problem(413, `Expected a body that unpacks to at most ${maxBytes} bytes, got ${claimed}`);
  }
  if (!isSnappy(block)) throw corrupt();
  try {
    return snappyjs.uncompress(block);
  } catch {
    throw corrupt();
  }
}

function corrupt(): Problem {
  return new Problem(400, "Expected a snappy block, got something else: it is cut off, or not compressed");
}
