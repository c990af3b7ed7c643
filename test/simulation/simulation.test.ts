import { describe, expect, it } from "vitest";
import { drawWorld } from "./draw.ts";
import { FAMILIES } from "./families.ts";
import { simulate } from "./simulate.ts";

/** In a few seconds; `npm run sim` runs thousands. */
const SEEDS = 300;
const MEASURED_SEEDS = 12;

const EXACT = Object.keys(FAMILIES).filter((name) => drawWorld(1, [name]).exact);
const MEASURED = Object.keys(FAMILIES).filter((name) => !EXACT.includes(name));

describe("in worlds with everything that exactness needs", () => {
  it.each(EXACT)("every sample ends in exactly one place, with a reason if it is not stored: %s", async (family) => {
    // As often as in a run of so many seeds.
    for (let seed = 1; seed <= Math.ceil((SEEDS * FAMILIES[family]!.weight) / 100); seed++) {
      const { faults } = await simulate(drawWorld(seed, [family]));
      expect({ seed, faults }).toEqual({ seed, faults: [] });
    }
  });
});

describe("in worlds that lack some of it", () => {
  it.each(MEASURED)("everything comes to rest all the same, and the reports close: %s", async (family) => {
    for (let seed = 1; seed <= MEASURED_SEEDS; seed++) {
      const { faults } = await simulate(drawWorld(seed, [family]));
      const unbounded = faults.filter(({ kind }) => kind === "stuck" || kind === "breach" || kind === "miscounted");
      expect({ seed, unbounded }).toEqual({ seed, unbounded: [] });
    }
  });
});

it("the same seed is the same world, and ends the same", async () => {
  for (const seed of [1, 2, 3, 5, 8]) {
    const runs = [await simulate(drawWorld(seed)), await simulate(drawWorld(seed))];
    expect(runs[0]).toEqual(runs[1]);
  }
});

it("a story tells when a sample was sent, written and answered", async () => {
  const lag = await firstWithFaults("lag");
  expect(lag.story.join("\n")).toMatch(/The queue takes .* sends request .* takes effect/s);
  expect(lag.story.every((line) => /^ *\d+\.\d{3}s {2}/.test(line))).toBe(true);
});

async function firstWithFaults(family: string) {
  for (let seed = 1; ; seed++) {
    const outcome = await simulate(drawWorld(seed, [family]), true);
    if (outcome.faults.some(({ kind }) => kind === "twice" || kind === "lost")) return outcome;
  }
}
