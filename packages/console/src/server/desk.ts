import { type Clock, cut, type Labels, seriesKey } from "@penstock/model";
import {
  compileRelabel,
  type DeadLetters,
  type Dimension,
  openDeadLetters,
  parseMatchers,
  type Reach,
  type RelabelRule,
} from "@penstock/operator";
import type { Desk, Job, LetterView, ListView, PivotView, RelabelTrial } from "../api.ts";
import { levelOf } from "./history.ts";
import type { Jobs } from "./jobs.ts";
import { SeenLetters } from "./letters.ts";
import { PlanError } from "./plans.ts";
import type { ConsoleSources } from "./sources.ts";

/** Series of which it is shown how they are relabelled. */
const MAX_TRIALS = 5;
const MAX_KEY = 600;

/** What an operator has before them: the letters as they were at the last look. */
export class LetterDesk {
  readonly #sources: ConsoleSources;
  readonly #letters: DeadLetters;
  readonly #jobs: Jobs;
  readonly #clock: Clock;
  #seen: SeenLetters | undefined;
  #isOutdated = false;

  constructor(sources: ConsoleSources, jobs: Jobs, clock: Clock) {
    this.#sources = sources;
    this.#letters = openDeadLetters(sources.deadLetters, clock);
    this.#jobs = jobs;
    this.#clock = clock;
  }

  async state(): Promise<Desk> {
    return {
      figures: await levelOf(this.#sources.deadLetters),
      look: this.#seen && { ...this.#seen.look, outdated: this.#isOutdated },
      busy: this.#jobs.running(false),
    };
  }

  /** Letters were sent back or dropped: what was seen is no longer what is there. */
  outdate(): void {
    this.#isOutdated = true;
  }

  /** @throws {BusyError} */
  look(reach: Reach): Job {
    return this.#jobs.start("look", async (tell, signal) => {
      const { visible, inFlight, delayed } = await this.#letters.figures();
      tell({ total: visible + inFlight + delayed });
      const nowMs = (): number => this.#clock.now();
      this.#seen = await SeenLetters.take(this.#letters, reach, signal, nowMs, (seen) => tell({ seen }));
      this.#isOutdated = false;
    });
  }

  /** Undefined before the first look. @throws {SyntaxError} for a selector that is none */
  pivot(by: readonly Dimension[], selector: string): PivotView | undefined {
    return this.#seen?.pivot(by, parseMatchers(selector));
  }

  /** Undefined before the first look. @throws {SyntaxError} for a selector that is none */
  list(selector: string, offset: number, limit: number): ListView | undefined {
    return this.#seen?.list(parseMatchers(selector), offset, limit);
  }

  find(id: string): LetterView | undefined {
    return this.#seen?.find(id);
  }

  /** The body as it stands in the queue: looked for there, since none is kept. @throws {BusyError} @throws {PlanError} */
  body(id: string): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#jobs.start("body", async (_tell, signal) => {
        await this.#findBody(id, signal).then(resolve, reject);
      });
    });
  }

  async #findBody(id: string, signal: AbortSignal): Promise<string> {
    const found = new AbortController();
    let body: string | undefined;
    await this.#letters.list({
      matchers: [{ name: "id", op: "=", value: id }],
      reach: this.#seen?.look.reach,
      signal: AbortSignal.any([signal, found.signal]),
      onLetters: ([letter]) => {
        if (!letter) return;
        ({ body } = letter);
        found.abort();
      },
    });
    if (body === undefined) throw new PlanError(`The letter ${id} was not found: it is gone, or lies behind others`);
    return body;
  }

  /** How the rules change some series that the selector chooses. @throws {SyntaxError} for a selector or a rule that is none */
  tryRelabel(selector: string, rules: readonly RelabelRule[]): RelabelTrial[] {
    const relabel = compileRelabel(rules);
    const matching = this.#seen?.matching(parseMatchers(selector)) ?? [];
    const labels = new Map<string, Labels>();
    for (const { series } of matching) {
      for (const one of series) if (one.key !== "") labels.set(one.key, one.labels);
      if (labels.size >= MAX_TRIALS) break;
    }
    return [...labels].slice(0, MAX_TRIALS).map(([before, some]) => ({
      before: cut(before, MAX_KEY),
      after: cut(seriesKey(relabel(some)), MAX_KEY),
    }));
  }
}
