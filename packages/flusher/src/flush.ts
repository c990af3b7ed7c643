import { lookAgain } from "./again.ts";
import { type Load, type Series, samplesOf } from "./batch.ts";
import { writeBlindly } from "./blind.ts";
import { Budget } from "./budget.ts";
import { Horizon } from "./horizon.ts";
import { look, lookStartMs, type View } from "./look.ts";
import { type FlusherOptions, readOptions } from "./options.ts";
import { pack } from "./pack.ts";
import type { Ports, QueueRecord, Settlement } from "./ports.ts";
import { readBatch } from "./read.ts";
import { ReceiptBook } from "./receipts.ts";
import type { Report } from "./report.ts";
import type { Run } from "./run.ts";
import { settle } from "./settle.ts";
import { mustSee, sift } from "./sift.ts";
import { Tally } from "./tally.ts";
import { write } from "./write.ts";

export interface Flush {
  /** One for each record, in the records' order. */
  readonly settlements: readonly Settlement[];
  readonly report: Report;
}

/**
 * Takes one batch of records through decode → look → place → write → judge → settle.
 *
 * The message group is a lock: nobody else writes the series of these records until they are settled or visible again.
 * The receiver is the ledger: what was written is looked up there, not remembered. Each part carries its receipt: a part
 * that was written before, by whomever and whenever, is known by it.
 *
 * @param records at most one SQS batch, in the order of delivery
 * @param deadlineMs the earlier of the invocation's end and the end of the records' visibility (epoch milliseconds)
 * @throws RangeError for an option out of its range, before anything is done. Otherwise never rejects: what could not
 * be done is returned to the queue.
 */
export async function flush(
  records: readonly QueueRecord[],
  deadlineMs: number,
  ports: Ports,
  options: Partial<FlusherOptions> = {},
): Promise<Flush> {
  const all = readOptions(options);
  const budget = new Budget(ports.clock, deadlineMs, all);
  const run: Run = {
    ports,
    options: all,
    budget,
    tally: new Tally(ports.receiver.read !== undefined),
    book: new ReceiptBook(),
    horizon: new Horizon(),
  };
  const loads = readBatch(records, all.labelLimits, all.maxSamples);
  if (ports.receiver.read) await writeSeeing(loads, run);
  else await writeBlindly(sift(loads, undefined, ports.clock.now(), all), run);
  const { settlements, ...settled } = await settle(loads, run);
  return { settlements, report: run.tally.close(records.length, received(loads), settled) };
}

async function writeSeeing(loads: readonly Load[], run: Run): Promise<void> {
  const { ports, options } = run;
  const nowMs = ports.clock.now();
  const startMs = loads.reduce(
    (earliest, load) => Math.min(earliest, lookStartMs(load, nowMs, options.maxAgeMs, options.lookBackMs)),
    nowMs,
  );
  // By the time of the look: a sample that became late since was not looked for, and may have landed before.
  const fresh = sift(loads, await firstLook(loads, startMs, nowMs, run), nowMs, options);
  await write(pack(fresh, options), (placed, answer) => lookAgain(placed, answer, startMs, run), run);
}

/** One look for the whole batch, before anything is written. */
async function firstLook(loads: readonly Load[], startMs: number, nowMs: number, run: Run): Promise<View> {
  const series = new Set<Series>();
  for (const load of loads) {
    for (const sample of samplesOf(load)) {
      if (mustSee(sample, nowMs, run.options.maxAgeMs)) series.add(sample.series);
    }
  }
  return look([...series], startMs, run);
}

function received(loads: readonly Load[]): number {
  return loads.reduce((sum, { samples }) => sum + samples, 0);
}
