import type { Outcome } from "./simulate.ts";

/** What a number of seeds came to. Plain data: it travels between threads. */
export interface Tally {
  seeds: number;
  failed: number;
  stated: number;
  stored: number;
  dead: number;
  queued: number;
  invocations: number;
  deaths: number;
  requests: number;
  /** Virtual time. */
  hours: number;
  readonly faults: Record<string, number>;
}

export function newTally(): Tally {
  const counts = { stated: 0, stored: 0, dead: 0, queued: 0, invocations: 0, deaths: 0, requests: 0, hours: 0 };
  return { seeds: 0, failed: 0, ...counts, faults: {} };
}

export function addOutcome(tally: Tally, { count, totals, faults, requests, tookMs }: Outcome): void {
  tally.seeds++;
  if (faults.length > 0) tally.failed++;
  tally.stated += count.stated;
  tally.stored += count.stored;
  tally.dead += count.dead;
  tally.queued += count.queued;
  tally.invocations += totals.invocations;
  tally.deaths += totals.deaths;
  tally.requests += requests;
  tally.hours += tookMs / 3_600_000;
  for (const { kind } of faults) tally.faults[kind] = (tally.faults[kind] ?? 0) + 1;
}

export function addTally(tally: Tally, other: Tally): void {
  for (const [name, value] of Object.entries(other)) {
    if (typeof value === "number") (tally as unknown as Record<string, number>)[name]! += value;
  }
  for (const [kind, count] of Object.entries(other.faults)) tally.faults[kind] = (tally.faults[kind] ?? 0) + count;
}

/** The samples of a kind of fault in ten thousand. */
export function rate(tally: Tally, kind: string): string {
  return (((tally.faults[kind] ?? 0) / Math.max(1, tally.stated)) * 10_000).toFixed(1);
}
