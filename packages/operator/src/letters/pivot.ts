import { type Matcher, NAME_LABEL } from "@penstock/model";
import { compileFilter } from "./filter.ts";
import type { Letter, LetterSeries } from "./letter.ts";

export const DIMENSIONS = ["reason", "series", "metric", "writer", "hour", "group"] as const;
/** What rows of a pivot differ by. `hour` is when letters died, as the hour's beginning in UTC. */
export type Dimension = (typeof DIMENSIONS)[number];

export interface PivotRow {
  /** The row's values, in the order of the dimensions asked for; "" where a letter has none. */
  readonly by: readonly string[];
  /** A letter with several series counts in each of their rows. */
  readonly letters: number;
  readonly samples: number;
  /** When letters died, milliseconds since the epoch. */
  readonly oldestMs: number;
  readonly newestMs: number;
}

export interface PivotTable {
  /** Most samples first. */
  readonly rows: readonly PivotRow[];
  readonly letters: number;
  readonly samples: number;
  /** Samples that came when there were as many rows as are kept; in no row. */
  readonly folded: number;
}

/** Rows kept in memory: more is not a summary. */
const MAX_ROWS = 5_000;
const HOUR_MS = 60 * 60_000;

/** Adds letters up, keeping one row for each combination and nothing of the letters. */
export class Pivot {
  readonly #dimensions: readonly Dimension[];
  readonly #filter: ReturnType<typeof compileFilter>;
  readonly #rows = new Map<string, { -readonly [Field in keyof PivotRow]: PivotRow[Field] }>();
  #letters = 0;
  #samples = 0;
  #folded = 0;

  /** @throws {SyntaxError} for matchers that cannot be */
  constructor(dimensions: readonly Dimension[], matchers: readonly Matcher[]) {
    this.#dimensions = dimensions;
    this.#filter = compileFilter(matchers);
  }

  add(letter: Letter): void {
    if (!this.#filter.takes(letter)) return;
    this.#letters++;
    const seriesless: LetterSeries = { key: "", labels: {}, timestamps: [], values: [], samples: letter.samples };
    const series = letter.series.length > 0 ? this.#filter.seriesOf(letter) : [seriesless];
    const inRow = new Set<string>();
    for (const one of series) {
      const by = this.#dimensions.map((dimension) => VALUES[dimension](letter, one));
      this.#addTo(by, one.samples, letter.diedAtMs, inRow);
    }
  }

  table(): PivotTable {
    const rows = [...this.#rows.values()].sort((a, b) => b.samples - a.samples || b.newestMs - a.newestMs);
    return { rows, letters: this.#letters, samples: this.#samples, folded: this.#folded };
  }

  #addTo(by: readonly string[], samples: number, diedAtMs: number, inRow: Set<string>): void {
    this.#samples += samples;
    const key = JSON.stringify(by);
    const row = this.#rows.get(key);
    if (!row && this.#rows.size >= MAX_ROWS) {
      this.#folded += samples;
      return;
    }
    if (!row) this.#rows.set(key, { by, letters: 1, samples, oldestMs: diedAtMs, newestMs: diedAtMs });
    else {
      row.samples += samples;
      if (!inRow.has(key)) row.letters++;
      row.oldestMs = Math.min(row.oldestMs, diedAtMs);
      row.newestMs = Math.max(row.newestMs, diedAtMs);
    }
    inRow.add(key);
  }
}

const VALUES: Readonly<Record<Dimension, (letter: Letter, series: LetterSeries) => string>> = {
  reason: ({ reason }) => reason,
  series: (_, { key }) => key,
  metric: (_, { labels }) => labels[NAME_LABEL] ?? "",
  writer: ({ writer }) => writer ?? "",
  hour: ({ diedAtMs }) => new Date(Math.floor(diedAtMs / HOUR_MS) * HOUR_MS).toISOString(),
  group: ({ group }) => group,
};
