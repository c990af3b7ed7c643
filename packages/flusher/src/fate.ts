import type { Reject } from "@penstock/model";
import type { Sample } from "./batch.ts";
import { baseOf } from "./receipts.ts";
import type { Run } from "./run.ts";

/** The receiver has this sample; and the receipt that went with it has the time its restamp counts from. */
export function storeSample(sample: Sample, run: Run): void {
  sample.fate = "stored";
  run.tally.stored(sample, run.ports.clock.now());
  const base = baseOf(sample);
  if (base !== undefined) sample.part.restampBases.add(base);
}

/** Gives a sample its restamp; false when its message does not want that, or it has it already. */
export function restamp(sample: Sample): boolean {
  const { message, record } = sample.part.load;
  if (message?.late !== "restamp" || sample.atMs !== sample.ownMs) return false;
  sample.atMs = record.sentAtMs + sample.order;
  sample.lane = 0;
  sample.refusals = 0;
  return true;
}

/** Notes that a sample was refused in the lane it has. */
export function triedLane(sample: Sample): void {
  if (!sample.lanesTried.includes(sample.lane)) sample.lanesTried = [...sample.lanesTried, sample.lane];
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
