import fc from "fast-check";
import { serialize } from "prometheus-remote-write";
import protobuf from "protobufjs/minimal.js";
import { compressSync } from "snappy";
import { expect, test } from "vitest";
import { NOW_MS, post, testIntake } from "../../test/intake.ts";

const HEADERS = { "content-type": "application/x-protobuf", "content-encoding": "snappy" };
const STALE_BYTES = Buffer.from([0x02, 0, 0, 0, 0, 0, 0xf0, 0x7f]);

interface Series {
  readonly labels: readonly (readonly [string, string])[];
  readonly samples: readonly { readonly value: number; readonly timestamp: number }[];
}

/** As the library of the other end writes it. */
async function pack(series: readonly Series[]): Promise<Uint8Array> {
  const timeseries = series.map(({ labels, samples }) => ({
    labels: labels.map(([name, value]) => ({ name, value })),
    samples,
  }));
  return compressSync(Buffer.from((await serialize({ timeseries } as never)) as never)) as Uint8Array;
}

test("takes what a remote-write 1.0 sender sends, every value as it is", async () => {
  const value = fc.double();
  const sample = fc.record(
    { value, timestamp: fc.integer({ min: NOW_MS - 1e6, max: NOW_MS }) },
    { noNullPrototype: true },
  );
  const samples = fc.uniqueArray(sample, { minLength: 1, maxLength: 5, selector: ({ timestamp }) => timestamp });
  await fc.assert(
    fc.asyncProperty(fc.array(samples, { minLength: 1, maxLength: 5 }), async (lists) => {
      const { app, queue } = testIntake();
      const series = lists.map((list, i): Series => ({ labels: [["__name__", `m${i}`]], samples: list }));
      const answer = await post(app, "/api/v1/write", await pack(series), HEADERS);
      expect([answer.status, await answer.text()]).toEqual([204, ""]);
      const sent = series.flatMap(({ labels, samples: list }) =>
        [...list]
          .sort((a, b) => a.timestamp - b.timestamp)
          // The receiver takes -0 for 0, so the queue does.
          .map((one) => [`{__name__="${labels[0]![1]}"}`, one.timestamp, one.value + 0, "cumulative"]),
      );
      expect(queue.samples.map((one) => [one.series, one.timestampMs, one.value, one.kind])).toEqual(sent);
    }),
    { numRuns: 50 },
  );
});

test("names what it refuses with 400, and takes the rest", async () => {
  const { app, queue } = testIntake();
  const one = [{ value: 1, timestamp: NOW_MS }];
  const body = await pack([
    { labels: [["__name__", "good"]], samples: one },
    { labels: [["a", "b"]], samples: one },
    {
      labels: [
        ["__name__", "twice"],
        ["a", "1"],
        ["a", "2"],
      ],
      samples: one,
    },
  ]);
  const answer = await post(app, "/api/v1/write", body, HEADERS);
  expect(answer.status).toBe(400);
  const text = await answer.text();
  expect(text).toContain("missing_metric_name: Expected a label `__name__` that is not empty. 1 sample refused.");
  expect(text).toContain("duplicate_label_names");
  expect(queue.values).toEqual({ '{__name__="good"}': 1 });
});

/** A series of one label and one sample, and perhaps a native histogram. */
function handMade(value: Uint8Array, histogram?: Uint8Array): Uint8Array {
  const writer = protobuf.Writer.create().uint32(0x0a).fork();
  writer.uint32(0x0a).fork().uint32(0x0a).string("__name__").uint32(0x12).string("m").ldelim();
  writer.uint32(0x12).fork().uint32(0x09).double(Buffer.from(value).readDoubleLE()).uint32(0x10).int64(NOW_MS).ldelim();
  if (histogram) writer.uint32(0x22).bytes(histogram);
  const bytes = Buffer.from(writer.ldelim().finish());
  // A NaN's bits do not survive being a number everywhere.
  const at = bytes.indexOf(Buffer.from([0xf0, 0x7f])) === -1 ? bytes.indexOf(Buffer.from([0xf8, 0x7f])) : -1;
  if (at !== -1) Buffer.from(value).copy(bytes, at - 6);
  return compressSync(bytes) as Uint8Array;
}

test("leaves out stale markers, and keeps a NaN that is a value", async () => {
  const { app, queue } = testIntake();
  expect((await post(app, "/api/v1/write", handMade(STALE_BYTES), HEADERS)).status).toBe(204);
  expect(queue.entries).toEqual([]);
  const nan = Buffer.from([0x01, 0, 0, 0, 0, 0, 0xf8, 0x7f]);
  expect((await post(app, "/api/v1/write", handMade(nan), HEADERS)).status).toBe(204);
  expect(queue.values).toEqual({ '{__name__="m"}': NaN });
});

test("refuses native histograms in words, and takes the floats beside them", async () => {
  const { app, queue } = testIntake();
  const value = Buffer.alloc(8);
  value.writeDoubleLE(5);
  const answer = await post(app, "/api/v1/write", handMade(value, Buffer.from([0x10, 0x01])), HEADERS);
  expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining("native histograms")]);
  expect(queue.values).toEqual({ '{__name__="m"}': 5 });
});

test("answers 415 to what is not remote write 1.0, so that a sender falls back to it", async () => {
  const { app } = testIntake();
  const version2 = "application/x-protobuf;proto=io.prometheus.write.v2.Request";
  const body = await pack([{ labels: [["__name__", "m"]], samples: [{ value: 1, timestamp: NOW_MS }] }]);
  const statuses = async (headers: Record<string, string>) => (await post(app, "/api/v1/write", body, headers)).status;
  expect(await statuses({ ...HEADERS, "content-type": version2 })).toBe(415);
  expect(await statuses({ ...HEADERS, "content-type": "application/json" })).toBe(415);
  expect(await statuses({ ...HEADERS, "content-encoding": "zstd" })).toBe(415);
  expect(await statuses({ ...HEADERS, "content-type": "application/x-protobuf;proto=prometheus.WriteRequest" })).toBe(
    204,
  );
});
