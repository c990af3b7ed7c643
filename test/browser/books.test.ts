import { FlushBook, scrapeBooks } from "@penstock/console";
import type { Report } from "@penstock/flusher";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readBooks } from "../../packages/console/src/server/metrics.ts";
import { createMetrics } from "../../packages/consumer/src/prometheus.ts";
import { serve } from "./serve.ts";

const count = fc.nat(1_000_000);
const reports: fc.Arbitrary<readonly Report[]> = fc.array(
  fc
    .record({
      stored: count,
      duplicate: count,
      returned: count,
      old: count,
      bad: count,
      laneMoves: count,
      restamped: count,
    })
    .map(({ old, bad, ...some }) => ({
      ...some,
      rejected: { "sample-too-old": old, label_invalid: bad },
      received: some.stored + some.duplicate + some.returned + old + bad,
      records: 1,
      highestLane: 1,
      receiptsMissing: 0,
      blind: 0,
      requests: [{ atMs: 1, durationMs: 2, series: 1, samples: 1, status: 200, detail: "" }],
      looks: [],
      oldestStoredAgeMs: 5,
      warnings: [],
    })),
  { maxLength: 10 },
);

test("a consumer's account is the same, heard in its process or read from its /metrics", async () => {
  await fc.assert(
    fc.asyncProperty(reports, async (flushes) => {
      const book = new FlushBook();
      const metrics = createMetrics();
      for (const flush of flushes) {
        book.add(flush);
        metrics.record(flush);
      }
      expect(readBooks(await metrics.text())).toEqual(book.books());
    }),
  );
});

test("writes are kept newest first, and not for ever", () => {
  const book = new FlushBook();
  for (let i = 0; i < 1_000; i++) {
    const requests = [i, i + 0.5].map((atMs) => ({
      atMs,
      durationMs: 1,
      series: 1,
      samples: 1,
      status: 200,
      detail: "",
    }));
    book.add({ received: 0, stored: 0, rejected: {}, duplicate: 0, returned: 0, restamped: 0, laneMoves: 0, requests });
  }
  const times = book.writes().map(({ atMs }) => atMs);
  expect(times.length).toBe(200);
  expect(times).toEqual(times.toSorted((a, b) => b - a));
  expect(times[0]).toBe(999.5);
});

describe("the accounts of several workers", () => {
  const page = 'penstock_samples_received_total 3\npenstock_samples_rejected_total{reason="refused"} 2\n';

  test("add up", async () => {
    await using one = await serve(200, page);
    await using other = await serve(200, page);
    expect(await scrapeBooks([one.url, other.url])).toMatchObject({ received: 6, rejected: { refused: 4 } });
  });

  test.each([
    ["answers otherwise", 500, "no", /it answered 500/],
    ["says too much", 200, "#".repeat(2_000_000), /more than 1048576 bytes/],
  ])("are not known when one of them %s", async (_, status, text, sentence) => {
    await using one = await serve(200, page);
    await using other = await serve(status, text);
    await expect(scrapeBooks([one.url, other.url])).rejects.toThrow(sentence);
  });

  test("are not known when one of them is gone", async () => {
    const gone = await serve(200, "");
    await gone[Symbol.asyncDispose]();
    await expect(scrapeBooks([gone.url])).rejects.toThrow(/could not be read: .*ECONNREFUSED/);
  });
});
