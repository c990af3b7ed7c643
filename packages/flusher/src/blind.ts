import type { Sample } from "./batch.ts";
import { moveOn, rejectSample, triedLane } from "./fate.ts";
import { type Refused, refusedWords } from "./judge.ts";
import { halves, inTimeOrder, pack, type Unit } from "./pack.ts";
import { isCuredByALane, readRefusal } from "./refusal.ts";
import type { Run } from "./run.ts";
import { writeChain } from "./write.ts";

/**
 * The way without a query endpoint: lane 1 first; on a refusal halve until the refused sample stands alone, and move it
 * to the next lane. A request holds one sample of a series at the most: only then does sending it again tell, since a
 * sample that landed is the newest of its lane, and a receiver takes the newest again without a word (facts: receivers
 * §6.2). It is exact only within the bounds that docs/guarantees.md names, and slower by a request for each sample of
 * the busiest series.
 */
export async function writeBlindly(samples: readonly Sample[], run: Run): Promise<void> {
  for (const wave of waves(samples)) {
    const chain = pack(wave, run.options).flat();
    if (!(await writeChain(chain, (placed, refused) => Promise.resolve(halveOrMove(placed, refused, run)), run)))
      return;
  }
}

/** The k-th oldest sample of every series, for k = 0, 1, 2, … */
function waves(samples: readonly Sample[]): Sample[][] {
  const bySeries = [...Map.groupBy(inTimeOrder(samples), ({ series }) => series).values()];
  const longest = bySeries.reduce((length, { length: own }) => Math.max(length, own), 0);
  return Array.from({ length: longest }, (_, k) => bySeries.flatMap((ofSeries) => ofSeries.slice(k, k + 1)));
}

function halveOrMove(placed: readonly Sample[], refused: Refused, run: Run): readonly Unit[] {
  return placed.length > 1 ? halves(placed) : refusedAlone(placed[0]!, refused, run);
}

/** Something may be in its way, which another lane cures; names and limits, no lane does. */
function refusedAlone(sample: Sample, refused: Refused, run: Run): Unit[] {
  const refusal = readRefusal(refused.body);
  const { reason, scope } = refusal;
  const inTheWay = reason === undefined || scope === "floor" || isCuredByALane(refusal);
  if (inTheWay && sample.part.load.message?.kind === "delta") {
    moveOn(sample, run);
    return [[sample]];
  }
  triedLane(sample);
  rejectSample(sample, { reason: reason ?? "refused", detail: refusedWords(refused) }, refused);
  return [];
}
