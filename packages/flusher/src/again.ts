import { isDelta, type Sample, type Series } from "./batch.ts";
import { type Charge, convict } from "./convict.ts";
import { moveOn, rejectRefused, storeSample } from "./fate.ts";
import { type Answer, wordsOf } from "./judge.ts";
import type { Ledger } from "./ledger.ts";
import { halves } from "./lists.ts";
import { look } from "./look.ts";
import { inTimeOrder, type Unit } from "./pack.ts";
import { isCuredByALane, readRefusal } from "./refusal.ts";
import type { Run } from "./run.ts";

/** A refused request, and what was found when looking again. */
interface Findings extends Charge {
  readonly placed: readonly Sample[];
  /** Those of them that did not land. */
  readonly missing: readonly Sample[];
  readonly ledger: Ledger;
}

/**
 * After a refusal: ask what landed, do not parse why. A 400 can be a partial acceptance, names one sample of maybe
 * many, and may be empty. Landed → stored. Something in the way → another lane. Neither → it fell with a neighbour, so
 * it is sent once more without the others; refused again, the answer was about something else, and the culprits are
 * found by the text, or by halving.
 *
 * @returns what is to be sent next; undefined when nobody could tell what landed, so all of it waits
 */
export async function lookAgain(
  placed: readonly Sample[],
  answer: Answer,
  startMs: number,
  run: Run,
): Promise<Unit[] | undefined> {
  if (!(await run.budget.wait(run.options.lookAgainDelayMs))) return undefined;
  const series = [...new Set(placed.map((sample) => sample.series))];
  const oldestMs = placed.reduce((oldest, { atMs }) => Math.min(oldest, atMs), startMs);
  const { ledger, unseenGroups } = await look(series, oldestMs, run);
  if (unseenGroups.size > 0) return undefined;
  const missing = placed.filter((sample) => !landed(sample, ledger, run));
  const findings = { placed, missing, ledger, answer, refusal: readRefusal(answer.body) };
  noteReceipts(findings);
  noteHorizon(findings, run);
  return decide(findings, series, run).filter((unit) => unit.length > 0);
}

/** Rejects what can never be stored, and says what is to be sent next of the rest. */
function decide(findings: Findings, series: readonly Series[], run: Run): Unit[] {
  const { placed, missing, ledger, answer, refusal } = findings;
  const sorted = Map.groupBy(missing, (sample) => whyMissing(sample, ledger, run));
  for (const sample of sorted.get("another value") ?? []) {
    const there = ledger.at(sample.series, 1, sample.atMs);
    const detail = `Expected one value at ${sample.atMs}, the receiver has ${there}`;
    rejectRefused(sample, "new-value-for-timestamp", answer, answer.body === "" ? detail : wordsOf(answer));
  }
  for (const sample of sorted.get("behind") ?? []) {
    const reason = refusal.reason === "sample-too-old" ? refusal.reason : "sample-out-of-order";
    rejectRefused(sample, reason, answer);
  }
  const moved = sorted.get("in the way") ?? [];
  for (const sample of moved) moveOn(sample, run);
  const fallen = sorted.get("fallen") ?? [];
  for (const sample of fallen) sample.refusals++;
  // When nothing could be set aside, sending the same once more would only be refused once more.
  const alone = fallen.length === placed.length;
  const again = fallen.filter(({ refusals }) => !alone && refusals === 1);
  const culprits = fallen.filter(({ refusals }) => alone || refusals > 1);
  for (const each of series) reserve(each);
  const convicted = convict(culprits, alone, findings, run);
  const doubtful = inDoubt(sorted.get("maybe behind") ?? [], findings);
  // A restamp is later than all that waits for a place, so it goes last.
  return [[...again, ...moved, ...convicted.moved], ...doubtful, ...convicted.units, convicted.restamped];
}

/**
 * When all that was refused are gauges behind others, the oldest of them is beyond the horizon, whatever the others are.
 * Where the text names one that is too old, it says so of everything older.
 */
function noteHorizon({ placed, missing, ledger, refusal }: Findings, { horizon }: Run): void {
  const { reason, timestampMs } = refusal;
  if (reason === "sample-out-of-order") horizon.refused(Number.POSITIVE_INFINITY);
  if (reason === "sample-too-old" && timestampMs !== undefined) horizon.refused(timestampMs);
  if (missing.length < placed.length || !missing.every((sample) => isBehindAnother(sample, ledger))) return;
  horizon.refused(missing.reduce((oldest, { atMs }) => Math.min(oldest, atMs), Number.POSITIVE_INFINITY));
}

/** Those that were refused beside others go without them; alone, the newer half first: refused, it speaks for the older. */
function inDoubt(suspects: readonly Sample[], { missing, placed }: Findings): Unit[] {
  const wereAlone = missing.length === placed.length && suspects.length > 1;
  return wereAlone ? halves(inTimeOrder(suspects)).toReversed() : [suspects];
}

/** A receipt that landed speaks for its part; one that the receiver names is left out from now on. */
function noteReceipts({ placed, ledger, refusal }: Findings): void {
  // But if something of another consumer was in its way, the book has seen that now, and the next receipt is later.
  const isRefused = refusal.aboutReceipt && !isCuredByALane(refusal);
  for (const part of new Set(placed.map((sample) => sample.part))) {
    if (ledger.receipt(part.load.record.group, part.receipt)) part.receipted = true;
    else if (isRefused) part.receiptRefused = true;
  }
}

function landed(sample: Sample, ledger: Ledger, run: Run): boolean {
  const there = Object.is(ledger.at(sample.series, sample.lane, sample.atMs), sample.value);
  if (there) storeSample(sample, run);
  return there;
}

type Why = "in the way" | "another value" | "behind" | "maybe behind" | "fallen";

function whyMissing(sample: Sample, ledger: Ledger, { horizon }: Run): Why {
  const { series, lane, atMs } = sample;
  if (!isInTheWay(sample)) return "fallen";
  if (isDelta(sample)) return "in the way";
  if (ledger.at(series, lane, atMs) !== undefined) return "another value";
  // With an out-of-order window a gauge behind another is no reason for a refusal, unless it is beyond the window.
  return horizon.isBeyond(atMs) ? "behind" : "maybe behind";
}

function isInTheWay({ series, lane, atMs }: Sample): boolean {
  return (series.newest[lane - 1] ?? Number.NEGATIVE_INFINITY) >= atMs;
}

/** A gauge with a newer sample in its series, and none at its own time. */
function isBehindAnother(sample: Sample, ledger: Ledger): boolean {
  const { series, lane, atMs } = sample;
  return !isDelta(sample) && isInTheWay(sample) && ledger.at(series, lane, atMs) === undefined;
}

/**
 * Samples that keep their lane hold their place in it, those of requests to come too: something else put there at the
 * same time would be overwritten without a word (transcript `ooo-conflict-twice`).
 */
function reserve({ samples, newest }: Series): void {
  for (const { fate, lane, atMs } of samples) {
    if (fate !== "waiting" || lane === 0) continue;
    newest[lane - 1] = Math.max(newest[lane - 1] ?? Number.NEGATIVE_INFINITY, atMs);
  }
}
