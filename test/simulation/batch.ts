import { parentPort } from "node:worker_threads";
import { drawWorld } from "./draw.ts";
import { simulate } from "./simulate.ts";
import { addOutcome, newTally, type Tally } from "./tally.ts";

/** Seeds to run: `from`, `from + 1`, … */
export interface Batch {
  readonly from: number;
  readonly seeds: number;
}

/** A seed of an exact world in which something was wrong. */
export interface Failure {
  readonly seed: number;
  readonly family: string;
  readonly what: readonly string[];
}

export interface BatchResult {
  readonly families: Readonly<Record<string, { readonly exact: boolean; readonly tally: Tally }>>;
  readonly failures: readonly Failure[];
}

/** Faults of one failure that are told. */
const MAX_TOLD = 5;

async function runBatch({ from, seeds }: Batch): Promise<BatchResult> {
  const families: Record<string, { exact: boolean; tally: Tally }> = {};
  const failures: Failure[] = [];
  for (let seed = from; seed < from + seeds; seed++) {
    const world = drawWorld(seed);
    families[world.family] ??= { exact: world.exact, tally: newTally() };
    try {
      const outcome = await simulate(world);
      addOutcome(families[world.family]!.tally, outcome);
      if (!world.exact || outcome.faults.length === 0) continue;
      const what = outcome.faults.slice(0, MAX_TOLD).map((fault) => `${fault.kind}: ${fault.what}`);
      failures.push({ seed, family: world.family, what });
    } catch (error) {
      failures.push({ seed, family: world.family, what: [`crashed: ${(error as Error).stack}`] });
    }
  }
  return { families, failures };
}

parentPort?.on("message", (batch: Batch) => {
  void runBatch(batch).then((result) => parentPort!.postMessage(result));
});
