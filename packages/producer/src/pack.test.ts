import {
  BILLING_CHUNK_BYTES,
  decodeMessage,
  groupOf,
  type Kind,
  type Labels,
  MAX_MESSAGE_BYTES,
  MAX_MESSAGE_SAMPLES,
  MAX_NAME_LENGTH,
  seriesKey,
  utf8Length,
} from "@penstock/model";
import fc from "fast-check";
import { expect, test } from "vitest";
import { START_MS } from "../test/fake-queue.ts";
import { Batch, type CheckedSeries } from "./batch.ts";
import { deduplicationId, MAX_PACKING_ID_LENGTH, type Packed, type PackOptions, pack } from "./pack.ts";

/** What SQS takes in a message body (SendMessage). */
const SQS_TEXT = /^[\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u;

interface Said {
  readonly labels: Labels;
  readonly samples: readonly { readonly at: number; readonly value: number }[];
}

const said: fc.Arbitrary<Said> = fc.record({
  labels: fc.record(
    {
      __name__: fc.constantFrom("a_total", "b_total", "c_total"),
      path: fc.constantFrom("", "/", 'quo"te\\', "é\uffff\ufffe", "😀\n\u0001"),
    },
    { requiredKeys: ["__name__"] },
  ) as fc.Arbitrary<Labels>,
  samples: fc.array(fc.record({ at: fc.nat(40), value: fc.integer({ min: -1e6, max: 1e6 }) }), { maxLength: 60 }),
});

function checked({ labels, samples }: Said): CheckedSeries {
  return {
    key: seriesKey(labels),
    metric: Object.fromEntries(Object.entries(labels).filter(([, value]) => value !== "")),
    timestamps: samples.map(({ at }) => START_MS + at),
    values: samples.map(({ value }) => value),
  };
}

function packAll(all: readonly Said[], kind: Kind, options: PackOptions, id = "test"): Packed[] {
  const batch = new Batch();
  for (const one of all) batch.add(checked(one));
  return pack(batch.series, { id, kind, late: "restamp", writer: "edge\uffff" }, options);
}

/** What should arrive: a value for each series and time. */
function expected(all: readonly Said[], kind: Kind): Map<string, Map<number, number>> {
  const series = new Map<string, Map<number, number>>();
  for (const { labels, samples } of all) {
    if (samples.length === 0) continue;
    const key = seriesKey(labels);
    const times = series.get(key) ?? new Map<number, number>();
    series.set(key, times);
    for (const { at, value } of samples) {
      times.set(START_MS + at, kind === "delta" ? (times.get(START_MS + at) ?? 0) + value : value);
    }
  }
  return series;
}

test("packing loses nothing, says nothing twice, keeps each series in its group and in time order, within all limits", () => {
  const options = fc.record({
    groups: fc.integer({ min: 1, max: 4 }),
    maxMessageBytes: fc.integer({ min: 400, max: 3000 }),
  });
  const kinds = fc.constantFrom<Kind>("delta", "gauge");
  fc.assert(
    fc.property(fc.array(said, { maxLength: 12 }), kinds, options, (all, kind, options) => {
      const arrived = new Map<string, [number, number][]>();
      for (const { body, group, id, samples, bytes, deduplicationId } of packAll(all, kind, options)) {
        expect(bytes).toBe(utf8Length(body));
        expect(bytes).toBeLessThanOrEqual(options.maxMessageBytes);
        expect(body).toMatch(SQS_TEXT);
        expect(deduplicationId).toBe(id);
        const decoded = decodeMessage(body);
        if (!decoded.ok) throw new Error(decoded.reject.detail);
        const { message } = decoded;
        expect(message).toMatchObject({ id, kind, late: "restamp", writer: "edge\uffff", samples });
        for (const { key, timestamps, values, reject, sampleRejects } of message.series) {
          expect([reject, sampleRejects.size]).toEqual([undefined, 0]);
          expect(groupOf(key, options.groups)).toBe(group);
          const before = arrived.get(key) ?? [];
          arrived.set(key, [...before, ...timestamps.map((at, i): [number, number] => [at, values[i]!])]);
        }
      }
      const wanted = [...expected(all, kind)].map(([key, times]) => [key, [...times].sort(([a], [b]) => a - b)]);
      expect(Object.fromEntries(arrived)).toEqual(Object.fromEntries(wanted));
    }),
  );
});

test("the same samples under the same id are the same messages, in whatever order their series come", () => {
  const twice = fc
    .uniqueArray(said, { selector: ({ labels }) => seriesKey(labels), maxLength: 8 })
    .chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })));
  fc.assert(
    fc.property(twice, ([all, shuffled]) => {
      const options = { groups: 3, maxMessageBytes: 700 };
      expect(packAll(shuffled, "delta", options)).toEqual(packAll(all, "delta", options));
    }),
  );
});

