import { type Clock, RECEIPT_METRIC } from "@penstock/model";
import { type Queue, type QueueFigures, readSeries } from "@penstock/operator";
import type { Books, HistoryPoint, Overview, QueueLevel, Told } from "../api.ts";
import { ask, type ConsoleSources } from "./sources.ts";

/** Points kept: half an hour at the shortest interval. */
const MAX_POINTS = 900;
/** How far back receipts are looked for. */
const RECEIPT_RANGE_MS: number = 5 * 60_000;

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
  #newestReceiptMs: Overview["newestReceiptMs"];

  constructor(sources: ConsoleSources, clock: Clock, intervalMs: number) {
    this.#sources = sources;
    this.#clock = clock;
    this.#intervalMs = intervalMs;
  }

  /** Asks the queues and the consumer once. Never rejects. */
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
  }

  /** Asks the receiver once, on its own, so that one that does not answer holds up nothing else. Never rejects. */
  async sampleReceiver(): Promise<void> {
    this.#newestReceiptMs = await ask(async () => {
      const matchers = [{ name: "__name__", op: "=", value: RECEIPT_METRIC }] as const;
      const nowMs = this.#clock.now();
      // A receipt's time is now, or a millisecond after the group's newest.
      const range = { startMs: nowMs - RECEIPT_RANGE_MS, endMs: nowMs + 1_000 };
      const [receipts] = await readSeries(this.#sources.receiver, { matchers, ...range });
      return receipts?.newestMs;
    });
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
      newestReceiptMs: this.#newestReceiptMs,
      points: this.#points.filter(({ atMs }) => atMs > sinceMs),
    };
  }
}

const NOT_YET = { known: false, why: "It was not asked for yet." } as const;

export function levelOf(queue: Queue): Promise<Told<QueueLevel>> {
  return ask(async () => levelIn(await queue.figures()));
}

function levelIn({ visible, inFlight, delayed }: QueueFigures): QueueLevel {
  return { visible, inFlight, delayed };
}
