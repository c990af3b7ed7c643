import { parseArgs } from "node:util";
import { cut } from "@penstock/model";
import { drawWorld } from "./draw.ts";
import { runPool } from "./pool.ts";
import { formatFailure, formatFamilies, formatProgress } from "./screen.ts";
import { simulate } from "./simulate.ts";

/**
 * Runs simulated worlds and exits with 1 when the promise was broken in one.
 *
 *   npm run sim -- --seeds 2000              as many worlds
 *   npm run sim -- --from 5000 --seeds 100   those from this seed on
 *   npm run sim -- --seed 42                 one world, with the story of what went wrong in it
 */

const DEFAULT_SEEDS = 2_000;
/** Failures that are told; one alone is worth looking at at first. */
const MAX_TOLD = 3;
/** Lines of a story; the last ones are where it went wrong. */
const MAX_STORY = 400;
const MAX_STORY_OF_MANY = 60;
const MAX_LINE = 400;

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: String(DEFAULT_SEEDS) },
    seed: { type: "string" },
    from: { type: "string", default: "1" },
    json: { type: "boolean", default: false },
    /** Stops after the first batch with a failure; for planted bugs. */
    bail: { type: "boolean", default: false },
  },
});

const stop = new AbortController();
process.once("SIGINT", () => stop.abort());

process.exitCode = values.seed === undefined ? await runMany() : await runOne(readCount("seed", values.seed));

async function runMany(): Promise<number> {
  const startedMs = performance.now();
  const from = readCount("from", values.from);
  const seeds = readCount("seeds", values.seeds);
  const isQuiet = values.json || !process.stderr.isTTY;
  const progress = await runPool({
    from,
    seeds,
    signal: stop.signal,
    onProgress: (now) => {
      if (!isQuiet) process.stderr.write(formatProgress(now, seeds, performance.now() - startedMs));
      return !(values.bail && now.failures.length > 0);
    },
  });
  const seconds = (performance.now() - startedMs) / 1_000;
  if (!isQuiet) process.stderr.write("\n");
  if (values.json) console.log(JSON.stringify({ from, ...progress, seconds, stopped: stop.signal.aborted }));
  else {
    console.log(formatFamilies(progress, from, seconds));
    if (stop.signal.aborted) console.log("Stopped before the end.");
    for (const failure of progress.failures.slice(0, MAX_TOLD)) console.log(formatFailure(failure));
    const first = progress.failures[0];
    if (first && !stop.signal.aborted) await tell(first.seed);
  }
  return progress.failures.length > 0 || stop.signal.aborted ? 1 : 0;
}

async function runOne(seed: number): Promise<number> {
  const world = drawWorld(seed);
  const outcome = await simulate(world, true);
  if (values.json) {
    console.log(JSON.stringify(outcome));
  } else {
    const { sends, strangers, series } = world.traffic;
    console.log(
      `Seed ${seed}: ${JSON.stringify({ ...world, traffic: { series, sends: sends.length, strangers: strangers.length } })}`,
    );
    for (const { kind, what } of outcome.faults) console.log(`${kind}: ${what}`);
    for (const line of outcome.story.slice(-MAX_STORY)) console.log(line);
    console.log(
      outcome.faults.length === 0
        ? "Nothing is wrong."
        : world.exact
          ? "The promise is broken."
          : "Not an exact world.",
    );
  }
  return outcome.exact && outcome.faults.length > 0 ? 1 : 0;
}

/** What happened to the sample that broke the promise. */
async function tell(seed: number): Promise<void> {
  const { story } = await simulate(drawWorld(seed), true);
  console.log(`\nThe story of seed ${seed}, its last ${MAX_STORY_OF_MANY} lines at the most:`);
  for (const line of story.slice(-MAX_STORY_OF_MANY)) console.log(cut(line, MAX_LINE));
}

function readCount(name: string, text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  console.error(`Expected \`--${name}\` to be a whole number, got \`${text}\``);
  process.exit(2);
}
