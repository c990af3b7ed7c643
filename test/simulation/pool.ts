import { Worker } from "node:worker_threads";
import type { Batch, BatchResult, Failure } from "./batch.ts";
import { addTally, newTally, type Tally } from "./tally.ts";

/** The machine that this is for has two cores. */
const THREADS = 2;
/** Small, so that progress is seen and a failure stops what comes after it soon. */
const BATCH_SEEDS = 20;

export interface Progress {
  readonly families: Readonly<Record<string, { readonly exact: boolean; readonly tally: Tally }>>;
  readonly failures: readonly Failure[];
  readonly seeds: number;
}

export interface PoolOptions {
  readonly from: number;
  readonly seeds: number;
  readonly signal: AbortSignal;
  /** Hears of every batch; what it returns says whether to go on. */
  readonly onProgress: (progress: Progress) => boolean;
}

/** Runs seeds on two threads. Resolves when they are done, when it is told to stop, or when the signal says so. */
export async function runPool({ from, seeds, signal, onProgress }: PoolOptions): Promise<Progress> {
  const families: Record<string, { exact: boolean; tally: Tally }> = {};
  const failures: Failure[] = [];
  const state = { next: from, done: 0, goOn: true };
  const progress = () => ({ families, failures: failures.toSorted((a, b) => a.seed - b.seed), seeds: state.done });

  async function work(): Promise<void> {
    const worker = new Worker(new URL("./batch.ts", import.meta.url));
    try {
      while (state.goOn && !signal.aborted && state.next < from + seeds) {
        const batch = { from: state.next, seeds: Math.min(BATCH_SEEDS, from + seeds - state.next) };
        state.next += batch.seeds;
        const result = await ask(worker, batch, signal);
        if (!result) return;
        for (const [name, { exact, tally }] of Object.entries(result.families)) {
          families[name] ??= { exact, tally: newTally() };
          addTally(families[name].tally, tally);
        }
        failures.push(...result.failures);
        state.done += batch.seeds;
        state.goOn &&= onProgress(progress());
      }
    } finally {
      await worker.terminate();
    }
  }

  await Promise.all(Array.from({ length: Math.min(THREADS, Math.ceil(seeds / BATCH_SEEDS)) }, work));
  return progress();
}

/** One batch; undefined when the signal comes first. */
function ask(worker: Worker, batch: Batch, signal: AbortSignal): Promise<BatchResult | undefined> {
  return new Promise((resolve, reject) => {
    const stop = () => resolve(undefined);
    signal.addEventListener("abort", stop, { once: true });
    worker.once("error", reject);
    worker.once("message", (result: BatchResult) => {
      signal.removeEventListener("abort", stop);
      worker.removeListener("error", reject);
      resolve(result);
    });
    worker.postMessage(batch);
  });
}