test("the ids of one packing are all different, and no longer than a message's id may be", () => {
  const all = [
    { labels: { __name__: "a_total" }, samples: Array.from({ length: 2000 }, (_, at) => ({ at, value: 1 })) },
  ];
  const packed = packAll(all, "delta", { groups: 1, maxMessageBytes: 2000 }, "é".repeat(MAX_PACKING_ID_LENGTH));
  expect(new Set(packed.map(({ id }) => id)).size).toBe(packed.length);
  expect(new Set(packed.map(({ deduplicationId }) => deduplicationId)).size).toBe(packed.length);
  expect(Math.max(...packed.map(({ id }) => id.length))).toBeLessThanOrEqual(MAX_NAME_LENGTH);
});

test("ten messages of one-sample series make a call that SQS bills as one request, and small messages stay readable", () => {
  const bodies = (series: number): string[] => {
    const all = Array.from({ length: 10 * series }, (_, i) => ({
      labels: { __name__: "http_server_requests_total", path: `/orders/${i}`, service: "checkout", status: "200" },
      samples: [{ at: 0, value: 1 }],
    }));
    const packed = packAll(all, "delta", { groups: 10, maxMessageBytes: BILLING_CHUNK_BYTES });
    expect(packed).toHaveLength(10);
    return packed.map(({ body }) => body);
  };
  expect(bodies(10).every((body) => JSON.parse(body).series.length > 0)).toBe(true);
  const large = bodies(200);
  expect(large.reduce((sum, body) => sum + utf8Length(body), 0)).toBeLessThanOrEqual(BILLING_CHUNK_BYTES);
  for (const body of large) expect(decodeMessage(body)).toMatchObject({ ok: true, message: { kind: "delta" } });
});

test("a large message travels in gzip form, and holds no more samples than a consumer takes", () => {
  const samples = Array.from({ length: 120_000 }, (_, at) => ({ at, value: 1 }));
  const options = { groups: 1, maxMessageBytes: MAX_MESSAGE_BYTES };
  const packed = packAll([{ labels: { __name__: "a_total" }, samples }], "delta", options);
  expect(packed.map((message) => message.samples)).toEqual([MAX_MESSAGE_SAMPLES, MAX_MESSAGE_SAMPLES, 20_000]);
  for (const { body, bytes } of packed) {
    expect(JSON.parse(body)).toMatchObject({ v: 1, encoding: "gzip" });
    expect(bytes).toBeLessThan(MAX_MESSAGE_BYTES / 2);
    expect(decodeMessage(body).ok).toBe(true);
  }
});

test("one sample with the longest labels, writer and id fits in the smallest message that may be set", () => {
  const worst = "\u0001".repeat(2048);
  const labels: Labels = { __name__: "a_total", a: worst, b: worst, c: worst, d: "\u0001".repeat(900) };
  const batch = new Batch();
  batch.add(checked({ labels, samples: [{ at: 0, value: -1.2345678901234568e-300 }] }));
  const long = { id: "\u0001".repeat(MAX_PACKING_ID_LENGTH), writer: "\u0001".repeat(MAX_NAME_LENGTH) };
  const options = { groups: 64, maxMessageBytes: BILLING_CHUNK_BYTES };
  const packed = pack(batch.series, { ...long, kind: "cumulative", late: "restamp" }, options);
  expect(packed).toHaveLength(1);
  expect(packed[0]!.bytes).toBeLessThanOrEqual(BILLING_CHUNK_BYTES);
});

test("two deltas at one time whose sum is no number stay two", () => {
  const samples = [
    { at: 0, value: 1e308 },
    { at: 0, value: 1e308 },
  ];
  const [message] = packAll([{ labels: { __name__: "a" }, samples }], "delta", { groups: 1, maxMessageBytes: 1000 });
  expect(JSON.parse(message!.body).series[0].values).toEqual([1e308, 1e308]);
});

test("every id has a deduplication id that SQS takes, and different ids have different ones", () => {
  const id = fc.string({ unit: "binary", minLength: 1, maxLength: 300 });
  fc.assert(
    fc.property(id, id, (a, b) => {
      expect(deduplicationId(a)).toMatch(/^[!-~]{1,128}$/);
      expect(deduplicationId(a) === deduplicationId(b)).toBe(a === b);
    }),
  );
});
