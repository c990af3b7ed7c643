import type { Reject } from "@penstock/model";
import { NO_LANES, type Sample } from "./batch.ts";
import type { Run } from "./run.ts";

/** The receiver has this sample; and the receipts that went with it have the time its restamp counts from. */
export function storeSample(sample: Sample, run: Run): void {
  sample.fate = "stored";
  run.tally.stored(sample, run.ports.clock.now());
  if (sample.restampBaseMs !== undefined) sample.part.restampBases.add(sample.restampBaseMs);
}

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
  const moved = samples.filter(
    ({ part: { load } }) => load.message?.kind === "delta" && load.message.late === "restamp",
  );
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

/** Notes that a sample was refused in the lane it has. */
export function triedLane(sample: Sample): void {
  if (!sample.lanesTried.includes(sample.lane)) sample.lanesTried = [...sample.lanesTried, sample.lane];
}

/** Takes a sample out of its lane, for another in which it was not refused yet. */
export function moveOn(sample: Sample, run: Run): void {
  triedLane(sample);
  sample.lane = 0;
  sample.refusals = 0;
  run.tally.moved();
}

/** What the receiver said with a refusal, for the dead letter. */
export interface Refused {
  readonly status: number;
  readonly requestId: string | undefined;
}

/** Marks a sample as one that will never be stored. */
export function rejectSample(sample: Sample, reject: Reject, refused?: Refused): void {
  const { part, source, index, lanesTried } = sample;
  sample.fate = "rejected";
  part.load.rejections.push({
    source,
    index,
    reject,
    samples: 1,
    status: refused?.status,
    requestId: refused?.requestId,
    lanes: lanesTried,
  });
}
