import { readdir, readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { decodeMessage, type EntryFailure, type MessageSeries, type QueueEntry } from "@penstock/model";
import { createProducerOver } from "@penstock/producer";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fileSendOptions, fileSeries, MAX_FILE_SAMPLES } from "./file.ts";
import { DEFAULT_LABEL_RULES, type LabelRules } from "./labels.ts";
import { LATENCY_BUCKETS_SECONDS } from "./latency.ts";
import { MAX_LINE_BYTES } from "./lines.ts";
import { sendRun } from "./run.ts";
import { unpack } from "./unpack.ts";

const DATA = new URL("../../../test/data/cloudfront/", import.meta.url);

/** Sums of a metric's values by one label. */
function sums(series: readonly MessageSeries[], name: string, label: string): Record<string, number> {
  const by: Record<string, number> = {};
  for (const { metric, values } of series) {
    if (metric.__name__ !== name) continue;
    const key = metric[label] ?? "";
    by[key] = values.reduce<number>((sum, value) => sum + Number(value), by[key] ?? 0);
  }
  return by;
}

async function allFiles(): Promise<{ name: string; bytes: Buffer }[]> {
  const names = (await readdir(DATA)).filter((name) => name.endsWith(".gz")).sort();
  return Promise.all(names.map(async (name) => ({ name, bytes: await readFile(new URL(name, DATA)) })));
}

const COLUMNS = ["date", "time", "sc-status", "cs-method", "x-host-header", "cs-uri-stem", "time-taken", "c-ip"];

type Row = Readonly<Record<string, string>>;

const ROW: Row = {
  date: "2015-05-17",
  time: "10:05:36",
  "sc-status": "200",
  "cs-method": "GET",
  "x-host-header": "www.example.com",
  "cs-uri-stem": "/",
  "time-taken": "0.208",
  "c-ip": "203.0.113.170",
};

/** A log in this order of columns; a cell that a row lacks is `-`. */
function log(rows: readonly Row[], columns: readonly string[] = COLUMNS): string {
  const lines = rows.map((row) => columns.map((column) => row[column] ?? "-").join("\t"));
  return ["#Version: 1.0", `#Fields: ${columns.join(" ")}`, ...lines, ""].join("\n");
}

const NAME = "E1.2015-05-17-10.gz";

function read(text: string, rules?: Partial<LabelRules>) {
  return fileSeries(Buffer.from(text), NAME, { ...DEFAULT_LABEL_RULES, ...rules });
}

describe("9,999 real requests in 1,308 files", () => {
  test("all are counted, by status, and no line is skipped", async () => {
    const files = await allFiles();
    const read = await Promise.all(files.map(({ bytes, name }) => fileSeries(bytes, name)));
    const series = read.flatMap((file) => file.series);
    expect(files).toHaveLength(1308);
    expect(read.reduce((sum, { requests }) => sum + requests, 0)).toBe(9999);
    expect(read.reduce((sum, { skippedLines }) => sum + skippedLines, 0)).toBe(0);
    expect(sums(series, "response_status_code_total", "status_code")).toEqual({
      "200": 9125,
      "206": 45,
      "301": 164,
      "304": 445,
      "403": 2,
      "404": 213,
      "416": 2,
      "500": 3,
    });
    expect(sums(series, "response_status_code_total", "method")).toEqual({ GET: 9951, HEAD: 42, POST: 5, OPTIONS: 1 });
    expect(sums(series, "response_duration_seconds_count", "host")).toEqual({ "www.example.com": 9999 });
    expect(sums(series, "response_duration_seconds_bucket", "le")["+Inf"]).toBe(9999);
  });

  test("each file goes to the queue under its own name, and a file that is sent twice is queued once", async () => {
    const queued = new Map<string, QueueEntry>();
    const queue = async (entries: readonly QueueEntry[]): Promise<EntryFailure[]> => {
      for (const entry of entries) if (!queued.has(entry.deduplicationId)) queued.set(entry.deduplicationId, entry);
      return [];
    };
    const files = (await allFiles()).slice(0, 60);
    const read = await Promise.all(files.map(({ bytes, name }) => fileSeries(bytes, name)));
    const requests = read.reduce((sum, file) => sum + file.requests, 0);
    // The second time in other company.
    for (const run of [read, read.slice(0, 20), read.slice(20)]) {
      const { flush, refused } = await sendRun(run, createProducerOver(queue, { flushIntervalMs: 0 }));
      expect(flush).toMatchObject({ unsent: 0, lost: 0 });
      expect(refused.size).toBe(0);
    }
    let counted = 0;
    for (const { body } of queued.values()) {
      const decoded = decodeMessage(body);
      if (!decoded.ok) throw new Error(decoded.reject.detail);
      const { id, writer, late, series } = decoded.message;
      expect(files.map(({ name }) => name)).toContain(writer);
      expect([id!.startsWith(`${writer}#`), late]).toEqual([true, "restamp"]);
      for (const { key, values } of series) {
        if (key.includes("response_status_code_total")) counted += values.reduce((sum, value) => sum + value, 0);
      }
    }
    expect(counted).toBe(requests);
  });
});

