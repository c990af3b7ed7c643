import { type Reject, tooFarAhead, tooLate } from "@penstock/model";
import { isDelta, type Load, type Sample, samplesOf } from "./batch.ts";
import { rejectSample } from "./fate.ts";
import type { View } from "./look.ts";
import type { FlusherOptions } from "./options.ts";
import { restamp } from "./restamp.ts";

/**
 * Of the samples of a batch, which are to be written now. The others are duplicates (they landed before), rejects (too
 * late, too early) or wait (nobody could tell what landed). Late ones that may be restamped get their new time.
 *
 * @param view what was looked up; undefined when the receiver cannot be asked
 */
export function sift(loads: readonly Load[], view: View | undefined, nowMs: number, options: FlusherOptions): Sample[] {
  const fresh: Sample[] = [];
  const said = new Map<string, Sample>();
  for (const load of loads) {
    if (view) recognise(load, view);
    for (const sample of samplesOf(load)) {
      if (sample.fate !== "waiting" || isUnseen(sample, view, nowMs, options)) continue;
      const reject = tooEarly(sample) ?? outdated(sample, nowMs, options) ?? saidBefore(sample, said);
      if (reject) rejectSample(sample, reject);
      else if (sample.fate === "waiting") fresh.push(sample);
    }
  }
  return fresh;
}

/** The series whose past must be known before anything is written: deltas always, others only when they look late. */
export function mustSee(sample: Sample, nowMs: number, maxAgeMs: number): boolean {
  return isDelta(sample) || tooLate(sample.ownMs, nowMs, maxAgeMs) !== undefined;
}

/**
 * Parts with a receipt were written before: each landed sample answers for one of ours, and what is absent was refused
 * then, so it is new. A part without a receipt is new, whatever equal samples somebody else left there.
 */
function recognise(load: Load, { ledger, unseenGroups }: View): void {
  if (unseenGroups.has(load.record.group)) return;
  for (const part of load.parts) {
    const bases = ledger.receipt(load.record.group, part.receipt);
    if (bases) {
      part.receipted = true;
      for (const base of bases) part.restampBases.add(base);
    }
    const mayHaveLanded = bases !== undefined || load.message?.kind !== "delta";
    for (const sample of mayHaveLanded ? part.samples : []) {
      if (sample.fate === "waiting" && hasLanded(sample, ledger)) sample.fate = "duplicate";
    }
  }
}

function hasLanded(sample: Sample, ledger: View["ledger"]): boolean {
  const { series, ownMs, value, order, part } = sample;
  const { message, record } = part.load;
  if (!isDelta(sample)) {
    // A gauge is (series, timestamp): saying it twice stores it once, so nobody else's need answer for it.
    const times = message?.late === "restamp" ? [ownMs, record.sentAtMs + order] : [ownMs];
    return times.some((atMs) => Object.is(ledger.at(series, 1, atMs), value));
  }
  if (ledger.claim(series, ownMs, value)) return true;
  return [...part.restampBases].some((base) => ledger.claim(series, base + order, value));
}

function isUnseen(sample: Sample, view: View | undefined, nowMs: number, { maxAgeMs }: FlusherOptions): boolean {
  return view !== undefined && mustSee(sample, nowMs, maxAgeMs) && view.unseenGroups.has(sample.series.group);
}

/** By the time of sending, which is the same at every delivery: by ours, a later delivery would think otherwise. */
function tooEarly({ ownMs, part }: Sample): Reject | undefined {
  return tooFarAhead(ownMs, part.load.record.sentAtMs);
}

/** A late sample is rejected, or gets the time at which SQS took its message: the same at every delivery. */
function outdated(sample: Sample, nowMs: number, { maxAgeMs }: FlusherOptions): Reject | undefined {
  const late = tooLate(sample.ownMs, nowMs, maxAgeMs);
  if (!late || !restamp(sample)) return late;
  return tooLate(sample.atMs, nowMs, maxAgeMs);
}

/** A gauge or cumulative sample said twice in one batch is one sample; said with two values, the first one stands. */
function saidBefore(sample: Sample, said: Map<string, Sample>): Reject | undefined {
  if (isDelta(sample)) return undefined;
  const id = `${sample.atMs} ${sample.series.group} ${sample.series.key}`;
  const first = said.get(id);
  if (!first) said.set(id, sample);
  else if (Object.is(first.value, sample.value)) sample.fate = "duplicate";
  else {
    const detail = `Expected one value at ${sample.atMs}, got ${first.value} and then ${sample.value}`;
    return { reason: "new-value-for-timestamp", detail };
  }
  return undefined;
}
