import { isDelta, type Sample } from "./batch.ts";
import { moveOn, rejectRefused } from "./fate.ts";
import type { Answer } from "./judge.ts";
import { halves } from "./lists.ts";
import { inTimeOrder, type Unit } from "./pack.ts";
import { isCuredByALane, type Refusal } from "./refusal.ts";
import { laneLabels } from "./request.ts";
import { restamp } from "./restamp.ts";
import type { Run } from "./run.ts";

/** What the receiver holds against a request. */
export interface Charge {
  readonly answer: Answer;
  /** What the text of the answer says. */
  readonly refusal: Refusal;
}

interface Convicted {
  /** Late for the receiver, and to be written at the time of sending instead. */
  readonly restamped: Sample[];
  /** Behind something that was not seen: to be written to another lane. */
  readonly moved: Sample[];
  /** Still in doubt: to be sent without those that were found. */
  readonly units: Unit[];
}

/**
 * Of samples that were refused though nothing was in their way: finds whom the refusal was about.
 *
 * @param alone nothing else was in the request that could have been what it was about
 */
export function convict(culprits: readonly Sample[], alone: boolean, { answer, refusal }: Charge, run: Run): Convicted {
  const convicted: Convicted = { restamped: [], moved: [], units: [] };
  // A receipt was refused, not one of these: they go again without it.
  if (refusal.aboutReceipt) return { ...convicted, units: [culprits] };
  const found = guilty(culprits, alone, refusal, run.options.groupLabel);
  if (found.size === 0) return { ...convicted, units: unconvicted(culprits, alone) };
  for (const sample of found) {
    if (isCuredByALane(refusal) && isDelta(sample)) {
      moveOn(sample, run);
      convicted.moved.push(sample);
    } else if (mayBeTooOld(refusal) && restamp(sample)) convicted.restamped.push(sample);
    else rejectRefused(sample, refusal.reason ?? "refused", answer);
  }
  return { ...convicted, units: [culprits.filter((sample) => !found.has(sample))] };
}

/** A refusal without words may be for its age as well. */
function mayBeTooOld({ scope, reason }: Refusal): boolean {
  return scope === "floor" || reason === undefined;
}

/** Who fell beside others goes without them; who fell alone goes in halves. */
function unconvicted(culprits: readonly Sample[], alone: boolean): Unit[] {
  return alone ? halves(inTimeOrder(culprits)) : [culprits];
}

function guilty(
  culprits: readonly Sample[],
  alone: boolean,
  { scope, timestampMs, names }: Refusal,
  groupLabel: string,
): ReadonlySet<Sample> {
  // Alone and refused: it was about this one. And a limit on series refuses each that is still missing by itself, since
  // only receivers that store the rest have one (transcript `series-limit-user`).
  if ((alone && culprits.length === 1) || scope === "limit") return new Set(culprits);
  const isMeant = ({ series, atMs, lane }: Sample): boolean => {
    if (!names(laneLabels(series, lane, groupLabel))) return false;
    if (timestampMs === undefined) return true;
    return scope === "floor" ? atMs <= timestampMs : atMs === timestampMs;
  };
  return new Set(culprits.filter(isMeant));
}
