import { globSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { expect, it } from "vitest";

/** Who may import whom, beside the model, which everybody may (docs: CONTRIBUTING.md). */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  model: [],
  producer: ["model"],
  "remote-write": ["model"],
  flusher: ["model"],
  consumer: ["model", "flusher", "remote-write"],
  cloudfront: ["model", "producer"],
  intake: ["model", "producer"],
  operator: ["model", "producer", "remote-write"],
  console: ["model", "operator"],
  local: ["model", "consumer"],
  cli: ["model", "local", "producer", "remote-write", "cloudfront", "operator", "console", "intake"],
};

const ROOT = new URL("../", import.meta.url).pathname;

it("has a rule for every package", () => {
  expect(readdirSync(`${ROOT}packages`).sort()).toEqual(Object.keys(MAY_IMPORT).sort());
});

it.each(Object.entries(MAY_IMPORT))("%s imports only what it may", (name, allowed) => {
  const files = globSync(`packages/${name}/src/**/*.{ts,tsx}`, { cwd: ROOT });
  expect(files.length).toBeGreaterThan(0);
  const forbidden = files.flatMap((file) =>
    packagesIn(file)
      .filter((other) => other !== name && !allowed.includes(other))
      .map((other) => `${file} → ${other}`),
  );
  expect(forbidden).toEqual([]);
});

it("names every file in kebab case", () => {
  const files = globSync(["{packages,test,stacks}/**/*.{ts,tsx}"], {
    cwd: ROOT,
    exclude: ["**/node_modules", "**/dist"],
  });
  expect(files.length).toBeGreaterThan(0);
  expect(files.filter((file) => !/^[a-z0-9-]+(?:\.test|\.d)?\.tsx?$/.test(basename(file)))).toEqual([]);
});

/** The packages that a file imports from, by name; by path too, unless it is a test: those may borrow a neighbour's door. */
function packagesIn(file: string): string[] {
  const text = readFileSync(join(ROOT, file), "utf8");
  const imported = Array.from(text.matchAll(/\b(?:from|import)[\s(]*"([^"]+)"/g), ([, specifier]) => specifier!);
  return imported.flatMap((specifier) => {
    if (specifier.startsWith("@penstock/")) return specifier.split("/")[1]!;
    if (!specifier.startsWith(".") || /\.test\.tsx?$/.test(file)) return [];
    return /^packages\/([^/]+)/.exec(join(dirname(file), specifier))?.[1] ?? [];
  });
}
