import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { COUNTERS, DISTRIBUTIONS, LABELLED_COUNTERS } from "./measures.ts";
import { SETTINGS } from "./settings.ts";

const page = readFileSync(new URL("../README.md", import.meta.url), "utf8");

test("the README has every setting, with its default and what it is for", () => {
  for (const [name, { fallback, meaning }] of Object.entries(SETTINGS)) {
    expect(page).toContain(`| \`${name}\` | ${fallback === undefined ? "" : `\`${fallback}\` `}| ${meaning} |\n`);
  }
});

test("the README has every metric, and what it counts", () => {
  for (const { name, help } of [...COUNTERS, ...LABELLED_COUNTERS, ...DISTRIBUTIONS]) {
    expect(page).toContain(`| \`${name}\` | ${help} |\n`);
  }
});
