import { isDelta, type Sample } from "./batch.ts";
import { moveOn, rejectRefused } from "./fate.ts";
import type { Answer } from "./judge.ts";
import { halves } from "./lists.ts";
import { inTimeOrder, pack, type Unit } from "./pack.ts";
import { isCuredByALane, readRefusal } from "./refusal.ts";
import type { Run } from "./run.ts";
import { type OnRefused, writeChain } from "./write.ts";

/**
 * The way without a query endpoint: lane 1 first; on a refusal halve until the refused sample stands alone, and move it
 * to the next lane. A request holds one sample of a series at the most: only then does sending it again tell, since a
 * sample that landed is the newest of its lane, and a receiver takes the newest again without a word
 * (transcript `resend-identical`). It is exact only within the bounds that docs/guarantees.md names, and slower by a request for each sample of
 * the busiest series.
 */
export async function writeBlindly(samples: readonly Sample[], run: Run): Promise<void> {
  const onRefused: OnRefused = async (placed, answer) =>
    placed.length > 1 ? halves(placed) : refusedAlone(placed[0]!, answer, run);
  for (const wave of waves(samples)) {
    if (!(await writeChain(pack(wave, run.options).flat(), onRefused, run))) return;
  }
}

/** The k-th oldest sample of every series, for k = 0, 1, 2, … */
function waves(samples: readonly Sample[]): Sample[][] {
  const all: Sample[][] = [];
  for (const ofSeries of Map.groupBy(inTimeOrder(samples), ({ series }) => series).values()) {
    for (const [k, sample] of ofSeries.entries()) {
      all[k] ??= [];
      all[k].push(sample);
    }
  }
  return all;
}

/** Something may be in its way, which another lane cures; names and limits, no lane does. */
function refusedAlone(sample: Sample, answer: Answer, run: Run): Unit[] {
  const refusal = readRefusal(answer.body);
  const { reason, scope } = refusal;
  const inTheWay = reason === undefined || scope === "floor" || isCuredByALane(refusal);
  if (inTheWay && isDelta(sample)) {
    moveOn(sample, run);
    return [[sample]];
  }
  rejectRefused(sample, reason ?? "refused", answer);
  return [];
}
