import type { Reason, Reject } from "@penstock/model";
import type { Sample } from "./batch.ts";
import { type Answer, wordsOf } from "./judge.ts";
import type { Run } from "./run.ts";

/** The receiver has this sample; and the receipts that went with it have the time its restamp counts from. */
export function storeSample(sample: Sample, run: Run): void {
  sample.fate = "stored";
  run.tally.stored(sample, run.ports.clock.now());
  if (sample.restampBaseMs !== undefined) sample.part.restampBases.add(sample.restampBaseMs);
}

/** Takes a sample out of the lane in which it was refused, for another. */
export function moveOn(sample: Sample, run: Run): void {
  noteLane(sample);
  sample.lane = 0;
  sample.refusals = 0;
  run.tally.moved();
}

/** Marks a sample as one that will never be stored. */
export function rejectSample(sample: Sample, reject: Reject, answer?: Answer): void {
  const { part, source, index, lanesTried: lanes } = sample;
  sample.fate = "rejected";
  part.load.rejections.push({
    source,
    index,
    reject,
    samples: 1,
    status: answer?.status,
    requestId: answer?.requestId,
    lanes,
  });
}

/** Rejects a sample that was refused in the lane it has; `detail` is the receiver's own words unless there are better. */
export function rejectRefused(sample: Sample, reason: Reason, answer: Answer, detail: string = wordsOf(answer)): void {
  noteLane(sample);
  rejectSample(sample, { reason, detail }, answer);
}

function noteLane(sample: Sample): void {
  if (!sample.lanesTried.includes(sample.lane)) sample.lanesTried = [...sample.lanesTried, sample.lane];
}
