import { gzipSync } from "node:zlib";
import { type FileSeries, fileSeries, LogFileError, STATUS_METRIC } from "@penstock/cloudfront";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MAX_LINE_BYTES } from "../../packages/cloudfront/src/lines.ts";
import { unpack } from "../../packages/cloudfront/src/unpack.ts";
import { mutatedBytes, mutatedText, nastyText } from "./arbitraries.ts";
import { expectProportional } from "./growth.ts";

const COLUMNS = [
  "date",
  "time",
  "x-edge-location",
  "sc-status",
  "cs-method",
  "cs(Host)",
  "x-host-header",
  "time-taken",
];
const HEAD = `#Version: 1.0\n#Fields: ${COLUMNS.join(" ")}\n`;
const NAME = "E2EXAMPLE1234.2015-05-17-12.774bbb69.gz";
/** Told of one file. */
const MAX_SKIPS = 100;

/** Mostly as usual, so that most lines are requests. */
const cell = (usual: string, ...odd: string[]): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 28, arbitrary: fc.constant(usual) },
    { weight: 3, arbitrary: fc.constantFrom(...odd, "-") },
    { weight: 1, arbitrary: nastyText },
  );
const line = fc
  .tuple(
    cell("2015-05-17", "2015-02-31"),
    cell("10:05:36", "24:00:00", "10:05:60"),
    cell("FRA2"),
    cell("200", "404", "000"),
    cell("GET", "POST", "BREW"),
    cell("d1.cloudfront.net"),
    cell("example.com", "EXAMPLE.com:443", "%FF", `${"a.".repeat(200)}b`),
    cell("0.208", "1e9", "999999999.999999999", "-1"),
  )
  .map((cells) => cells.join("\t"));
const log = fc.array(line, { maxLength: 8 }).map((lines) => `${HEAD}${lines.join("\n")}\n`);
const json = fc
  .array(fc.dictionary(fc.constantFrom(...COLUMNS, "__proto__"), nastyText), { maxLength: 5 })
  .map((records) => records.map((record) => JSON.stringify(record)).join("\n"));
const text = fc.oneof({ weight: 3, arbitrary: log }, mutatedText(log), mutatedText(json), nastyText);
const bytes = fc.oneof(
  text.map((some) => Buffer.from(some)),
  text.map((some) => gzipSync(some)),
  mutatedBytes(log.map((some) => Buffer.from(some))),
  mutatedBytes(log.map((some) => gzipSync(some))),
  fc.uint8Array({ maxLength: 200 }),
  fc.uint8Array({ maxLength: 200 }).map((some) => Uint8Array.of(0x1f, 0x8b, ...some)),
);

/** What a file reads as; undefined when it is none that can be read. Any other error is thrown. */
async function read(file: Uint8Array): Promise<FileSeries | undefined> {
  try {
    return await fileSeries(file, NAME);
  } catch (error) {
    if (error instanceof LogFileError) return undefined;
    throw error;
  }
}

test("whatever a file holds, each of its requests counts once, or the file is refused by name", async () => {
  const counts: number[] = [];
  await fc.assert(
    fc.asyncProperty(bytes, async (file) => {
      const found = await read(file);
      if (found === undefined) return;
      counts.push(found.requests);
      const counted = found.series.filter(({ metric }) => metric.__name__ === STATUS_METRIC);
      const sum = counted.flatMap(({ values }) => values).reduce<number>((total, value) => total + Number(value), 0);
      expect(sum).toBe(found.requests);
      expect(found.skipped.length).toBe(Math.min(found.skippedLines, MAX_SKIPS));
      for (const { timestamps, values } of found.series) {
        expect(timestamps.length).toBe(values.length);
        expect(timestamps.every((time, i) => Number.isSafeInteger(time) && time > (timestamps[i - 1] ?? 0))).toBe(true);
        expect(values.every(Number.isFinite)).toBe(true);
      }
    }),
    { numRuns: 1_000 },
  );
  // Files of skips alone would prove nothing. Some 140 have more than one.
  expect(counts.filter((requests) => requests > 1).length).toBeGreaterThan(50);
});

test("strangers' hosts and methods make no series without end", async () => {
  const lines = Array.from({ length: 20_000 }, (_, i) =>
    ["2015-05-17", "10:05:36", "FRA2", String(100 + (i % 900)), `M${i}`, "-", `h${i}.example.com`, "0.1"].join("\t"),
  );
  const { series, requests } = await fileSeries(Buffer.from(HEAD + lines.join("\n")), NAME);
  expect(requests).toBe(lines.length);
  expect(series.length).toBeLessThan(lines.length / 2);
});

test("what a file unpacks to is bounded, and a line without end is skipped as one", async () => {
  const bomb = gzipSync(Buffer.alloc(8 * 1024 * 1024, "x"));
  const pieces = unpack(bomb, NAME, 1024 * 1024);
  await expect(async () => {
    for await (const piece of pieces) expect(piece.length).toBeLessThan(1024 * 1024);
  }).rejects.toThrow(LogFileError);
  const { skippedLines, skipped } = await fileSeries(Buffer.from(`${HEAD}${"x".repeat(4 * MAX_LINE_BYTES)}\n`), NAME);
  expect([skippedLines, skipped.length]).toEqual([1, 1]);
});

describe("work grows with the file and not with its square", () => {
  test.each([
    ["lines", (size: number) => `${HEAD}${"2015-05-17\t10:05:36\tFRA2\t200\tGET\t-\texample.com\t0.1\n".repeat(size)}`],
    ["bad lines", (size: number) => `${HEAD}${"\t\n".repeat(size)}`],
    ["a line of tabs", (size: number) => `${HEAD}${"\t".repeat(size)}`],
    [
      "columns",
      (size: number) => `#Fields: date time sc-status ${Array.from({ length: size }, (_, i) => `c${i}`).join(" ")}`,
    ],
    ["spaces between columns", (size: number) => `#Fields: date time sc-status a${" ".repeat(size)}b`],
    ["spaces after a directive", (size: number) => `${HEAD}#Version: 1.0${"\t ".repeat(size)}x`],
    ["a host", (size: number) => `${HEAD}2015-05-17\t10:05:36\tFRA2\t200\tGET\t-\t${"a-:1.".repeat(size)}\t0.1`],
    [
      "an encoded host",
      (size: number) => `${HEAD}2015-05-17\t10:05:36\tFRA2\t200\tGET\t-\t${"%41".repeat(size)}%\t0.1`,
    ],
    ["seconds", (size: number) => `${HEAD}2015-05-17\t10:05:36\tFRA2\t200\tGET\t-\t-\t${"1".repeat(size)}`],
    ["brackets", (size: number) => `{"a":${"[".repeat(size)}`],
  ])("%s", (_what, make) =>
    expectProportional(
      (size) => Buffer.from(make(size)),
      (file) => read(file),
      2_000,
    ),
  );
});
