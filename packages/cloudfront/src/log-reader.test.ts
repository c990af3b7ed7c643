import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { COLUMNS, log, NAME, ROW, type Row, read, row } from "../test/log.ts";
import { fileSeries, MAX_FILE_SAMPLES } from "./file.ts";
import { MAX_LINE_BYTES } from "./lines.ts";
import { unpack } from "./unpack.ts";

test("a log without host, method or latency still counts its requests; without x-host-header the host is cs(Host)", async () => {
  const bare = await read(log([ROW], ["date", "time", "sc-status"]));
  expect(bare.series.map(({ metric }) => metric)).toEqual([
    { __name__: "response_status_code_total", status_code: "200" },
  ]);
  const distribution = { ...ROW, "cs(Host)": "d111111abcdef8.cloudfront.net" };
  const named = await read(log([distribution], ["cs(Host)", "date", "time", "sc-status"]));
  expect(named.series[0]!.metric.host).toBe("d111111abcdef8.cloudfront.net");
});

test("a line that is no request is told with its number and the reason, and the others count", async () => {
  const bad: [Row, string][] = [
    [
      { ...ROW, date: "2015-02-31" },
      'Expected `date` and `time` like 2015-05-17 and 10:05:36, got "2015-02-31" and "10:05:36"',
    ],
    [
      { ...ROW, time: "24:00:00" },
      'Expected `date` and `time` like 2015-05-17 and 10:05:36, got "2015-05-17" and "24:00:00"',
    ],
    [{ ...ROW, date: "-" }, 'Expected `date` and `time` like 2015-05-17 and 10:05:36, got undefined and "10:05:36"'],
    [{ ...ROW, "sc-status": "2000" }, 'Expected `sc-status` to be three digits, got "2000"'],
    [{ ...ROW, "time-taken": "fast" }, 'Expected `time-taken` to be seconds like 0.208, got "fast"'],
    [{ ...ROW, "c-ip": "a\tb" }, "Expected 8 fields as in `#Fields:`, got 9"],
    [
      { ...ROW, "cs-uri-stem": "/".repeat(MAX_LINE_BYTES) },
      `Expected a line of at most ${MAX_LINE_BYTES} bytes, got more`,
    ],
  ];
  const file = await read(`${log([ROW, ...bad.map(([row]) => row), ROW])}\n2015-05-17\t10:0`);
  expect(file.requests).toBe(2);
  expect(file.skippedLines).toBe(8);
  expect(file.skipped).toEqual([
    ...bad.map(([, reason], i) => ({ line: i + 4, reason })),
    { line: 13, reason: "Expected 8 fields as in `#Fields:`, got 2" },
  ]);
});

test("a file of nothing but bad lines tells the first hundred and counts all", async () => {
  const file = await read(log(Array.from({ length: 1000 }, () => ({ ...ROW, "sc-status": "x" }))));
  expect([file.requests, file.skippedLines, file.skipped.length]).toEqual([0, 1000, 100]);
});

