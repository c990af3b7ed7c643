import type { LabelPairs, Labels } from "@penstock/model";
import { expect, test } from "vitest";
import { AMP_RULES, type CortexRules, type IncomingSeries, LocalReceiver } from "../index.ts";

const MINUTE_MS = 60_000;

/** A receiver with a clock to set. */
function cortex(rules: Partial<CortexRules>) {
  const clock = { nowMs: 1_700_000_000_000 };
  const receiver = new LocalReceiver({ now: () => clock.nowMs, rules: { engine: "cortex", tenant: "t", ...rules } });
  const write = (...series: IncomingSeries[]) => {
    const { status, body, headers } = receiver.write(series);
    return { status, words: body.replace(/^maxFailure .* desc = user=t: /, "").trimEnd(), headers };
  };
  const sample = (labels: Labels, offsetMs = 0, value = 1): IncomingSeries => ({
    labels: Object.entries({ __name__: "m", ...labels }),
    timestamps: [clock.nowMs + offsetMs],
    values: [value],
  });
  return { clock, receiver, write, sample };
}

test("an AMP workspace takes nothing older than an hour, and drops what came with it in one series", () => {
  const { receiver, write, sample, clock } = cortex({ ...AMP_RULES, tenant: "t" });
  const mixed = { ...sample({ x: "1" }), timestamps: [clock.nowMs - 61 * MINUTE_MS, clock.nowMs], values: [1, 2] };
  expect(write(mixed, sample({ x: "2" }))).toMatchObject({
    status: 400,
    words: `timestamp too old: ${clock.nowMs - 61 * MINUTE_MS} metric: "m"`,
  });
  expect(receiver.select([]).map(({ labels }) => labels[1])).toEqual([["x", "2"]]);
  expect(write(sample({ x: "1" }, -60 * MINUTE_MS))).toMatchObject({ status: 200 });
});

test("a rate is tokens that come back; only a receiver that is told so says when", () => {
  const rate = { samplesPerSecond: 10, burst: 20 };
  const silent = cortex({ ingestionRate: rate });
  const many = (count: number, { sample } = silent): IncomingSeries[] =>
    Array.from({ length: count }, (_, i) => sample({ i: `${i}` }));
  expect(silent.write(...many(20)).status).toBe(200);
  const refused = silent.write(...many(1));
  expect(refused).toMatchObject({
    status: 429,
    words: "ingestion rate limit (10) exceeded while adding 1 samples and 0 metadata",
  });
  expect(refused.headers).not.toHaveProperty("retry-after");
  silent.clock.nowMs += 99;
  expect(silent.write(silent.sample({ late: "1" })).status).toBe(429);
  silent.clock.nowMs += 1;
  expect(silent.write(silent.sample({ late: "1" })).status).toBe(200);
  silent.clock.nowMs += 3_600_000;
  expect(silent.write(...many(21)).status).toBe(429);

  const talking = cortex({ ingestionRate: { ...rate, retryAfterSeconds: 7 } });
  talking.write(...many(20, talking));
  expect(talking.write(...many(1, talking)).headers).toMatchObject({ "retry-after": "7" });
});

test("another replica is elected when the elected one has been silent for half a minute", () => {
  const { clock, receiver, write, sample } = cortex({ haDedupe: true });
  const from = (replica: string) => sample({ cluster: "c", __replica__: replica });
  expect(write(from("a")).status).toBe(200);
  clock.nowMs += 29_999;
  expect(write(from("b"))).toMatchObject({
    status: 202,
    words: "replicas did not match, rejecting sample: replica=b, elected=a",
  });
  clock.nowMs += 1;
  expect(write(from("b")).status).toBe(200);
  expect(write(from("a")).status).toBe(202);
  expect(receiver.select([]).map(({ labels, timestamps }) => [labels, timestamps.length])).toEqual([
    [
      [
        ["__name__", "m"],
        ["cluster", "c"],
      ],
      2,
    ],
  ]);
});