const row: fc.Arbitrary<Row> = fc.record({
  date: fc.constantFrom("2015-05-17", "2016-02-29"),
  time: fc.constantFrom("00:00:00", "10:05:36", "23:59:59"),
  "sc-status": fc.constantFrom("000", "200", "404"),
  "cs-method": fc.constantFrom("GET", "POST", "-", "BREW"),
  "x-host-header": fc.constantFrom("www.example.com", "WWW.Example.com", "-", "a%20b"),
  "time-taken": fc.oneof(
    fc.constant("-"),
    fc.nat(70_000).map((ms) => (ms / 1000).toFixed(3)),
  ),
});

test("the columns' order, the lines' order and their endings change nothing", async () => {
  const rows = fc.array(row, { maxLength: 30 });
  const cases = rows.chain((rows) =>
    fc.record({
      rows: fc.constant(rows),
      shuffled: fc.shuffledSubarray(rows, { minLength: rows.length }),
      columns: fc.shuffledSubarray(COLUMNS, { minLength: COLUMNS.length }),
    }),
  );
  await fc.assert(
    fc.asyncProperty(cases, fc.boolean(), fc.boolean(), async ({ rows, shuffled, columns }, gzip, crlf) => {
      const text = crlf ? log(shuffled, columns).replaceAll("\n", "\r\n").trimEnd() : log(shuffled, columns);
      const file = await fileSeries(gzip ? gzipSync(text) : Buffer.from(text), NAME);
      const plain = await read(log(rows));
      expect(file.requests).toBe(rows.length);
      expect([...file.series].sort(byMetric)).toEqual([...plain.series].sort(byMetric));
    }),
  );
});

function byMetric(a: MessageSeries, b: MessageSeries): number {
  return JSON.stringify(a.metric) < JSON.stringify(b.metric) ? -1 : 1;
}

test("each second's histogram adds up: buckets are cumulative, the last is the count, and none that matters is left out", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(70_000), { minLength: 1, maxLength: 20 }), async (milliseconds) => {
      const rows = milliseconds.map((ms) => ({ ...ROW, "time-taken": (ms / 1000).toFixed(3) }));
      const { series } = await read(log(rows));
      const bounds = [...LATENCY_BUCKETS_SECONDS, Number.POSITIVE_INFINITY];
      const expected = bounds.map((le) => milliseconds.filter((ms) => ms / 1000 <= le).length);
      const got = sums(series, "response_duration_seconds_bucket", "le");
      for (const [i, bound] of bounds.entries()) {
        const le = bound === Number.POSITIVE_INFINITY ? "+Inf" : String(bound);
        expect(got[le] ?? 0).toBe(expected[i]);
        // The lower edge of the first bucket with a request is there, to interpolate from.
        if ((expected[i + 1] ?? 0) > 0) expect(got).toHaveProperty([le]);
      }
      const seconds = milliseconds.reduce((sum, ms) => sum + ms, 0) / 1000;
      // To the microsecond, whatever the order of the lines.
      expect(sums(series, "response_duration_seconds_sum", "host")["www.example.com"]).toBe(seconds);
      expect(sums(series, "response_duration_seconds_count", "host")["www.example.com"]).toBe(milliseconds.length);
    }),
  );
});

test("a request is a sample in its own second, and those of one second are one sample", async () => {
  const { series } = await read(log([{ ...ROW, time: "10:05:37" }, ROW, ROW]));
  const { metric, timestamps, values } = series[0]!;
  expect(metric).toEqual({
    __name__: "response_status_code_total",
    status_code: "200",
    method: "GET",
    host: "www.example.com",
  });
  expect(values).toEqual([2, 1]);
  const second = Date.UTC(2015, 4, 17, 10, 5, 36);
  expect(timestamps.map((at) => at - (at % 1_000))).toEqual([second, second + 1_000]);
});

test("the samples of two files in one second stand beside one another, and a file's own always at the same time", async () => {
  const text = Buffer.from(log([ROW]));
  const names = Array.from({ length: 20 }, (_, i) => `E1.2015-05-17-10.${i}.gz`);
  const times = await Promise.all(names.map(async (name) => (await fileSeries(text, name)).series[0]!.timestamps[0]!));
  expect(new Set(times).size).toBeGreaterThan(18);
  expect((await fileSeries(text, names[0]!)).series[0]!.timestamps[0]).toBe(times[0]);
});

test("the id of a file holds its name, however long and odd that is, and tells it from others", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", minLength: 1, maxLength: 1_500 }), (name) => {
      const { id, writer } = fileSendOptions(name);
      expect([id.length <= 495, id.isWellFormed(), writer]).toEqual([true, true, id]);
      expect(fileSendOptions(name).id).toBe(id);
      expect(fileSendOptions(`${name}x`).id).not.toBe(id);
      expect(fileSendOptions(`x${name}`).id).not.toBe(id);
    }),
  );
});

test("what strangers may send makes no series of its own", async () => {
  const hosts = ["Shop.Example.com:8443", "%E2%98%83.example", "bad%zz", "a".repeat(254), "[::1]", "-"];
  const methods = ["GET", "get", "PROPFIND", "-"];
  const { series, requests } = await read(
    log(hosts.flatMap((host) => methods.map((method) => ({ ...ROW, "x-host-header": host, "cs-method": method })))),
  );
  expect(requests).toBe(24);
  expect(Object.keys(sums(series, "response_status_code_total", "host")).sort()).toEqual([
    "",
    "other",
    "shop.example.com",
  ]);
  expect(Object.keys(sums(series, "response_status_code_total", "method")).sort()).toEqual(["", "GET", "other"]);
});

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
