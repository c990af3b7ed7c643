interface Line {
  readonly atMs: number;
  readonly text: string;
  readonly about: readonly string[];
}

/** What happened in a world, to be told of one sample. Costs nothing unless it is wanted. */
export class Story {
  readonly isTold: boolean;
  readonly #now: () => number;
  readonly #startMs: number;
  readonly #lines: Line[] = [];

  constructor(isTold: boolean, now: () => number) {
    this.isTold = isTold;
    this.#now = now;
    this.#startMs = now();
  }

  /** @param about what it is about: messages, series, invocations */
  tell(text: () => string, about: readonly string[]): void {
    if (this.isTold) this.#lines.push({ atMs: this.#now(), text: text(), about });
  }

  /** The lines about any of these, with their times since the start. */
  of(about: ReadonlySet<string>): string[] {
    return this.#lines
      .filter((line) => line.about.some((one) => about.has(one)))
      .map(({ atMs, text }) => `${((atMs - this.#startMs) / 1_000).toFixed(3).padStart(10)}s  ${text}`);
  }
}

/** What a story calls one sample: a value in a series, and what else is at its time. */
export function storyKeys(series: string, atMs: number, value: number): string[] {
  return [`${series} = ${value}`, `${series} @${atMs}`];
}
