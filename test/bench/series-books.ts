import type { LocalReceiver } from "@penstock/local";
import { GROUP_LABEL, keyOfSorted, LANE_LABEL, type MessageSeries, NAME_LABEL, sortLabels } from "@penstock/model";

/** What a receiver holds of the samples that were sent. */
export interface Books {
  /** As they were sent. */
  readonly logicalSeries: number;
  /** As the receiver counts them: each lane is one. */
  readonly activeSeries: number;
  readonly sent: number;
  readonly once: number;
  readonly lost: number;
  /** More copies than were sent, each one counted. */
  readonly doubled: number;
}

/** How often each sample of one series was sent, or is stored: by time and value. */
type Samples = Map<string, number>;

/**
 * Compares what was sent with what is stored, sample by sample, the lanes of a series together. A sample that is missing
 * at its own time may stand at another at which nothing like it was sent: it was restamped.
 */
export function closeBooks(sent: readonly MessageSeries[], local: LocalReceiver): Books {
  const truth = new Map<string, Samples>();
  for (const { metric, timestamps, values } of sent) {
    add(truth, keyOfSorted(sortLabels(metric)), timestamps, values.map(Number));
  }
  const stored = new Map<string, Samples>();
  const names = [...new Set(sent.map(({ metric }) => metric[NAME_LABEL]!))];
  let activeSeries = 0;
  for (const value of names) {
    for (const { labels, timestamps, values } of local.select([{ name: NAME_LABEL, op: "=", value }])) {
      activeSeries++;
      const own = labels.filter(([name]) => name !== LANE_LABEL && name !== GROUP_LABEL);
      add(stored, keyOfSorted(own), timestamps, values);
    }
  }
  const counts = { sent: 0, once: 0, lost: 0, doubled: 0 };
  for (const [key, samples] of truth) compare(samples, stored.get(key) ?? new Map(), counts);
  return { logicalSeries: truth.size, activeSeries, ...counts };
}

function add(all: Map<string, Samples>, key: string, timestamps: ArrayLike<number>, values: ArrayLike<number>): void {
  const samples = all.get(key) ?? new Map<string, number>();
  all.set(key, samples);
  for (let i = 0; i < timestamps.length; i++) {
    const id = `${timestamps[i]} ${values[i]}`;
    samples.set(id, (samples.get(id) ?? 0) + 1);
  }
}

function compare(
  sent: Samples,
  stored: Samples,
  counts: { sent: number; once: number; lost: number; doubled: number },
) {
  const restamped = new Map<string, number>();
  for (const [id, n] of stored) if (!sent.has(id)) restamped.set(valueIn(id), (restamped.get(valueIn(id)) ?? 0) + n);
  for (const [id, n] of sent) {
    const there = stored.get(id) ?? 0;
    const missing = Math.max(0, n - there);
    const elsewhere = Math.min(missing, restamped.get(valueIn(id)) ?? 0);
    restamped.set(valueIn(id), (restamped.get(valueIn(id)) ?? 0) - elsewhere);
    counts.sent += n;
    counts.lost += missing - elsewhere;
    counts.doubled += Math.max(0, there - n);
    counts.once += there > n ? 0 : n - missing + elsewhere;
  }
  // What stands at a time of its own and answers for nothing that was sent.
  for (const n of restamped.values()) counts.doubled += n;
}

function valueIn(id: string): string {
  return id.slice(id.indexOf(" ") + 1);
}
