import { type Load, type Sample, samplesOf } from "./batch.ts";

/**
 * A message that stands in one batch twice (announced again under its id) is one message: what a copy before it said is
 * not said again by it. What only it says goes on: a sender that uses an id twice loses nothing.
 */
export function markRepeats(loads: readonly Load[]): void {
  const readable = loads.filter(({ message }) => message !== undefined);
  for (const copies of Map.groupBy(readable, ({ identity }) => identity).values()) {
    if (copies.length > 1) markCopies(copies);
  }
}

function markCopies(copies: readonly Load[]): void {
  const saidBefore = new Map<string, number>();
  for (const [i, load] of copies.entries()) {
    load.repeats = copies.slice(0, i);
    const said = new Map<string, number>();
    for (const sample of samplesOf(load)) {
      const text = saying(sample);
      const times = (said.get(text) ?? 0) + 1;
      said.set(text, times);
      if (times > (saidBefore.get(text) ?? 0)) saidBefore.set(text, times);
      else sample.fate = "duplicate";
    }
  }
}

/** Without the group: a sender may put the copies into two. */
function saying({ series, ownMs, value }: Sample): string {
  return `${ownMs} ${value} ${series.key}`;
}
