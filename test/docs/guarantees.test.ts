import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { drawWorld } from "../simulation/draw.ts";
import { FAMILIES } from "../simulation/families.ts";
import { PLANTED } from "../simulation/planted.ts";
import { exists, ROOT, readPage } from "./pages.ts";

const PAGE = readPage("docs/guarantees.md");
const EXACT = Object.keys(FAMILIES).filter((family) => drawWorld(1, [family]).exact);
const { scripts } = JSON.parse(readFileSync(`${ROOT}package.json`, "utf8")) as { scripts: Record<string, string> };

/** The rows of the table with this head, each as its cells. */
function rowsUnder(head: string): string[][] {
  const [, table] = PAGE.split(`\n${head}\n|---`);
  if (table === undefined) throw new Error(`Expected docs/guarantees.md to have a table \`${head}\`, got none`);
  const [rows] = table.slice(table.indexOf("\n") + 1).split("\n\n");
  return rows!.split("\n").map((row) =>
    row
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

/** What a cell names, by how it is written. */
function namedIn(cell: string) {
  return {
    links: matches(cell, /\]\(\.\.\/([^)]+)\)/g),
    code: matches(cell, /`([^`]+)`/g),
    quoted: matches(cell, /"([^"]+)"/g),
  };
}

function matches(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map(([, word]) => word!);
}

test("each promise names what would fail if it stopped being true: a test, an exact family, a planted bug or a run", () => {
  const promises = rowsUnder("| promise | test |");
  expect(promises.length).toBeGreaterThan(10);
  for (const [promise, holder = ""] of promises) {
    const { links, code, quoted } = namedIn(holder);
    expect({ promise, names: links.length + code.length + quoted.length }).not.toEqual({ promise, names: 0 });
    expect({ promise, links: links.filter((path) => !exists(path)) }).toEqual({ promise, links: [] });
    expect({ promise, planted: quoted.filter((name) => !PLANTED.some((bug) => bug.name === name)) }).toEqual({
      promise,
      planted: [],
    });
    const unknown = code.filter((name) => !EXACT.includes(name) && !(name.replace("npm run ", "") in scripts));
    expect({ promise, unknown }).toEqual({ promise, unknown: [] });
  }
});

test("every family that is not exact has its figures, and no other", () => {
  const measured = rowsUnder("| family | what is missing | lost | twice |").map(([family]) => family);
  const inexact = Object.keys(FAMILIES).filter((family) => !EXACT.includes(family));
  expect(measured.toSorted()).toEqual(inexact.map((family) => `\`${family}\``).toSorted());
});

test.each(PLANTED)("the place of the planted bug is there once: $name", ({ file, old }) => {
  expect(readFileSync(`${ROOT}${file}`, "utf8").split(old)).toHaveLength(2);
});
