import { expect } from "vitest";

const FACTOR = 16;
/** Of what would be in proportion; the square is sixteen times it. */
const SLACK = 5;
const ROUNDS = 20;
/** What is measured takes at least so long, by repeating it: below that a clock says nothing. */
const LEAST_MS = 4;

/**
 * Expects that sixteen times the input takes about sixteen times the work: measured against itself, side by side, at the
 * quietest of some rounds.
 */
export async function expectProportional<T>(
  make: (size: number) => T,
  work: (input: T) => unknown,
  size: number,
): Promise<void> {
  const small = make(size);
  const large = make(FACTOR * size);
  await expectAtMost(
    SLACK * FACTOR,
    () => work(large),
    () => work(small),
  );
}

/** Expects that some work takes at most `factor` times what other work takes. */
export async function expectAtMost(factor: number, work: () => unknown, yardstick: () => unknown): Promise<void> {
  let times = 1;
  while ((await timeOf(yardstick, times)) < LEAST_MS && times < 2 ** 12) times *= 2;
  let [workMs, yardstickMs] = [Infinity, Infinity];
  for (let round = 0; round < ROUNDS; round++) {
    yardstickMs = Math.min(yardstickMs, await timeOf(yardstick, times));
    workMs = Math.min(workMs, await timeOf(work, times));
    if (workMs < factor * yardstickMs) return;
  }
  expect(workMs / yardstickMs, "the work, in the work that it is measured against").toBeLessThan(factor);
}

async function timeOf(work: () => unknown, times: number): Promise<number> {
  const startedAt = performance.now();
  for (let i = 0; i < times; i++) await work();
  return performance.now() - startedAt;
}
