import type { FifoQueue } from "@penstock/local";
import { encodeGzipMessage, encodeMessage, groupOf, MAX_DECODED_BYTES, type Message, seriesKey } from "@penstock/model";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { penstock } from "../../packages/cli/test/command.ts";
import { type Pipeline, QUEUE, sendBodies, startAmp, startPipeline, storedValues, takeLetters } from "./pipeline.ts";

const MINUTE_MS = 60_000;
const now = Date.now();

/** Something wrong with a message, and what its dead letter says. */
interface Fault {
  readonly reason: string;
  readonly detail: RegExp;
}
type BadBody = Fault & { readonly body: string };
type BadSeries = Fault & { readonly metric?: object; readonly timestamps?: unknown[]; readonly values?: unknown[] };
type BadSample = Fault & { readonly timestamp?: unknown; readonly value?: unknown };

const malformed = "message_malformed";
const bomb = encodeGzipMessage({ v: 1, writer: "a".repeat(MAX_DECODED_BYTES), series: [] });
const BAD_BODIES: readonly (readonly [what: string, BadBody])[] = [
  ["that is not JSON", { body: '{"v":1,', reason: malformed, detail: /^Expected JSON: / }],
  ["of another version", { body: '{"v":2,"series":[]}', reason: malformed, detail: /^Expected `v` to be 1, got 2$/ }],
  ["without series", { body: '{"v":1}', reason: malformed, detail: /^Expected `series` to be a list, got undefined$/ }],
  ["that is a gzip bomb", { body: bomb, reason: malformed, detail: /^Expected `data` to unpack to at most 4194304 / }],
];

const manyLabels = Object.fromEntries(Array.from({ length: 198 }, (_, i) => [`label_${i}`, "v"]));
const BAD_SERIES: readonly (readonly [what: string, BadSeries])[] = [
  [
    "with more timestamps than values",
    { timestamps: [now - 1, now], reason: "series_malformed", detail: /one length, got 2 and 1$/ },
  ],
  [
    "with a label `_unique_id`",
    { metric: { _unique_id: "1" }, reason: "label_reserved", detail: /^Expected no label `_unique_id`/ },
  ],
  [
    "with a label `_group`",
    { metric: { _group: "g1" }, reason: "label_reserved", detail: /^Expected no label `_group`/ },
  ],
  [
    "with ill-formed text",
    { metric: { path: "a\ud800" }, reason: "text_malformed", detail: /in label "path", got a lone surrogate$/ },
  ],
  [
    "with 200 labels",
    { metric: manyLabels, reason: "max_label_names_per_series", detail: /at most 148 labels, got 200$/ },
  ],
  [
    "without a name",
    { metric: { __name__: "" }, reason: "missing_metric_name", detail: /^Expected a label `__name__`/ },
  ],
];

const BAD_SAMPLES: readonly (readonly [what: string, BadSample])[] = [
  [
    "that is NaN where sums are meant",
    { value: "NaN", reason: "value_invalid", detail: /of a delta to be finite, got "NaN"/ },
  ],
  ["without a value", { value: null, reason: "value_invalid", detail: /to be a finite number, .* got null$/ }],
  [
    "in seconds",
    { timestamp: Math.floor(now / 1_000), reason: "timestamp_invalid", detail: /which looks like seconds$/ },
  ],
];
/** These a sender's clock cannot judge. */
const BAD_TIMES: readonly (readonly [what: string, BadSample])[] = [
  [
    "two hours old",
    {
      timestamp: now - 120 * MINUTE_MS,
      reason: "greater_than_max_sample_age",
      detail: /60 minutes of age, got 12\d\.\d: /,
    },
  ],
  [
    "an hour ahead",
    { timestamp: now + 60 * MINUTE_MS, reason: "too_far_in_future", detail: /10 minutes ahead, got [56]\d\.\d: / },
  ],
];

const seriesOf = (row: string, { metric, timestamps = [now], values = [7] }: Omit<BadSeries, keyof Fault>) => ({
  metric: { __name__: "bad_total", row, ...metric },
  timestamps,
  values,
});

let receiver: Awaited<ReturnType<typeof startAmp>>;
let pipeline: Pipeline;
let queue: FifoQueue;

beforeAll(async () => {
  receiver = await startAmp();
  pipeline = await startPipeline(receiver.url);
  queue = pipeline.server.account.createQueue(QUEUE);
});

afterAll(async () => {
  await pipeline?.close();
  await receiver?.close();
});

/** Sends a bad body between two good ones of its group, and resolves with the dead letters once all is settled. */
async function sendBetweenGood(row: string, body: string) {
  const metric = { __name__: "good_total", row };
  const good = (atMs: number, value: number) =>
    encodeMessage({ v: 1, series: [{ metric, timestamps: [atMs], values: [value] }] });
  await sendBodies(pipeline, groupOf(seriesKey(metric)), [good(now - 3, 1), body, good(now - 1, 100)]);
  await allSettled();
  return takeLetters(pipeline);
}

const allSettled = () =>
  vi.waitFor(() => expect(queue.inspect()).toMatchObject({ visible: 0, inFlight: 0 }), { timeout: 20_000 });
const stored = (name: string, row: string) => storedValues(receiver.url, name, row);

/** A message with some bad series, and a good one beside it. */
function messageWith(row: string, bad: object): string {
  const good = { metric: { __name__: "good_total", row }, timestamps: [now - 2], values: [10] };
  return encodeMessage({ v: 1, writer: "hand", series: [bad, good] } as Message);
}

