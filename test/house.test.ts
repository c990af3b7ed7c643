import { globSync, readFileSync } from "node:fs";
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

it.each(Object.entries(MAY_IMPORT))("%s imports only what it may", (name, allowed) => {
  const files = globSync(`packages/${name}/src/**/*.ts`, { cwd: ROOT });
  expect(files.length).toBeGreaterThan(0);
  const imported = files.flatMap((file) => {
    const text = readFileSync(`${ROOT}${file}`, "utf8");
    return [...text.matchAll(/(?:from|import\()\s*"@penstock\/([a-z-]+)/g)].map(([, other]) => `${file} → ${other}`);
  });
  expect(imported.filter((line) => !allowed.includes(line.split(" → ")[1]!))).toEqual([]);
});
