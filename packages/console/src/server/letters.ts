import { cut, jsonValue, type Matcher } from "@penstock/model";
import {
  compileFilter,
  type DeadLetters,
  type Dimension,
  digestOf,
  type Letter,
  type LetterSeries,
  Pivot,
  type Reach,
} from "@penstock/operator";
import type { LetterView, ListView, Look, PivotView } from "../api.ts";

/** Letters of one look. */
const MAX_LETTERS = 50_000;
/** Text and numbers that are kept of them, about, in bytes: one letter may hold thousands of series. */
const MAX_KEPT_BYTES: number = 96 * 1024 * 1024;
/** Samples of a series that are kept to be shown. */
const MAX_SAMPLES = 20;
/** Rows of a pivot on one page. */
const MAX_ROWS = 200;
/** Series of one letter that are shown. */
const MAX_SERIES = 50;
/** Characters of a series key that are shown. */
const MAX_KEY = 8_192;
/** What a letter costs beside its texts. */
const LETTER_BYTES = 600;
const SERIES_BYTES = 200;

/**
 * The letters of the last look, without their bodies: to look is to receive them, so what was seen is kept, and the pivot, the
 * list and a letter's page are read from it.
 */
export class SeenLetters {
  readonly #letters: readonly Letter[];
  readonly look: Omit<Look, "outdated">;

  private constructor(letters: readonly Letter[], look: Omit<Look, "outdated">) {
    this.#letters = letters;
    this.look = look;
  }

  /**
   * @param onSeen hears how many there are so far
   * @throws {RemoteError} when the queue cannot be asked
   */
  static async take(
    deadLetters: DeadLetters,
    reach: Reach,
    signal: AbortSignal,
    nowMs: () => number,
    onSeen: (seen: number) => void,
  ): Promise<SeenLetters> {
    const letters: Letter[] = [];
    const full = new AbortController();
    let bytes = 0;
    const sweep = await deadLetters.list({
      reach,
      limit: MAX_LETTERS,
      signal: AbortSignal.any([signal, full.signal]),
      onLetters: (some) => {
        for (const letter of some) {
          bytes += weigh(letter);
          letters.push(slim(letter));
        }
        if (bytes > MAX_KEPT_BYTES) full.abort();
        onSeen(letters.length);
      },
    });
    const look = { atMs: nowMs(), reach, letters: letters.length, sweep, full: full.signal.aborted };
    return new SeenLetters(letters, look);
  }

  pivot(by: readonly Dimension[], matchers: readonly Matcher[]): PivotView {
    const pivot = new Pivot(by, matchers);
    for (const letter of this.#letters) pivot.add(letter);
    const table = pivot.table();
    return { ...table, by, rows: table.rows.slice(0, MAX_ROWS), rowCount: table.rows.length };
  }

  /** Those that died last come first. */
  list(matchers: readonly Matcher[], offset: number, limit: number): ListView {
    const matching = this.matching(matchers).sort((a, b) => b.diedAtMs - a.diedAtMs);
    return { total: matching.length, letters: matching.slice(offset, offset + limit).map(digestOf) };
  }

  matching(matchers: readonly Matcher[]): Letter[] {
    const { takes } = compileFilter(matchers);
    return this.#letters.filter(takes);
  }

  find(id: string): LetterView | undefined {
    const letter = this.#letters.find((one) => one.id === id);
    return letter && viewOf(letter);
  }
}

function weigh({ series, detail }: Letter): number {
  const inSeries = (one: LetterSeries): number =>
    SERIES_BYTES + 4 * one.key.length + 16 * Math.min(MAX_SAMPLES, one.timestamps.length);
  return series.reduce((sum, one) => sum + inSeries(one), LETTER_BYTES + 2 * detail.length);
}

/** Without its body, and with the first few samples of each series. */
function slim(letter: Letter): Letter {
  const series = letter.series.map((one) => ({
    ...one,
    timestamps: one.timestamps.slice(0, MAX_SAMPLES),
    values: one.values.slice(0, MAX_SAMPLES),
  }));
  return { ...letter, series, body: "", unreadable: letter.unreadable === undefined ? undefined : "" };
}

function viewOf(letter: Letter): LetterView {
  const { name, late, requestId, lanes, source, receiveCount, unreadable, detail, series } = letter;
  return {
    ...digestOf(letter),
    detail,
    name,
    late,
    requestId,
    lanes,
    source,
    receiveCount,
    isUnreadable: unreadable !== undefined,
    shown: series.slice(0, MAX_SERIES).map(({ key, labels, samples, timestamps, values }) => ({
      key: cut(key, MAX_KEY),
      labels,
      samples,
      timestamps,
      values: values.map(jsonValue),
    })),
  };
}