describe("at the consumer", () => {
  test.each(BAD_BODIES)("a body %s is a dead letter, and the messages around it are stored", async (row, bad) => {
    const letters = await sendBetweenGood(row, bad.body);
    expect(letters).toMatchObject([{ series: [], raw: bad.body, rejected: faultOf(bad) }]);
    expect(await stored("good_total", row)).toEqual([1, 100]);
  });

  test.each(BAD_SERIES)("a series %s is a dead letter, and the series around it are stored", async (row, bad) => {
    const series = seriesOf(row, bad);
    const letters = await sendBetweenGood(row, messageWith(row, series));
    expect(letters).toMatchObject([{ writer: "hand", rejected: faultOf(bad) }]);
    expect(letters[0]!.series).toEqual([series]);
    expect(await stored("good_total", row)).toEqual([1, 10, 100]);
    expect(await stored("bad_total", row)).toEqual([]);
  });

  test.each([...BAD_SAMPLES, ...BAD_TIMES])(
    "a sample %s is a dead letter, and the samples around it are stored",
    async (row, bad) => {
      const { timestamp = now - 5, value = 7 } = bad;
      const series = seriesOf(row, { timestamps: [now - 6, timestamp, now - 4], values: [5, value, 6] });
      const letters = await sendBetweenGood(row, messageWith(row, series));
      expect(letters).toMatchObject([{ writer: "hand", rejected: faultOf(bad) }]);
      expect(letters[0]!.series).toEqual([{ metric: series.metric, timestamps: [timestamp], values: [value] }]);
      expect(await stored("good_total", row)).toEqual([1, 10, 100]);
      expect(await stored("bad_total", row)).toEqual([5, 6]);
    },
  );

  test("a sample two hours old that may be restamped is stored when it was sent", async () => {
    const old = seriesOf("restamped", { timestamps: [now - 120 * MINUTE_MS], values: [7] });
    const body = encodeMessage({ v: 1, late: "restamp", series: [old] } as Message);
    expect(await sendBetweenGood("restamped", body)).toEqual([]);
    expect(await stored("bad_total", "restamped")).toEqual([7]);
  });

  test("NaN is a value where it is meant: in a gauge", async () => {
    const gauge = seriesOf("gauge", { values: ["NaN"] });
    expect(await sendBetweenGood("gauge", encodeMessage({ v: 1, kind: "gauge", series: [gauge] } as Message))).toEqual(
      [],
    );
    expect(await stored("bad_total", "gauge")).toEqual([Number.NaN]);
  });
});

function faultOf({ reason, detail }: Fault): object {
  return { reason, detail: expect.stringMatching(detail) };
}

test("`penstock send` names each bad line and why, sends the good ones, and exits with 1", async () => {
  const row = "cli";
  const good = (value: number) => `good_total{row="${row}"} ${value} ${now - 10 + value}`;
  const bad: readonly (readonly [line: string, sentence: RegExp])[] = [
    ["good_total{ 1", /^Expected a label such as a="b", got/],
    ['{"v":1,', /JSON/],
    [bomb, /^series_malformed: Expected `metric` to be an object, got undefined$/],
    ...BAD_SERIES.map(([, fault]): [string, RegExp] => [JSON.stringify(seriesOf(row, fault)), saying(fault)]),
    ...BAD_SAMPLES.map(([, { timestamp = now, value = 7, ...fault }]): [string, RegExp] => [
      JSON.stringify({ ...seriesOf(row, {}), timestamps: [timestamp], values: [value] }),
      saying(fault),
    ]),
  ];
  const input = [good(1), ...bad.map(([line]) => line), good(2), 'bad_total{row="cli"} NaN'].join("\n");
  const { code, stdout, stderr } = await penstock(["send", "--queue", pipeline.queueUrl], { input });
  expect({ code, stdout }).toEqual({
    code: 1,
    stdout: `Sent 2 samples in 1 message; refused ${bad.length + 2}.\n`,
  });
  const complaints = stderr.trimEnd().split("\n");
  for (const [i, [, sentence]] of bad.entries()) {
    const [, number, words] = /^Line (\d+): (.*)$/.exec(complaints[i]!)!;
    expect(Number(number)).toBe(i + 2);
    expect(words).toMatch(sentence);
  }
  expect(complaints[bad.length]).toMatch(/^Line \d+: value_invalid: .*got "NaN"/);
  await allSettled();
  expect(await stored("good_total", row)).toEqual([1, 2]);
  expect(takeLetters(pipeline)).toEqual([]);
});

function saying({ reason, detail }: Fault): RegExp {
  return new RegExp(`^${reason}: .*${detail.source.replace(/^\^/, "")}`);
}

test("`penstock send` sends what only the receiver's clock can judge, and the dead letters say it", async () => {
  const lines = BAD_TIMES.map(([row, { timestamp }]) => `bad_total{row="cli: ${row}"} 1 ${timestamp}`);
  const { code } = await penstock(["send", "--queue", pipeline.queueUrl], { input: lines.join("\n") });
  expect(code).toBe(0);
  await allSettled();
  const reasons = takeLetters(pipeline).map(({ rejected }) => rejected.reason);
  expect(reasons.sort()).toEqual(BAD_TIMES.map(([, { reason }]) => reason).sort());
});
