import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { fnv1a32, groupOf } from "./group.ts";
import { type Labels, seriesKey } from "./series.ts";

interface Vector {
  readonly about: string;
  readonly metric: Labels;
  readonly seriesKey: string;
  readonly fnv1a32: number;
  readonly group: string;
}

const FILE = new URL("../test-vectors/series-group.json", import.meta.url);
const { groups, vectors } = JSON.parse(readFileSync(FILE, "utf8")) as { groups: number; vectors: Vector[] };

test.each(vectors)("the test vectors for senders in other languages hold: $about", (vector) => {
  expect(seriesKey(vector.metric)).toBe(vector.seriesKey);
  expect(fnv1a32(vector.seriesKey)).toBe(vector.fnv1a32);
  expect(groupOf(vector.seriesKey, groups)).toBe(vector.group);
});

test("the hash is FNV-1a: its authors' own test vectors hold", () => {
  expect(["", "a", "foobar"].map(fnv1a32)).toEqual([0x811c9dc5, 0xe40c292c, 0xbf9cf968]);
});
