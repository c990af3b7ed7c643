import type { Sample } from "./batch.ts";
import { deliver, type Outcome } from "./deliver.ts";
import { rejectSample, restamp, storeSample } from "./fate.ts";
import { halves, inTimeOrder, pack, type Unit } from "./pack.ts";
import { readRefusal } from "./refusal.ts";
import type { Run } from "./run.ts";
import { chunks, dropReplicas, words } from "./write.ts";

/**
 * The way without a query endpoint: lane 1 first; on a refusal halve until the refused sample stands alone, and move it
 * to the next lane. A request holds one sample of a series at the most: only then does sending it again tell, since a
 * sample that landed is the newest of its lane, and a receiver takes the newest again without a word (facts: receivers
 * §6.2). It is exact only within the bounds that docs/guarantees.md names, and slower by a request for each sample of
 * the busiest series.
 */
export async function blindWrite(samples: readonly Sample[], run: Run): Promise<void> {
  for (const wave of waves(samples)) {
    for (const unit of pack(wave, run.options).flat()) {
      if (!(await writeWave(unit, run))) return;
    }
  }
}

/** The k-th oldest sample of every series, for k = 0, 1, 2, … */
function waves(samples: readonly Sample[]): Sample[][] {
  const bySeries = [...Map.groupBy(inTimeOrder(samples), ({ series }) => series).values()];
  const longest = bySeries.reduce((length, { length: own }) => Math.max(length, own), 0);
  return Array.from({ length: longest }, (_, k) => bySeries.flatMap((ofSeries) => ofSeries.slice(k, k + 1)));
}

/** Settles every sample of a wave; false when the rest must wait. */
async function writeWave(wave: Unit, run: Run): Promise<boolean> {
  const units: Unit[] = [wave];
  for (let unit = units.shift(); unit; unit = units.shift()) {
    const placed = unit.filter((sample) => placeBlindly(sample, run));
    if (placed.length === 0) continue;
    const next = settleBlindly(placed, await deliver(placed, run), run);
    if (!next) return false;
    units.unshift(...next);
  }
  return true;
}

/** The first lane in which it was not refused, and in which this flush has put nothing at its time or later. */
function placeBlindly(sample: Sample, { options }: Run): boolean {
  const { newest } = sample.series;
  const lanes = sample.part.load.message?.kind === "delta" ? options.lanes : 1;
  if (sample.lane > 0) return true;
  for (let lane = 1; lane <= lanes; lane++) {
    if (sample.lanesTried.has(lane) || (newest[lane - 1] ?? Number.NEGATIVE_INFINITY) >= sample.atMs) continue;
    sample.lane = lane;
    return true;
  }
  if (sample.lanesTried.size > 0 && restamp(sample)) {
    sample.lanesTried.clear();
    return placeBlindly(sample, { options } as Run);
  }
  rejectSample(sample, { reason: "lanes_exhausted", detail: `Expected one of ${lanes} lanes to take it, but each refused` });
  return false;
}

function settleBlindly(placed: Sample[], outcome: Outcome, run: Run): Unit[] | undefined {
  switch (outcome.kind) {
    case "stored":
      for (const sample of placed) {
        sample.series.newest[sample.lane - 1] = sample.atMs;
        storeSample(sample, run);
      }
      run.tally.blind(placed.length);
      return [];
    case "wait":
      return undefined;
    case "send-less":
      return chunks(placed, outcome.samples);
    case "too-large":
      if (placed.length > 1) return halves(placed);
      rejectSample(placed[0]!, { reason: "series_too_large", detail: "The receiver takes no request of this size" });
      return [];
    case "other-replica":
      return dropReplicas(placed, outcome);
    case "refused":
      if (placed.length > 1) return halves(placed);
      return refusedAlone(placed[0]!, outcome, run);
  }
}

/** Something may be in its way, which another lane cures; names and limits, no lane does. */
function refusedAlone(sample: Sample, refused: Extract<Outcome, { kind: "refused" }>, run: Run): Unit[] {
  const { reason, scope } = readRefusal(refused.body);
  const inTheWay = reason === undefined || reason === "sample-out-of-order" || reason === "new-value-for-timestamp" || scope === "floor";
  sample.lanesTried.add(sample.lane);
  if (inTheWay && sample.part.load.message?.kind === "delta") {
    sample.lane = 0;
    run.tally.moved();
    return [[sample]];
  }
  rejectSample(sample, { reason: reason ?? "refused", detail: words(refused) }, refused);
  return [];
}
