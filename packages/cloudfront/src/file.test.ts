import { readdir, readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { decodeMessage, type EntryFailure, type MessageSeries, type QueueEntry } from "@penstock/model";
import { createProducerOver } from "@penstock/producer";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { COLUMNS, log, NAME, ROW, read, row } from "../test/log.ts";
import { fileSendOptions, fileSeries } from "./file.ts";
import { LATENCY_BUCKETS_SECONDS } from "./latency.ts";
import { sendRun } from "./run.ts";

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

test("the columns' order, the lines' order and their endings change nothing", async () => {
  const rows = fc.array(row, { maxLength: 30 });
  const cases = rows.chain((rows) =>
    fc.record({
      rows: fc.constant(rows),
      shuffled: fc.shuffledSubarray(rows, { minLength: rows.length }),
      columns: fc.shuffledSubarray([...COLUMNS], { minLength: COLUMNS.length }),
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
