import { readFileSync } from "node:fs";
import { OUR_REASONS, RECEIVER_REASONS } from "@penstock/model";
import { expect, test } from "vitest";
import { MOVED_REASON } from "./letters/letter.ts";
import { REASON_NOTES, reasonPage } from "./reasons.ts";

const page = readFileSync(new URL("../../../docs/reasons.md", import.meta.url), "utf8");
const headings = [...page.matchAll(/^### (.+)$/gm)].map(([, heading]) => heading!);

test("every reason has its entry on the page, with the words that the command shows", () => {
  expect(headings).toEqual([...RECEIVER_REASONS, ...OUR_REASONS, MOVED_REASON]);
  for (const [reason, note] of Object.entries(REASON_NOTES)) {
    const entry = page.slice(page.indexOf(`### ${reason}\n`)).split("\n### ")[0]!;
    for (const words of [note.meaning, note.cause, note.cure]) expect(entry).toContain(words);
  }
});

test("the links go to headings", () => {
  for (const reason of Object.keys(REASON_NOTES)) {
    const anchor = reasonPage(reason).split("#")[1]!;
    expect(headings.map((heading) => heading.toLowerCase())).toContain(anchor);
  }
});
