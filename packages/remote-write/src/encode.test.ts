import type { WriteSeries } from "@penstock/model";
import fc from "fast-check";
import { serialize } from "prometheus-remote-write";
import { expect, test } from "vitest";
import { sampleValue, timestampsFrom, writeSeries } from "../test/arbitraries.ts";
import { decodeRequest } from "../test/wire.ts";
import { CODECS, encoderOf } from "./codec.ts";
import { encodeRequest } from "./encode.ts";

const any = writeSeries("m", timestampsFrom(1, Number.MAX_SAFE_INTEGER));

test("the body is byte for byte what prometheus-remote-write makes", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(any, { minLength: 1, maxLength: 8 }), async (series) => {
      expect(Buffer.from(encodeRequest(series))).toEqual(await byTheLibrary(series));
      // From the labels that are known by now.
      expect(Buffer.from(encodeRequest(series))).toEqual(await byTheLibrary(series));
    }),
    { numRuns: 1_000 },
  );
});

test("so it is of texts and requests of every size, where lengths take one byte more", async () => {
  const sizes = [1, 127, 128, 16_383, 16_384, 70_000];
  for (const size of sizes) {
    const series: WriteSeries[] = [
      {
        labels: [
          ["__name__", "m"],
          ["a", "é".repeat(size)],
        ],
        timestamps: [1],
        values: [0],
      },
      {
        labels: [
          ["__name__", "m"],
          ["b", "x".repeat(size)],
        ],
        timestamps: [
          127,
          128,
          2 ** 31 - 1,
          2 ** 31,
          2 ** 35 - 1,
          2 ** 35,
          2 ** 42 - 1,
          2 ** 42,
          Number.MAX_SAFE_INTEGER,
        ],
        values: [1, 2, 3, 4, 5, 6, 7, 8, 9],
      },
    ];
    expect(Buffer.from(encodeRequest(series)).equals(await byTheLibrary(series))).toBe(true);
  }
});

test("a body that is larger than the memory kept between requests leaves no trace in the next", async () => {
  const large = Array.from(
    { length: 60_000 },
    (_, i): WriteSeries => ({
      labels: [
        ["__name__", "m"],
        ["i", `${"y".repeat(60)}${i}`],
      ],
      timestamps: [1_795_475_000_000 + i],
      values: [i],
    }),
  );
  expect(Buffer.from(encodeRequest(large)).equals(await byTheLibrary(large))).toBe(true);
  const small = fc.sample(any, 5);
  expect(Buffer.from(encodeRequest(small))).toEqual(await byTheLibrary(small));
});

test.each(CODECS)("what codec %s compresses, snappy unpacks to the same body", async (codec) => {
  const encode = encoderOf(codec);
  await fc.assert(
    fc.asyncProperty(fc.array(any, { minLength: 1, maxLength: 8 }), async (series) => {
      expect(await decodeRequest(Buffer.from(await encode(series)))).toEqual(series);
    }),
  );
});

test("NaN keeps the bits that JavaScript gives it, and no value is lost", async () => {
  fc.assert(
    fc.property(sampleValue, (value) => {
      const body = encodeRequest([{ labels: [["__name__", "m"]], timestamps: [5], values: [value] }]);
      const at = body.length - 2 - 8;
      expect(new DataView(body.buffer, body.byteOffset).getFloat64(at, true)).toBe(value);
    }),
  );
});

async function byTheLibrary(series: readonly WriteSeries[]): Promise<Buffer> {
  const timeseries = series.map(({ labels, timestamps, values }) => ({
    labels: labels.map(([name, value]) => ({ name, value })),
    samples: timestamps.map((timestamp, i) => ({ value: values[i]!, timestamp })),
  }));
  return Buffer.from(await serialize({ timeseries } as never));
}