test("the first series speaks for the whole request", () => {
  const { write, sample } = cortex({ haDedupe: true });
  write(sample({ cluster: "c", __replica__: "a" }));
  const other = sample({ cluster: "c", __replica__: "b" });
  expect(write(other, sample({ x: "1" })).status).toBe(202);
  expect(write(sample({ x: "1" }), other).status).toBe(200);
});

test("a label set's limit stops its series and no others", () => {
  const maxSeriesPerLabelSet = [
    { labelSet: { team: "a" }, maxSeries: 1 },
    { labelSet: {}, maxSeries: 2 },
  ];
  const { write, sample } = cortex({ maxSeriesPerLabelSet });
  const statuses = ["1", "2"].map((x) => write(sample({ team: "a", x })).status);
  expect(statuses).toEqual([200, 400]);
  expect(write(sample({ team: "a", x: "3" })).words).toBe(
    'per-labelset series limit of 1 exceeded (labelSet: {team="a"}, local limit: 1 global limit: 1 actual) ' +
      'for series {__name__="m", team="a", x="3"}',
  );
  expect(["1", "2", "3"].map((x) => write(sample({ x })).status)).toEqual([200, 200, 400]);
  expect(write(sample({ team: "a", x: "1" }, 1)).status).toBe(200);
});

test.each<[string, LabelPairs, Partial<CortexRules>, string]>([
  [
    "labels in all",
    [
      ["__name__", "m"],
      ["a", "x".repeat(9)],
    ],
    { maxLabelsBytes: 20 },
    `labels size bytes exceeded for metric (actual: 27, limit: 20) metric: "m{a=\\"xxxxxxxxx\\"}"`,
  ],
  [
    "a label's name",
    [
      ["__name__", "m"],
      ["abc", "x"],
    ],
    { maxLabelNameBytes: 8, maxLabelValueBytes: 9 },
    "",
  ],
  [
    "a label's value, in bytes",
    [
      ["__name__", "m"],
      ["a", "éé"],
    ],
    { maxLabelValueBytes: 3 },
    `label value too long for metric (actual: 4, limit: 3) metric: "m{a=\\"éé\\"}" label name: "a" label value: "éé"`,
  ],
  ["nothing but an empty name", [["__name__", ""]], {}, `sample invalid metric name: ""`],
  [
    "a bad name with a bad label",
    [
      ["__name__", "a-b"],
      ["c-d", "e"],
    ],
    {},
    `sample invalid metric name: "a-b"`,
  ],
])("refuses %s by its limit", (_what, labels, rules, words) => {
  const { write, sample } = cortex(rules);
  expect(write({ ...sample({}), labels })).toMatchObject({ status: words === "" ? 200 : 400, words });
});

test("−0 is 0 to Cortex, and another value to Prometheus", () => {
  const { receiver, write, sample } = cortex({});
  expect([write(sample({}, 0, -0)).status, write(sample({}, 0, 0)).status]).toEqual([200, 200]);
  expect(receiver.select([])[0]!.values).toEqual(Float64Array.of(0));
  const prometheus = new LocalReceiver({ now: () => 0, rules: { engine: "prometheus" } });
  const statuses = [-0, 0].map((value) => prometheus.write([sample({}, 0, value)]).status);
  expect(statuses).toEqual([204, 400]);
});

test("empty labels count for nothing", () => {
  const { receiver, write, sample } = cortex({ maxLabels: 2 });
  const labels: LabelPairs = [
    ["z", ""],
    ["y-y", ""],
    ["b", "1"],
    ["__name__", "m"],
  ];
  expect(write({ ...sample({}), labels })).toMatchObject({ status: 200 });
  expect(receiver.select([]).map((series) => series.labels)).toEqual([
    [
      ["__name__", "m"],
      ["b", "1"],
    ],
  ]);
});
