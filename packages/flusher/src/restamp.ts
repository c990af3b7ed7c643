import { isDelta, NO_LANES, type Sample } from "./batch.ts";

/** Gives a sample its restamp; false when its message does not want that, or it has it already. */
export function restamp(sample: Sample): boolean {
  const { message, record } = sample.part.load;
  if (message?.late !== "restamp" || sample.restampBaseMs !== undefined) return false;
  countFrom(record.sentAtMs, sample);
  return true;
}

/**
 * Moves restamps of one part on that found every lane taken, since messages that SQS took in one millisecond have one
 * time of sending: together, to the first time at which all of them have a place. Only of deltas, whose receipts tell
 * a later delivery where they are.
 *
 * @param latestMs no restamp is moved beyond it
 * @returns the samples that are to be placed again
 */
export function restampLater(samples: readonly Sample[], lanes: number, latestMs: number): Sample[] {
  const moved = samples.filter((sample) => isDelta(sample) && sample.part.load.message?.late === "restamp");
  const baseMs = moved.reduce((base, sample) => Math.max(base, freeFrom(sample, lanes) - sample.order), 0);
  const inTime = moved.filter(({ order }) => baseMs + order <= latestMs);
  for (const sample of inTime) countFrom(baseMs, sample);
  return inTime;
}

/** The first time at which nothing is in the way in one of the lanes. */
function freeFrom({ series: { newest } }: Sample, lanes: number): number {
  const tops = Array.from({ length: lanes }, (_, lane) => newest[lane] ?? Number.NEGATIVE_INFINITY);
  return Math.min(...tops) + 1;
}

function countFrom(baseMs: number, sample: Sample): void {
  sample.restampBaseMs = baseMs;
  sample.atMs = baseMs + sample.order;
  sample.lane = 0;
  sample.lanesTried = NO_LANES;
  sample.refusals = 0;
}
