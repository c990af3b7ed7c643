/** One comparison: ours beside what it is measured against, in one run. */
export interface Line {
  readonly name: string;
  readonly unit: string;
  /** Medians, in `unit`. */
  readonly ours: number;
  readonly theirs: number;
  /** How much more of `unit` theirs takes than ours; above 1 is to our advantage. */
  readonly ratio: number;
  /** The least ratio that we promise; undefined where the line only tells. */
  readonly atLeast?: number;
  readonly note?: string;
}

/** How much is measured. */
export interface Size {
  /** Of what is done in turns. */
  readonly rounds: number;
  /** CPU time of one round, in microseconds. Shorter rounds would measure the clock. */
  readonly minRoundUs: number;
  /** Of the series, samples, files and invocations of the whole. */
  readonly share: number;
}

export const SIZES = {
  full: { rounds: 9, minRoundUs: 60_000, share: 1 },
  /** Shows that a bench runs. Its ratios mean nothing. */
  tiny: { rounds: 2, minRoundUs: 1_000, share: 0.02 },
} as const satisfies Record<string, Size>;

/** So many at the full size, at least one. */
export function scaled(count: number, { share }: Size): number {
  return Math.max(1, Math.round(count * share));
}

type Work = () => unknown;

/**
 * Runs two works by turns, round by round, so that what disturbs the machine disturbs both, and compares CPU time, user
 * and system, of this process for one unit of work. The ratio is the median of the rounds' ratios.
 *
 * @param units what one call of each work does, such as samples
 */
export async function compare(
  ours: Work,
  theirs: Work,
  units: number,
  size: Size,
): Promise<Pick<Line, "ours" | "theirs" | "ratio">> {
  // Cold, a call takes so much longer that a round of as many warm ones would be too short.
  for (const work of [ours, theirs]) await repeats(work, size);
  const [oursTimes, theirsTimes] = [await repeats(ours, size), await repeats(theirs, size)];
  const rounds: { ours: number; theirs: number }[] = [];
  for (let round = 0; round < size.rounds; round++) {
    rounds.push({ ours: await cpuNs(ours, oursTimes, units), theirs: await cpuNs(theirs, theirsTimes, units) });
  }
  return {
    ours: median(rounds.map((round) => round.ours)),
    theirs: median(rounds.map((round) => round.theirs)),
    ratio: median(rounds.map((round) => round.theirs / round.ours)),
  };
}

/** CPU time of this process for one unit of `times` calls, in nanoseconds. */
export async function cpuNs(work: Work, times: number, units: number): Promise<number> {
  const before = process.cpuUsage();
  for (let i = 0; i < times; i++) await work();
  const { user, system } = process.cpuUsage(before);
  return ((user + system) * 1_000) / (times * units);
}

/** How often to call a work for a round that is long enough; warms it up on the way. */
async function repeats(work: Work, { minRoundUs }: Size): Promise<number> {
  for (let times = 1; ; times *= 2) {
    const before = process.cpuUsage();
    for (let i = 0; i < times; i++) await work();
    const { user, system } = process.cpuUsage(before);
    if (user + system >= minRoundUs) return times;
  }
}

export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