describe("a file that is no whole log is an error that names it, and nothing of it counts", () => {
  const whole = gzipSync(log(Array.from({ length: 100 }, (_, i) => ({ ...ROW, "c-ip": `203.0.113.${i}` }))));
  const flipped = Buffer.from(whole);
  flipped[whole.length >> 1]! ^= 0xff;
  const files: [string, Buffer, string][] = [
    ["cut off", whole.subarray(0, whole.length - 20), "Expected whole gzip data: unexpected end of file"],
    ["broken", flipped, "Expected whole gzip data"],
    ["garbage", Buffer.from("\x00\x01garbage\nmore"), "Expected a line `#Fields:` before line 1"],
    ["empty", Buffer.from(""), "Expected a line `#Fields:` or JSON records, got none in 0 lines"],
    ["no fields", Buffer.from("#Version: 1.0\n"), "Expected a line `#Fields:` or JSON records, got none in 1 lines"],
    ["another version", Buffer.from(log([ROW]).replace("1.0", "2.0")), 'Expected `#Version: 1.0`, got "#Version: 2.0"'],
    ["Parquet", Buffer.from("PAR1\x15\x04"), "Expected text, got Parquet: choose W3C or JSON"],
    ["Parquet in gzip", gzipSync("PAR1\x15\x04"), "Expected text, got Parquet: choose W3C or JSON"],
    [
      "no time",
      Buffer.from(log([ROW], ["date", "sc-status"])),
      "Expected `date` and `time`, `timestamp(ms)` or `timestamp`",
    ],
    [
      "JSON without a status",
      Buffer.from('{"date":"2015-05-17","time":"10:05:36"}'),
      "Expected `sc-status` in the first",
    ],
    ["no JSON", Buffer.from("{\n{"), "Expected JSON records, got none in 2 lines"],
    ["no status", Buffer.from(log([ROW], ["date", "time"])), "Expected `sc-status` in the line `#Fields:`"],
    ["a column twice", Buffer.from(log([ROW], [...COLUMNS, "date"])), "Expected each column once in `#Fields:`"],
  ];
  test.each(files)("%s", async (_, bytes, sentence) => {
    await expect(fileSeries(bytes, NAME)).rejects.toThrow(`${NAME}: ${sentence}`);
  });

  test("coming to more samples than memory is for", async () => {
    const seconds = Array.from({ length: MAX_FILE_SAMPLES / 10 }, (_, i) => ({
      "timestamp(ms)": String(1e12 + i * 1e3),
    }));
    const columns = ["timestamp(ms)", "sc-status", "time-taken"];
    const text = log(
      seconds.map((row) => ({ ...ROW, ...row })),
      columns,
    );
    await expect(read(text)).rejects.toThrow(`${NAME}: Expected at most ${MAX_FILE_SAMPLES} samples, got more`);
  });

  test("cut off anywhere", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), async (length) => {
        await expect(fileSeries(whole.subarray(0, length), "any")).rejects.toThrow("any: Expected");
      }),
    );
  });

  test("unpacking to more than the limit", async () => {
    const bomb = async (): Promise<void> => {
      for await (const piece of unpack(gzipSync(Buffer.alloc(4_000_000)), "bomb.gz", 1_000_000))
        expect(piece.length).toBeLessThan(100_000);
    };
    await expect(bomb()).rejects.toThrow("bomb.gz: Expected at most 1000000 bytes of log, got more");
  });
});

/** The same requests as standard logging v2 writes them. */
const V2: readonly [name: string, write: (rows: readonly Row[]) => string][] = [
  ["JSON", (rows) => rows.map((row) => JSON.stringify(complete(row))).join("\n")],
  ["JSON with numbers", (rows) => rows.map((row) => JSON.stringify(numbers(complete(row)))).join("\n")],
  ["W3C with spaces", (rows) => log(rows).replaceAll("\t", " ")],
  ["W3C with commas", (rows) => log(rows).replaceAll("\t", ",")],
  ["W3C with timestamp(ms)", (rows) => log(rows.map(stampMs), [...COLUMNS.slice(2), "timestamp(ms)"])],
  ["JSON with timestamp", (rows) => rows.map((row) => JSON.stringify(stampSeconds(complete(row)))).join("\n")],
];

function complete(row: Row): Row {
  return Object.fromEntries(COLUMNS.map((column) => [column, row[column] ?? "-"]));
}

function numbers(row: Row): Record<string, string | number> {
  const asNumber = (value: string): string | number => (/^[1-9]\d*$/.test(value) ? Number(value) : value);
  return Object.fromEntries(Object.entries(row).map(([column, value]) => [column, asNumber(value)]));
}

function stampMs({ date, time, ...row }: Row): Row {
  return { ...row, "timestamp(ms)": String(Date.parse(`${date}T${time}Z`) + 789) };
}

function stampSeconds({ date, time, ...row }: Row): Row {
  return { ...row, timestamp: String(Date.parse(`${date}T${time}Z`) / 1_000) };
}

test.each(V2)("standard logging v2 as %s comes to the same samples as v1", async (_, write) => {
  await fc.assert(
    fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 20 }), async (rows) => {
      const v1 = await read(log(rows));
      const v2 = await read(write(rows));
      expect(v2.skipped).toEqual([]);
      expect(v2.series).toEqual(v1.series);
    }),
    { numRuns: 50 },
  );
});

test("a JSON line that is no request is told with its number, and the others count", async () => {
  const good = JSON.stringify(ROW);
  const file = await read([good, "{", "[]", JSON.stringify({ ...ROW, "sc-status": "-" }), "", good].join("\n"));
  expect(file.requests).toBe(2);
  expect(file.skipped).toEqual([
    { line: 2, reason: 'Expected a JSON object, got "{"' },
    { line: 3, reason: 'Expected a JSON object, got "[]"' },
    { line: 4, reason: "Expected `sc-status` to be three digits, got undefined" },
  ]);
});
