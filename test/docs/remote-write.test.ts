import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { DEFAULT_FOLDER, type Landed, type Mode, readScenarios, type Scenario } from "../contract/transcripts.ts";

/** The columns of the page's table, between how many were sent and the transcript's name. */
const COLUMNS: readonly (readonly [engine: string, mode: Mode])[] = [
  ["cortex-1.21.1", "window-0"],
  ["cortex-1.21.1", "window-1h"],
  ["prometheus-2.42", "window-0"],
  ["prometheus-2.42", "window-1h"],
];
const UNTRIED = "–";

const page = readFileSync(new URL("../../docs/remote-write.md", import.meta.url), "utf8");
const rows = [...page.matchAll(/^\| (.+) \| (\S+) \| (.+) \| (.+) \| (.+) \| (.+) \| `([\w-]+)` \|$/gm)].map(
  ([, about, sent, ...rest]) => ({ about: about!, sent: sent!, cells: rest.slice(0, 4), name: rest[4]! }),
);
const scenarios = COLUMNS.map(([engine, mode]) => readScenarios(engine, mode, DEFAULT_FOLDER));

test("the table of docs/remote-write.md has its rows", () => {
  expect(rows.length).toBeGreaterThan(25);
});

test.each(rows)("$about: as measured", ({ cells, name, sent }) => {
  for (const [column, cell] of cells.entries()) {
    if (cell === UNTRIED) continue;
    const scenario = scenarios[column]!.find((one) => one.name === name)!;
    expect([name, COLUMNS[column], cell]).toEqual([name, COLUMNS[column], asCell(scenario)]);
    if (sent !== UNTRIED) expect([name, Number(sent)]).toEqual([name, samplesSent(scenario)]);
  }
});

/** The answers, and how many samples were there at the end. */
function asCell({ steps, landed }: Scenario): string {
  return `\`${steps.map(({ status }) => status).join(" ")}\` ${samplesOf(landed!)}`;
}

function samplesOf(landed: Landed): number {
  if (typeof landed.samples === "number") return landed.samples;
  return Object.values(landed as Exclude<Landed, { samples: number }>).reduce((sum, { length }) => sum + length, 0);
}

function samplesSent({ steps }: Scenario): number {
  return steps
    .flatMap(({ request, requestExtra }) => {
      if ("raw" in request) throw new Error("Expected series, got a body made by hand");
      const recorded = request.map(({ samples }) => samples.length);
      return [...recorded, ...Array<number>(requestExtra?.moreSeries ?? 0).fill(1)];
    })
    .reduce((sum, length) => sum + length, 0);
}
