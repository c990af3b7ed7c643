import type { Sample, Series } from "./batch.ts";
import { convict } from "./convict.ts";
import { moveOn, rejectSample, storeSample, triedLane } from "./fate.ts";
import { type Refused, refusedWords } from "./judge.ts";
import type { Ledger } from "./ledger.ts";
import { look } from "./look.ts";
import { halves, inTimeOrder, type Unit } from "./pack.ts";
import { type Refusal, readRefusal } from "./refusal.ts";
import type { Run } from "./run.ts";

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
  refused: Refused,
  startMs: number,
  run: Run,
): Promise<Unit[] | undefined> {
  const { options, budget } = run;
  if (!(await budget.wait(options.lookAgainDelayMs))) return undefined;
  const series = [...new Set(placed.map((sample) => sample.series))];
  const oldestMs = placed.reduce((oldest, { atMs }) => Math.min(oldest, atMs), startMs);
  const view = await look(series, oldestMs, run);
  if (view.unseenGroups.size > 0) return undefined;
  for (const each of series) view.ledger.refresh(each);
  const refusal = readRefusal(refused.body);
  noteReceipts(placed, view.ledger, refusal, run);

  const missing = placed.filter((sample) => !landed(sample, view.ledger, run));
  noteHorizon(placed, missing, view.ledger, refusal, run);
  const sorted = Map.groupBy(missing, (sample) => whyMissing(sample, view.ledger, run));
  for (const sample of sorted.get("another value") ?? []) {
    const detail = `Expected one value at ${sample.atMs}, the receiver has ${view.ledger.at(sample.series, 1, sample.atMs)}`;
    rejectSample(
      sample,
      { reason: "new-value-for-timestamp", detail: refused.body === "" ? detail : refusedWords(refused) },
      refused,
    );
  }
  for (const sample of sorted.get("behind") ?? []) {
    const reason = refusal.reason === "sample-too-old" ? refusal.reason : "sample-out-of-order";
    triedLane(sample);
    rejectSample(sample, { reason, detail: refusedWords(refused) }, refused);
  }
  for (const sample of sorted.get("in the way") ?? []) moveOn(sample, run);

  const moved = sorted.get("in the way") ?? [];
  const suspects = sorted.get("maybe behind") ?? [];
  const fallen = sorted.get("fallen") ?? [];
  // When nothing could be set aside, sending the same once more would only be refused once more.
  const setAside = fallen.length < placed.length;
  for (const sample of fallen) sample.refusals++;
  const culprits = fallen.filter((sample) => !setAside || sample.refusals > 1);
  const again = fallen.filter((sample) => !culprits.includes(sample));
  for (const each of series) reserve(each);
  const convicted = convict(culprits, !setAside, refusal, refused, run);
  // A restamp is later than all that waits for a place, so it goes last.
  const placedAnew = [...again, ...moved, ...convicted.moved];
  const units = [placedAnew, ...inDoubt(suspects, missing, placed), ...convicted.units, convicted.restamped];
  return units.filter((unit) => unit.length > 0);
}

/**
 * When all that was refused are gauges behind others, the oldest of them is beyond the horizon, whatever the others are.
 * Where the text names one that is too old, it says so of everything older.
 */
function noteHorizon(
  placed: readonly Sample[],
  missing: readonly Sample[],
  ledger: Ledger,
  refusal: Refusal,
  { horizon }: Run,
): void {
  const { reason, timestampMs } = refusal;
  if (reason === "sample-out-of-order") horizon.refused(Number.POSITIVE_INFINITY);
  if (reason === "sample-too-old" && timestampMs !== undefined) horizon.refused(timestampMs);
  if (missing.length < placed.length || !missing.every((sample) => isBehindAnother(sample, ledger))) return;
  horizon.refused(missing.reduce((oldest, { atMs }) => Math.min(oldest, atMs), Number.POSITIVE_INFINITY));
}

/** Those that were refused beside others go without them; alone, the newer half first: refused, it speaks for the older. */
function inDoubt(suspects: readonly Sample[], missing: readonly Sample[], placed: readonly Sample[]): Unit[] {
  const wereAlone = missing.length === placed.length && suspects.length > 1;
  return wereAlone ? halves(inTimeOrder(suspects)).toReversed() : [suspects];
}

/** A receipt that landed speaks for its part; one that the receiver names is left out from now on. */
function noteReceipts(placed: readonly Sample[], ledger: Ledger, refusal: Refusal, run: Run): void {
  for (const part of new Set(placed.map((sample) => sample.part))) {
    if (ledger.receipt(part.load.record.group, part.receipt)) part.receipted = true;
    // Out of order means that another consumer wrote one: the book has seen it now, and the next is later.
    else if (refusal.aboutReceipt && refusal.reason !== "sample-out-of-order") {
      part.receiptRefused = true;
      run.tally.receiptMissing();
    }
  }
}

function landed(sample: Sample, ledger: Ledger, run: Run): boolean {
  const there = Object.is(ledger.at(sample.series, sample.lane, sample.atMs), sample.value);
  if (there) storeSample(sample, run);
  return there;
}

type Why = "in the way" | "another value" | "behind" | "maybe behind" | "fallen";

function whyMissing(sample: Sample, ledger: Ledger, { horizon }: Run): Why {
  const { series, lane, atMs, part } = sample;
  if (!isInTheWay(sample)) return "fallen";
  if (part.load.message?.kind === "delta") return "in the way";
  if (ledger.at(series, lane, atMs) !== undefined) return "another value";
  // With an out-of-order window a gauge behind another is no reason for a refusal, unless it is beyond the window.
  return horizon.isBeyond(atMs) ? "behind" : "maybe behind";
}

function isInTheWay({ series, lane, atMs }: Sample): boolean {
  return (series.newest[lane - 1] ?? Number.NEGATIVE_INFINITY) >= atMs;
}

/** A gauge with a newer sample in its series, and none at its own time. */
function isBehindAnother(sample: Sample, ledger: Ledger): boolean {
  const { series, lane, atMs, part } = sample;
  return part.load.message?.kind !== "delta" && isInTheWay(sample) && ledger.at(series, lane, atMs) === undefined;
}

/**
 * Samples that keep their lane hold their place in it, those of requests to come too: something else put there at the
 * same time would be overwritten without a word (facts: oracle row 4).
 */
function reserve({ samples, newest }: Series): void {
  for (const { fate, lane, atMs } of samples) {
    if (fate !== "waiting" || lane === 0) continue;
    newest[lane - 1] = Math.max(newest[lane - 1] ?? Number.NEGATIVE_INFINITY, atMs);
  }
}
