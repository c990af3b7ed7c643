import {
  checkLabels,
  type DecodedMessage,
  decodeMessage,
  MAX_SAMPLE_AGE_MS,
  type QueueEntry,
  tooFarAhead,
  tooLate,
} from "@penstock/model";

/** Samples that would be refused again, by reason. */
export type Foreseen = Readonly<Record<string, number>>;

/**
 * What the consumer would refuse of these messages without asking the receiver, if it got them now. What only a receiver
 * can tell (its lanes, its limits) is not foreseen.
 */
export function foresee(entries: readonly QueueEntry[], nowMs: number): Foreseen {
  const counts: Record<string, number> = {};
  for (const { body } of entries) {
    const decoded = decodeMessage(body);
    if (!decoded.ok) count(counts, decoded.reject.reason, 1);
    else foreseeMessage(decoded.message, nowMs, counts);
  }
  return counts;
}

function foreseeMessage({ series, late }: DecodedMessage, nowMs: number, counts: Record<string, number>): void {
  for (const { labels, reject, sampleRejects, timestamps, count: samples } of series) {
    const whole = reject ?? checkLabels(labels);
    if (whole) {
      count(counts, whole.reason, samples);
      continue;
    }
    for (const [i, timestamp] of timestamps.entries()) {
      const tooOld = late === "restamp" ? undefined : tooLate(timestamp, nowMs, MAX_SAMPLE_AGE_MS);
      const refused = sampleRejects.get(i) ?? tooFarAhead(timestamp, nowMs) ?? tooOld;
      if (refused) count(counts, refused.reason, 1);
    }
  }
}

function count(counts: Record<string, number>, reason: string, samples: number): void {
  counts[reason] = (counts[reason] ?? 0) + samples;
}
