import type { Reason } from "@penstock/model";
import { countOf, isDelta, type Load, type Part } from "./batch.ts";
import { type Letter, lettersOf } from "./letters.ts";
import type { Settlement } from "./ports.ts";
import type { Run } from "./run.ts";

export interface Settled {
  readonly settlements: readonly Settlement[];
  readonly rejected: Readonly<Partial<Record<Reason, number>>>;
  readonly duplicate: number;
  readonly returned: number;
  readonly receiptsMissing: number;
}

/**
 * Settles the records: rejects go to the dead-letter queue first, and only then is their record fulfilled. A record with
 * a waiting sample is returned, and so is every later record of its group, or they would overtake it. Rejects of a
 * returned record are not sent yet: its next delivery will find them again, and one sample is to be in one place.
 */
export async function settle(loads: readonly Load[], run: Run): Promise<Settled> {
  const returned = new Map<Load, string>();
  for (const load of loads) {
    const waiting = countOf(load, "waiting");
    if (waiting > 0) returned.set(load, `${waiting} samples wait`);
    if (load.postponed) returned.set(load, "its samples do not fit into this flush beside those before it");
  }
  holdBack(loads, returned);
  const letters = await post(
    loads.filter((load) => !returned.has(load)),
    returned,
    run,
  );
  holdBack(loads, returned);
  const settled = closeBooks(loads, returned, letters);
  if (settled.receiptsMissing > 0) {
    run.tally.warn("The receiver stored samples and refused their receipt: sent again, they would be stored again");
  }
  return settled;
}

/** Whatever stands behind a returned record in its group is returned too. */
function holdBack(loads: readonly Load[], returned: Map<Load, string>): void {
  const held = new Set<string>();
  for (const load of loads) {
    const { group } = load.record;
    const repeatsReturned = load.repeats.some((copy) => returned.has(copy));
    if (!returned.has(load) && (held.has(group) || repeatsReturned)) {
      returned.set(load, `an earlier message of group ${group}, or with its id, is returned`);
    }
    if (returned.has(load)) held.add(group);
  }
}

/** Sends the letters of these records, and returns the records whose letters were not all taken. */
async function post(loads: readonly Load[], returned: Map<Load, string>, run: Run): Promise<readonly Letter[]> {
  const { ports, budget, tally } = run;
  const letters = loads.flatMap((load) => lettersOf(load, ports.clock.now()));
  if (letters.length === 0) return [];
  const failures = budget.maySettle()
    ? await ports.deadLetters.send(letters.map(({ entry }) => entry))
    : letters.map(() => "no time was left for it");
  for (const [i, { load }] of letters.entries()) {
    if (failures[i] === undefined) continue;
    returned.set(load, `a dead letter was not taken: ${failures[i]}`);
    tally.warn(`A dead letter could not be sent, so its message goes back to the queue: ${failures[i]}`);
  }
  return letters;
}

function closeBooks(loads: readonly Load[], returned: ReadonlyMap<Load, string>, letters: readonly Letter[]): Settled {
  const rejected: Partial<Record<Reason, number>> = {};
  for (const { load, reason, samples } of letters) {
    if (!returned.has(load)) rejected[reason] = (rejected[reason] ?? 0) + samples;
  }
  let duplicate = 0;
  let left = 0;
  for (const load of loads) {
    duplicate += countOf(load, "duplicate");
    if (returned.has(load)) left += unsettled(load) + countOf(load, "waiting");
  }
  const settlements = loads.map((load): Settlement => {
    const why = returned.get(load);
    return why === undefined ? { status: "fulfilled" } : { status: "returned", why };
  });
  const receiptsMissing = loads.flatMap(({ parts }) => parts).filter(isUnreceipted).length;
  return { settlements, rejected, duplicate, returned: left, receiptsMissing };
}

function isUnreceipted({ receipted, samples }: Part): boolean {
  return !receipted && samples.some((sample) => sample.fate === "stored" && isDelta(sample));
}

/** Samples of a record that were not read, or are rejects but in no dead-letter queue yet. */
function unsettled({ rejections, unreadable, postponed, samples }: Load): number {
  if (postponed) return samples;
  return rejections.reduce((sum, { samples }) => sum + samples, unreadable ? 1 : 0);
}
