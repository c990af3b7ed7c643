import { type Clock, RECEIPT_METRIC } from "@penstock/model";
import { type Queue, type QueueFigures, readSeries } from "@penstock/operator";
import type { Books, Freshness, HistoryPoint, Overview, QueueLevel, Told } from "../api.ts";
import { ask, type ConsoleSources } from "./sources.ts";

/** Points kept: half an hour at the shortest interval. */
const MAX_POINTS = 900;
/** Between two questions to the receiver about its receipts, which are queries that AMP counts. */
const FRESHNESS_INTERVAL_MS = 10_000;
/** How far back receipts are looked for. */
const FRESHNESS_RANGE_MS: number = 5 * 60_000;

/** What was seen last, and the curve behind it. */
export class History {
  readonly #sources: ConsoleSources;
  readonly #clock: Clock;
  readonly #intervalMs: number;
  #points: readonly HistoryPoint[] = [];
  #queue: Told<QueueLevel> = NOT_YET;
  #deadLetters: Told<QueueLevel> = NOT_YET;
  #books: Told<Books> = NOT_YET;
  #oldestSentAtMs: Overview["oldestSentAtMs"] = NOT_YET;
  #freshness: Told<Freshness> = NOT_YET;
  #freshAtMs = Number.NEGATIVE_INFINITY;

  constructor(sources: ConsoleSources, clock: Clock, intervalMs: number) {
    this.#sources = sources;
    this.#clock = clock;
    this.#intervalMs = intervalMs;
  }

  /** Asks every source once. Never rejects. */
  async sample(): Promise<void> {
    const { queue, deadLetters, books, oldestSentAtMs } = this.#sources;
    [this.#queue, this.#deadLetters, this.#books, this.#oldestSentAtMs] = await Promise.all([
      levelOf(queue),
      levelOf(deadLetters),
      ask(books),
      ask(oldestSentAtMs),
    ]);
    const atMs = this.#clock.now();
    const point: HistoryPoint = {
      atMs,
      ...(this.#queue.known && { queue: this.#queue.value }),
      ...(this.#deadLetters.known && { deadLetters: this.#deadLetters.value }),
      ...(this.#books.known && { books: this.#books.value }),
    };
    this.#points = [...this.#points, point].slice(-MAX_POINTS);
    if (atMs - this.#freshAtMs < FRESHNESS_INTERVAL_MS) return;
    this.#freshAtMs = atMs;
    this.#freshness = await ask(() => this.#readFreshness(atMs));
  }

  /** @param sinceMs points up to this time are left out */
  overview(sinceMs: number): Overview {
    return {
      nowMs: this.#clock.now(),
      intervalMs: this.#intervalMs,
      queue: this.#queue,
      deadLetters: this.#deadLetters,
      books: this.#books,
      oldestSentAtMs: this.#oldestSentAtMs,
      freshness: this.#freshness,
      points: this.#points.filter(({ atMs }) => atMs > sinceMs),
    };
  }

  async #readFreshness(nowMs: number): Promise<Freshness> {
    const matchers = [{ name: "__name__", op: "=", value: RECEIPT_METRIC }] as const;
    // A receipt's time is now, or a millisecond after the group's newest.
    const range = { startMs: nowMs - FRESHNESS_RANGE_MS, endMs: nowMs + 1_000 };
    const [receipts] = await readSeries(this.#sources.receiver, { matchers, ...range });
    return { newestMs: receipts?.newestMs, groups: new Set(receipts?.lanes.map(({ group }) => group)).size };
  }
}

const NOT_YET = { known: false, why: "It was not asked for yet." } as const;

export function levelOf(queue: Queue): Promise<Told<QueueLevel>> {
  return ask(async () => levelIn(await queue.figures()));
}

function levelIn({ visible, inFlight, delayed }: QueueFigures): QueueLevel {
  return { visible, inFlight, delayed };
}
