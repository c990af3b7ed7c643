import type { Clock, Matcher } from "@penstock/model";
import {
  compileFilter,
  compileRelabel,
  type DeadLetters,
  openDeadLetters,
  parseMatchers,
  type Queue,
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

/** A preview that has ended, ready to be carried out. */
interface Plan {
  readonly counted: number;
  readonly endedMs: number;
  /** SQS's clock when the preview ended: letters that came later were not seen, and stay. */
  readonly serverMs: number | undefined;
  /** Why it may not be carried out; undefined when it may. */
  readonly flaw: string | undefined;
  readonly carryOut: (letters: DeadLetters) => Job;
}

/**
 * Replays and drops, in two steps: a preview, then what the preview has shown. The second step names the first, so that what
 * is done is what was seen, with its very options.
 */
export class Plans {
  readonly #sources: ConsoleSources;
  readonly #jobs: Jobs;
  readonly #clock: Clock;
  readonly #onChange: () => void;
  readonly #plans = new Map<string, Plan>();

  /** @param onChange hears when letters begin to change */
  constructor(sources: ConsoleSources, jobs: Jobs, clock: Clock, onChange: () => void) {
    this.#sources = sources;
    this.#jobs = jobs;
    this.#clock = clock;
    this.#onChange = onChange;
  }

  /** @throws {BusyError} @throws {SyntaxError} for a selector or a rule that is none */
  previewReplay(plan: ReplayPlan): Job {
    const options = this.#replayOptions(plan);
    const job = this.#jobs.start("preview-replay", async (tell, signal) => {
      const letters = await this.#open(tell);
      tell({ replay: { plan, report: undefined } });
      const onProgress = replayProgress(tell);
      const report = await letters.previewReplay({ ...options, reach: plan.reach, signal, onProgress });
      const carryOut = (some: DeadLetters): Job => this.#replay(plan, some);
      if (!signal.aborted) await this.#keep(job.id, { counted: report.replayed, flaw: undefined, carryOut });
      tell({ replay: { plan, report } });
    });
    return job;
  }

  /** @throws {BusyError} @throws {SyntaxError} for a selector that is none */
  previewDrop(plan: DropPlan): Job {
    const { selector, reach } = plan;
    const matchers = readSelector(selector);
    const job = this.#jobs.start("preview-drop", async (tell, signal) => {
      const letters = await this.#open(tell);
      tell({ drop: { plan, report: undefined } });
      const report = await letters.previewDrop({ matchers, reach, signal, onProgress: dropProgress(tell) });
      const carryOut = (some: DeadLetters): Job => this.#drop(plan, some);
      // A drop goes through all letters: nobody deletes for good what they have not counted.
      const isBlind = reach === "front" && report.sweep.hidden > 0;
      const flaw = isBlind ? "Expected a preview of all letters before a drop, got one of those in front" : undefined;
      if (!signal.aborted) await this.#keep(job.id, { counted: report.dropped, flaw, carryOut });
      tell({ drop: { plan, report } });
    });
    return job;
  }

  /**
   * Does what a preview has shown. Letters that came since stay.
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
    const job = plan.carryOut(openDeadLetters(asOf(this.#sources.deadLetters, plan.serverMs), this.#clock));
    this.#plans.delete(previewId);
    return job;
  }

  #replay(plan: ReplayPlan, letters: DeadLetters): Job {
    return this.#jobs.start("replay", async (tell, signal) => {
      this.#onChange();
      await this.#open(tell);
      tell({ replay: { plan, report: undefined } });
      const options = this.#replayOptions(plan);
      const report = await letters.replay({ ...options, rate: plan.rate, signal, onProgress: replayProgress(tell) });
      tell({ replay: { plan, report } });
    });
  }

  #drop(plan: DropPlan, letters: DeadLetters): Job {
    return this.#jobs.start("drop", async (tell, signal) => {
      this.#onChange();
      await this.#open(tell);
      tell({ drop: { plan, report: undefined } });
      const matchers = readSelector(plan.selector);
      const report = await letters.drop({ matchers, signal, onProgress: dropProgress(tell) });
      tell({ drop: { plan, report } });
    });
  }

  /** The letters as they are now; tells how many there are. */
  async #open(tell: (progress: Progress) => void): Promise<DeadLetters> {
    const { visible, inFlight, delayed } = await this.#sources.deadLetters.figures();
    tell({ total: visible + inFlight + delayed });
    return openDeadLetters(this.#sources.deadLetters, this.#clock);
  }

  async #keep(id: string, plan: Pick<Plan, "counted" | "flaw" | "carryOut">): Promise<void> {
    const { serverNowMs } = await this.#sources.deadLetters.figures();
    this.#plans.set(id, { ...plan, endedMs: this.#clock.now(), serverMs: serverNowMs });
    const [oldest] = this.#plans.keys();
    if (this.#plans.size > MAX_PLANS) this.#plans.delete(oldest!);
  }

  #replayOptions({ selector, restamp, relabel, unnamed }: ReplayPlan): Omit<ReplayOptions, "rate" | "signal"> {
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

/** A queue whose clock stands still, for whoever looks only at what was there by then. */
function asOf(queue: Queue, serverNowMs: number | undefined): Queue {
  return {
    url: queue.url,
    receive: (options) => queue.receive(options),
    delete: (handles) => queue.delete(handles),
    release: (handles) => queue.release(handles),
    send: (entries) => queue.send(entries),
    figures: async () => ({ ...(await queue.figures()), serverNowMs }),
  };
}

function replayProgress(tell: (progress: Progress) => void) {
  return ({ seen, replayed }: { seen: number; replayed: number }): void => tell({ seen, done: replayed });
}

function dropProgress(tell: (progress: Progress) => void) {
  return ({ seen, dropped }: { seen: number; dropped: number }): void => tell({ seen, done: dropped });
}
