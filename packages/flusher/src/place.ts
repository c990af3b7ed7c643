import { isDelta, type Sample, type Series } from "./batch.ts";

export interface Placed {
  /** In time order, each with its lane. */
  readonly placed: Sample[];
  /** In every lane something is in the way of these. */
  readonly homeless: Sample[];
}

/**
 * Gives each sample a lane. A delta gets the first, counting from 1, in which nothing stands at the same or a later
 * time, counting what this flush placed already; in time order that is patience sorting, which needs the fewest lanes
 * there can be. Gauges and cumulative samples have lane 1 only: over lanes they would not add up.
 *
 * A sample that has a lane keeps it: it was sent there before, and may still be landing.
 */
export function place(samples: readonly Sample[], lanes: number): Placed {
  const placed: Sample[] = [];
  const homeless: Sample[] = [];
  const inLane1 = new Map<Series, number>();
  const inOrder = samples.toSorted((a, b) => a.atMs - b.atMs || Number(b.lane > 0) - Number(a.lane > 0));
  for (const sample of inOrder) {
    const { newest } = sample.series;
    if (sample.lane === 0) sample.lane = firstFree(sample, newest, lanes);
    // Only a series that is sent as a delta and as a gauge at once comes to this: one time, twice in its lane.
    if (sample.lane === 1 && inLane1.get(sample.series) === sample.atMs) sample.lane = 0;
    if (sample.lane === 0) {
      homeless.push(sample);
      continue;
    }
    if (sample.lane === 1) inLane1.set(sample.series, sample.atMs);
    newest[sample.lane - 1] = Math.max(newest[sample.lane - 1] ?? Number.NEGATIVE_INFINITY, sample.atMs);
    placed.push(sample);
  }
  return { placed, homeless };
}

function firstFree(sample: Sample, newest: readonly number[], lanes: number): number {
  if (!isDelta(sample)) return 1;
  for (let lane = 1; lane <= lanes; lane++) {
    const isFree = (newest[lane - 1] ?? Number.NEGATIVE_INFINITY) < sample.atMs;
    if (isFree && !sample.lanesTried.includes(lane)) return lane;
  }
  return 0;
}
