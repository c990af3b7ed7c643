import type { Books, HistoryPoint, QueueLevel } from "../../api.ts";

/** Samples a second. */
export interface Rates {
  readonly received: number;
  readonly stored: number;
  readonly rejected: number;
  readonly duplicate: number;
  readonly returned: number;
}

export function messagesIn({ visible, inFlight, delayed }: QueueLevel): number {
  return visible + inFlight + delayed;
}

/** Samples rejected, for all reasons. */
export function rejectedIn({ rejected }: Books): number {
  return Object.values(rejected).reduce((sum, samples) => sum + samples, 0);
}

/** The rates between two points that have books; undefined when one of them has none, or a consumer began anew between them. */
export function ratesBetween(before: HistoryPoint, after: HistoryPoint): Rates | undefined {
  const seconds = (after.atMs - before.atMs) / 1_000;
  if (!before.books || !after.books || !(seconds > 0) || after.books.received < before.books.received) return undefined;
  const { books: a } = before;
  const { books: b } = after;
  return {
    received: (b.received - a.received) / seconds,
    stored: (b.stored - a.stored) / seconds,
    rejected: (rejectedIn(b) - rejectedIn(a)) / seconds,
    duplicate: (b.duplicate - a.duplicate) / seconds,
    returned: (b.returned - a.returned) / seconds,
  };
}

/** The rates of the last so many milliseconds: short enough to be live, long enough not to flicker. */
export function ratesNow(points: readonly HistoryPoint[], windowMs: number): Rates | undefined {
  const last = points.at(-1);
  if (!last) return undefined;
  const first = points.find(({ atMs }) => atMs >= last.atMs - windowMs);
  return first && first !== last ? ratesBetween(first, last) : undefined;
}

/** How much the balance is off: received − stored − rejected − duplicate − returned. */
export function imbalance(books: Books): number {
  return books.received - books.stored - rejectedIn(books) - books.duplicate - books.returned;
}

/** Samples rejected for one reason, in equal steps up to the last point. */
export function rejectedSteps(
  points: readonly HistoryPoint[],
  reason: string,
  stepMs: number,
  steps: number,
): readonly number[] {
  const counts: number[] = Array.from({ length: steps }, () => 0);
  const endMs = Math.ceil((points.at(-1)?.atMs ?? 0) / stepMs) * stepMs;
  for (let i = 1; i < points.length; i++) {
    const grown = (points[i]!.books?.rejected[reason] ?? 0) - (points[i - 1]!.books?.rejected[reason] ?? 0);
    const step = steps - 1 - Math.floor((endMs - points[i]!.atMs) / stepMs);
    if (grown > 0 && step >= 0 && points[i - 1]!.books) counts[step]! += grown;
  }
  return counts;
}
