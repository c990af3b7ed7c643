import { randomUUID } from "node:crypto";
import type { Clock } from "@penstock/model";
import type { Job, JobKind } from "../api.ts";

/** Ended jobs that are remembered. */
const MAX_ENDED = 20;

/** What a job may say about itself while it works. */
export type Progress = Partial<Pick<Job, "seen" | "total" | "done" | "replay" | "drop" | "checks">>;

/** Does the work, and says how far it is. */
export type Work = (tell: (progress: Progress) => void, signal: AbortSignal) => Promise<void>;

/** The letters are in other hands. One sentence. */
export class BusyError extends Error {
  override readonly name = "BusyError";
}

/**
 * Long works. A look holds letters, so that nobody else gets them meanwhile: of the jobs on letters, one runs at a time.
 * The doctor's do not touch letters and run beside them, one at a time too.
 */
export class Jobs {
  readonly #clock: Clock;
  readonly #jobs = new Map<string, { job: Job; readonly cancelling: AbortController; readonly ended: Promise<void> }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @throws {BusyError} when another job of that sort is under way */
  start(kind: JobKind, work: Work): Job {
    const other = this.running(kind === "doctor");
    if (other) throw new BusyError(`${WORDS[other.kind]} is under way: wait for it, or cancel it`);
    const id = randomUUID();
    const cancelling = new AbortController();
    const job: Job = {
      id,
      kind,
      state: "running",
      startedMs: this.#clock.now(),
      endedMs: undefined,
      seen: 0,
      total: undefined,
      done: 0,
      error: undefined,
    };
    const { promise: ended, resolve } = Promise.withResolvers<void>();
    this.#jobs.set(id, { job, cancelling, ended });
    void this.#run(id, work, cancelling.signal).then(resolve);
    this.#forget();
    return this.get(id)!;
  }

  get(id: string): Job | undefined {
    return this.#jobs.get(id)?.job;
  }

  /** The job under way. */
  running(isDoctor: boolean): Job | undefined {
    const jobs = [...this.#jobs.values()].map(({ job }) => job);
    return jobs.find(({ state, kind }) => state === "running" && (kind === "doctor") === isDoctor);
  }

  /** Asks a job to end; it finishes what it has in hand first. */
  cancel(id: string): void {
    this.#jobs.get(id)?.cancelling.abort();
  }

  /** Asks all to end, and waits for them. */
  async close(): Promise<void> {
    const all = [...this.#jobs.values()];
    for (const { cancelling } of all) cancelling.abort();
    await Promise.all(all.map(({ ended }) => ended));
  }

  async #run(id: string, work: Work, signal: AbortSignal): Promise<void> {
    const change = (some: Partial<Job>): void => {
      const entry = this.#jobs.get(id)!;
      entry.job = { ...entry.job, ...some };
    };
    try {
      await work(change, signal);
      change({ state: signal.aborted ? "cancelled" : "done" });
    } catch (error) {
      change({ state: "failed", error: (error as Error).message });
    }
    change({ endedMs: this.#clock.now() });
  }

  #forget(): void {
    const ended = [...this.#jobs].filter(([, { job }]) => job.state !== "running");
    for (const [id] of ended.slice(0, Math.max(0, ended.length - MAX_ENDED))) this.#jobs.delete(id);
  }
}

const WORDS: Readonly<Record<JobKind, string>> = {
  look: "A look through the letters",
  "preview-replay": "The preview of a replay",
  replay: "A replay",
  "preview-drop": "The preview of a drop",
  drop: "A drop",
  body: "The reading of a letter",
  doctor: "An examination",
};
