import { randomBytes } from "node:crypto";
import { decodeMessage, MAX_MESSAGE_BYTES, MAX_QUEUE_ID_LENGTH, type MessageSeries } from "@penstock/model";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { START_MS, World } from "../test/world.ts";
import { type Letter, lettersOf } from "./letters.ts";
import { readBatch } from "./read.ts";

/** Labels with a bad name reject their series, whatever else it holds. */
const badSeries = fc.record(
  { metric: fc.constant({ __name__: "m", "1bad": "x" }), count: fc.integer({ min: 1, max: 50 }) },
  { noNullPrototype: true },
);

describe("dead letters", () => {
  it("hold every rejected sample once, as it stood in its message, and each decodes again", () => {
    fc.assert(
      fc.property(fc.array(badSeries, { minLength: 1, maxLength: 60 }), (drawn) => {
        const series = drawn.map(({ metric, count }, i): MessageSeries => {
          const at = Array.from({ length: count }, (_, j) => START_MS + j);
          return { metric: { ...metric, i: String(i) }, timestamps: at, values: at.map((_, j) => j) };
        });
        const letters = lettersFor(series);
        const back = letters.flatMap(({ entry }) => JSON.parse(entry.body).series as MessageSeries[]);
        expect(back).toEqual(series);
        expect(letters.reduce((sum, { samples }) => sum + samples, 0)).toBe(series.flatMap((s) => s.values).length);
        expectTakeable(letters);
      }),
    );
  });

  it("are split when they would be too many samples or too many bytes for one message", () => {
    const label = randomBytes(900).toString("hex");
    const series = Array.from({ length: 500 }, (_, i) => ({
      metric: { __name__: "m", "1bad": `${label}${i}` },
      timestamps: Array.from({ length: 20 }, (_, j) => START_MS + j),
      values: Array.from({ length: 20 }, (_, j) => j),
    }));
    const letters = lettersFor(series);
    expect(letters.length).toBeGreaterThan(4);
    expect(letters.flatMap(({ entry }) => JSON.parse(entry.body).series)).toEqual(series);
    expectTakeable(letters);
  });

  it("are packed when one series alone is too large for a message as text", () => {
    const timestamps = Array.from({ length: 49_000 }, (_, i) => START_MS + i);
    const [letter, ...more] = lettersFor([
      { metric: { "1bad": "x" }, timestamps, values: timestamps.map((_, i) => Math.sin(i)) },
    ]);
    expect(more).toEqual([]);
    expect(JSON.parse(letter!.entry.body).encoding).toBe("gzip");
    const decoded = decodeMessage(letter!.entry.body);
    expect(decoded.ok && decoded.message.series[0]!.timestamps).toHaveLength(49_000);
    expectTakeable([letter!]);
  });

  it("keep an unreadable body as it is, and cut it only when no message could hold it", () => {
    const short = "{ this is not JSON";
    const long = randomBytes(MAX_MESSAGE_BYTES * 0.74).toString("base64");
    const [kept, cut] = [short, long].map(
      (body) => lettersOf(readBatch([recordOf(body)], {}, 1_000_000)[0]!, START_MS)[0]!,
    );
    expect(JSON.parse(kept!.entry.body).raw).toBe(short);
    const { raw } = JSON.parse(cut!.entry.body);
    expect(raw.length).toBeGreaterThan(10_000);
    expect(long.startsWith(raw.slice(0, 10_000))).toBe(true);
    for (const letter of [kept!, cut!]) expectTakeable([letter]);
  });

  it("have ids of their own that SQS takes, the same for the same record, whatever the sender called it", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", minLength: 1, maxLength: 400 }), (id) => {
        const world = new World();
        const record = world.record({ id, series: [{ metric: { "1bad": "x" }, timestamps: [START_MS], values: [1] }] });
        const [first, second] = [0, 1].map(() => lettersOf(readBatch([record], {}, 1_000_000)[0]!, START_MS));
        expect(first).toHaveLength(1);
        expect(second!.map(({ entry }) => entry)).toEqual(first!.map(({ entry }) => entry));
        expect(first![0]!.entry.deduplicationId.length).toBeLessThanOrEqual(MAX_QUEUE_ID_LENGTH);
        expect(JSON.parse(first![0]!.entry.body).id).not.toBe(id);
      }),
    );
  });
});

function lettersFor(series: readonly MessageSeries[]): Letter[] {
  return lettersOf(readBatch([new World().record({ series })], {}, 1_000_000)[0]!, START_MS);
}

function recordOf(body: string) {
  return { ...new World().record({ series: [] }), body };
}

function expectTakeable(letters: readonly Letter[]): void {
  const ids = letters.map(({ entry }) => entry.deduplicationId);
  expect(new Set(ids).size).toBe(ids.length);
  for (const { entry } of letters) expect(Buffer.byteLength(entry.body)).toBeLessThanOrEqual(MAX_MESSAGE_BYTES);
}
