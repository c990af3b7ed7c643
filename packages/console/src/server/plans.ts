import type { Clock, Matcher } from "@penstock/model";
import {
  compileFilter,
  compileRelabel,
  type DeadLetters,
  type DropOptions,
  openDeadLetters,
  parseMatchers,
  type ReplayOptions,
} from "@penstock/operator";
import type { DropPlan, Job, ReplayPlan } from "../api.ts";
import type { Jobs, Progress } from "./jobs.ts";
import type { ConsoleSources } from "./sources.ts";

/** A preview that is older says too little about what is in the queue now. */
const PLAN_MS: number = 15 * 60_000;
/** Previews that may still be carried out. */
const MAX_PLANS = 20;

/** What was asked for cannot be done as things stand. One sentence. */
export class PlanError extends Error {
  override readonly name = "PlanError";
}

/** SQS's clock is known to the second. */
const SECOND_MS = 1_000;

/** A preview that has ended, ready to be carried out. */
interface Plan {
  readonly counted: number;
  /** Why it may not be carried out; undefined when it may. */
  readonly flaw: string | undefined;
  readonly carryOut: () => Job;
}

/**
 * Replays and drops, in two steps: a preview, then what the preview has shown. The second step names the first, so that what
 * is done is what was seen, with its very options: letters that came after the preview began stay.
 */
export class Plans {
  readonly #sources: ConsoleSources;
  readonly #letters: DeadLetters;
  readonly #jobs: Jobs;
  readonly #clock: Clock;
  readonly #onChange: () => void;
  readonly #plans = new Map<string, Plan & { readonly endedMs: number }>();

  /** @param onChange hears when letters begin to change */
  constructor(sources: ConsoleSources, jobs: Jobs, clock: Clock, onChange: () => void) {
    this.#sources = sources;
    this.#letters = openDeadLetters(sources.deadLetters, clock);
    this.#jobs = jobs;
    this.#clock = clock;
    this.#onChange = onChange;
  }

  /** @throws {BusyError} @throws {SyntaxError} for a selector or a rule that is none */
  previewReplay(plan: ReplayPlan): Job {
    const options = this.#replayOptions(plan);
    const job = this.#jobs.start("preview-replay", async (tell, signal) => {
      tell({ replay: { plan, report: undefined } });
      const arrivedByMs = await this.#begin(tell);
      const onProgress = replayProgress(tell);
      const report = await this.#letters.previewReplay({ ...options, reach: plan.reach, signal, onProgress });
      if (signal.aborted) return;
      const carryOut = (): Job => this.#replay(plan, { ...options, arrivedByMs });
      this.#keep(job.id, { counted: report.replayed, flaw: undefined, carryOut });
      tell({ replay: { plan, report } });
    });
    return job;
  }

  /** @throws {BusyError} @throws {SyntaxError} for a selector that is none */
  previewDrop(plan: DropPlan): Job {
    const { selector, reach } = plan;
    const matchers = readSelector(selector);
    const job = this.#jobs.start("preview-drop", async (tell, signal) => {
      tell({ drop: { plan, report: undefined } });
      const arrivedByMs = await this.#begin(tell);
      const report = await this.#letters.previewDrop({ matchers, reach, signal, onProgress: dropProgress(tell) });
      if (signal.aborted) return;
      // A drop goes through all letters: nobody deletes for good what they have not counted.
      const isBlind = reach === "front" && report.sweep.hidden > 0;
      const flaw = isBlind ? "Expected a preview of all letters before a drop, got one of those in front" : undefined;
      const carryOut = (): Job => this.#drop(plan, { matchers, arrivedByMs });
      this.#keep(job.id, { counted: report.dropped, flaw, carryOut });
      tell({ drop: { plan, report } });
    });
    return job;
  }

  /**
   * Does what a preview has shown.
   *
   * @param counted how many letters the operator believes the preview to have counted
   * @throws {BusyError}
   * @throws {PlanError} when there is no such preview any more, or it has counted otherwise
   */
  carryOut(previewId: string, counted: number): Job {
    const plan = this.#plans.get(previewId);
    if (!plan || this.#clock.now() - plan.endedMs > PLAN_MS) {
      throw new PlanError("Expected a preview of the last 15 minutes that was not carried out yet: make a new one");
    }
    if (plan.flaw !== undefined) throw new PlanError(plan.flaw);
    if (plan.counted !== counted) {
      throw new PlanError(`Expected \`letters\` to be ${plan.counted}, as the preview has counted, got \`${counted}\``);
    }
    const job = plan.carryOut();
    this.#plans.delete(previewId);
    return job;
  }

  #replay(plan: ReplayPlan, options: ReplayOptions): Job {
    return this.#jobs.start("replay", async (tell, signal) => {
      tell({ replay: { plan, report: undefined } });
      this.#onChange();
      await this.#begin(tell);
      const { rate } = plan;
      const report = await this.#letters.replay({ ...options, rate, signal, onProgress: replayProgress(tell) });
      tell({ replay: { plan, report } });
    });
  }

  #drop(plan: DropPlan, options: DropOptions): Job {
    return this.#jobs.start("drop", async (tell, signal) => {
      tell({ drop: { plan, report: undefined } });
      this.#onChange();
      await this.#begin(tell);
      const report = await this.#letters.drop({ ...options, signal, onProgress: dropProgress(tell) });
      tell({ drop: { plan, report } });
    });
  }

  /** Tells how many letters there are. Resolves with the time by which they came; undefined when SQS does not say it. */
  async #begin(tell: (progress: Progress) => void): Promise<number | undefined> {
    const { visible, inFlight, delayed, serverNowMs } = await this.#letters.figures();
    tell({ total: visible + inFlight + delayed });
    return serverNowMs === undefined ? undefined : serverNowMs + SECOND_MS;
  }

  #keep(id: string, plan: Plan): void {
    this.#plans.set(id, { ...plan, endedMs: this.#clock.now() });
    const [oldest] = this.#plans.keys();
    if (this.#plans.size > MAX_PLANS) this.#plans.delete(oldest!);
  }

  /** What a preview and its replay have in common. */
  #replayOptions({ selector, restamp, relabel, unnamed }: ReplayPlan): ReplayOptions {
    compileRelabel(relabel);
    return {
      to: this.#sources.queue,
      matchers: readSelector(selector),
      relabel,
      restamp: restamp ? true : undefined,
      unnamed: unnamed ? "replay" : "hold",
    };
  }
}

/** @throws {SyntaxError} for what is no selector, regular expressions included */
function readSelector(selector: string): Matcher[] {
  const matchers = parseMatchers(selector);
  compileFilter(matchers);
  return matchers;
}

function replayProgress(tell: (progress: Progress) => void) {
  return ({ seen, replayed }: { seen: number; replayed: number }): void => tell({ seen, done: replayed });
}

function dropProgress(tell: (progress: Progress) => void) {
  return ({ seen, dropped }: { seen: number; dropped: number }): void => tell({ seen, done: dropped });
}
