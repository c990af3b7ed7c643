// Prints what the deployed handlers weigh and how long their import takes: `node --conditions=@penstock/source test/infra/measure.ts`.
import { runBundle } from "./run-bundle.ts";
import { synth } from "./synth.ts";

const ROUNDS = 11;
const FUNCTIONS = ["Consumer", "Intake", "CloudFront"];

const { graph, remove } = await synth("test", "settings/everything.ts");
try {
  const times = new Map(FUNCTIONS.map((name) => [name, [] as number[]]));
  // One after the other in turn, so that what else the machine does falls on all of them.
  for (let round = 0; round < ROUNDS; round++) {
    for (const name of FUNCTIONS) {
      const running = await runBundle(graph, name, {});
      times.get(name)!.push(running.importMs);
      await running.stop();
    }
  }
  for (const [name, ms] of times) {
    const { importedBytes, bytes } = graph.bundles.find(({ handler }) => handler.includes(`/${name.toLowerCase()}/`))!;
    const importMs = ms.sort((a, b) => a - b)[ROUNDS >> 1]!;
    console.log(JSON.stringify({ name, importedBytes, bytes, importMs: Math.round(importMs), rounds: ROUNDS }));
  }
} finally {
  await remove();
}
