import { expect, test } from "vitest";
import { LocalReceiver } from "../receiver.ts";
import { type QueryOptions, queryInstant, queryRange } from "./query.ts";
import { QueryError } from "./query-error.ts";

const AT_MS = 1_700_000_000_000;

function receiverWith(samples: number, seriesCount = 1): QueryOptions {
  const source = new LocalReceiver({ now: () => AT_MS });
  const timestamps = Array.from({ length: samples }, (_, i) => AT_MS - 1000 * (samples - 1 - i));
  const values = timestamps.map((_, i) => i);
  for (let i = 0; i < seriesCount; i++) {
    const labels = [["__name__", "m"] as const, ["i", String(i)] as const];
    source.write([{ labels, timestamps, values }]);
  }
  return { source, maxSamples: 1000 };
}

function refusal(query: string, options: QueryOptions = receiverWith(1)): QueryError {
  try {
    queryInstant(query, AT_MS, options);
  } catch (error) {
    if (error instanceof QueryError) return error;
    throw error;
  }
  throw new Error(`Expected ${query} to be refused`);
}

test.each([
  "topk(2, m)",
  "m + m",
  "m and m",
  "m unless m",
  "m atan2 1",
  "absent(m)",
  "scalar(m)",
  "label_replace(m, `a`, `b`, `c`, `d`)",
  "irate(m[5m])",
  "m[5m:1m]",
  "m @ 1700000000",
  "m @ end()",
  "m offset (1m + 1m)",
  "m[5]",
  "5m",
  "017",
  "1_000",
  '"text"',
  '{"m"}',
  '{"m", "quoted"="x"}',
  'sum by ("x") (m)',
  'm{i=~"(?i)a"}',
  'm{i=~"[[:alpha:]]"}',
  'm{i="\\x41"}',
  "2 * m offset 1m",
  "-m offset 1m",
  `${"(".repeat(200)}m${")".repeat(200)}`,
])("%s is refused with the way to full PromQL, never answered wrongly", (query) => {
  expect(refusal(query)).toMatchObject({
    status: 422,
    errorType: "execution",
    message: expect.stringMatching(/ is not in the local subset; point --receiver at a Prometheus for full PromQL$/),
  });
});

test.each([
  "",
  "m{",
  "m)",
  "sum by (a",
  "m{a=}",
  'm{a="b',
  "{}",
  '{a=~".*"}',
  'm{__name__="n"}',
  "m[0s]",
  "rate(m)",
  "sum(m[5m])",
  "m[5m] + 1",
  "time(m)",
  "rate()",
  "sum(m, m)",
  "1 > 2",
  "m + bool 1",
  "m offset 1m [5m]",
  "(m)[5m]",
  "sum(m) offset 1m",
])("%s is no PromQL", (query) => {
  expect(refusal(query)).toMatchObject({ status: 400, errorType: "bad_data" });
});

test("a query that would load too much is refused as Prometheus and AMP refuse it", () => {
  const options = { ...receiverWith(10, 2), maxSamples: 20 };
  const result = queryInstant("m[1m]", AT_MS, options);
  expect(result).toMatchObject({ type: "matrix", series: { length: 2 } });
  expect(refusal("m[1m]", { ...options, maxSamples: 19 })).toMatchObject({
    status: 422,
    errorType: "execution",
    message: "query processing would load too many samples into memory in query execution",
  });
  const steps = { startMs: AT_MS - 99_000, stepMs: 1000, count: 100 };
  expect(() => queryRange("m", steps, { ...options, maxSamples: 199 })).toThrow("too many samples");
});

test("a range has both its ends, as before Prometheus 3", () => {
  const { source } = receiverWith(3);
  const result = queryInstant("m[2s]", AT_MS, { source, maxSamples: 10 });
  expect(result).toMatchObject({ series: [{ timestamps: Float64Array.of(AT_MS - 2000, AT_MS - 1000, AT_MS) }] });
});

test("a query of ranges has no range query", () => {
  const steps = { startMs: AT_MS, stepMs: 1, count: 1 };
  expect(() => queryRange("m[5m]", steps, receiverWith(1))).toThrow("must be Scalar or instant Vector");
});
