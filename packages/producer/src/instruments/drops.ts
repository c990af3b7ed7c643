/** Hears what an instrument could not take, in one sentence. */
export type OnWarning = (sentence: string) => void;

/** Counts what was dropped and tells each trouble of each metric once: an instrument never throws at who records. */
export class Drops {
  readonly #onWarning: OnWarning;
  /** Bounded: a few topics of a bounded number of metrics. */
  readonly #told = new Set<string>();
  /** Recordings that were dropped. */
  count = 0;

  constructor(onWarning: OnWarning) {
    this.#onWarning = onWarning;
  }

  /** One recording is dropped. `sentence` is asked for only the first time. */
  drop(metric: string, topic: string, sentence: () => string): void {
    this.count++;
    this.tell(`${metric} ${topic}`, () => {
      return `${metric}: ${sentence()}. Such recordings are dropped and counted in \`stats.dropped\`; this is told once.`;
    });
  }

  /** Tells a trouble once. */
  tell(topic: string, sentence: () => string): void {
    if (this.#told.has(topic)) return;
    this.#told.add(topic);
    const said = sentence();
    try {
      this.#onWarning(said);
    } catch (thrown) {
      console.warn(`penstock: \`onWarning\` threw ${String(thrown)} at: ${said}`);
    }
  }
}
