import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { LABEL_NAMES } from "./labels.ts";
import { SETTINGS } from "./settings.ts";

test("the documentation has every setting with its default and what it is for, and every label", async () => {
  const page = await readFile(new URL("../../../docs/cloudfront.md", import.meta.url), "utf8");
  for (const [name, { fallback, meaning }] of Object.entries(SETTINGS)) {
    expect(page).toContain(`| \`${name}\` | ${fallback ? `\`${fallback}\` ` : ""}| ${meaning}`);
  }
  for (const name of LABEL_NAMES) expect(page).toContain(`\`${name}\``);
});
