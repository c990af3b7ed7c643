import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { encodeWrite, WRITE_HEADERS } from "../../../../../test/contract/write-body.ts";
import { describePrometheus, type Prometheus, startPrometheus } from "../../../../../test/prometheus.ts";
import { type IncomingSeries, LocalReceiver, type ReceiverServer, startReceiverServer } from "../index.ts";

const SPAN_MS = 15 * 60_000;
const STALE: number = new Float64Array(BigUint64Array.of(0x7ff0000000000002n).buffer)[0]!;

describePrometheus("the local PromQL and that of a Prometheus 2.42", () => {
  let prometheus: Prometheus;
  let local: ReceiverServer;
  // One span for all runs, as a sample over an hour behind the newest is refused.
  const startMs = Math.floor(Date.now() / 60_000) * 60_000 - SPAN_MS;

  beforeAll(async () => {
    prometheus = await startPrometheus();
    const receiver = new LocalReceiver({ now: Date.now, rules: { engine: "prometheus" } });
    local = await startReceiverServer({ receiver });
  });
  afterAll(async () => {
    await local?.close();
    await prometheus?.stop();
  });

  async function writeBoth(series: readonly IncomingSeries[]): Promise<void> {
    const body = await encodeWrite(series);
    for (const { url } of [prometheus, local]) {
      const response = await fetch(`${url}/api/v1/write`, { method: "POST", headers: WRITE_HEADERS, body });
      expect([response.status, await response.text()]).toEqual([204, ""]);
    }
  }

  async function expectSame(path: string, parameters: Record<string, string>): Promise<void> {
    const ask = async (url: string): Promise<unknown> => {
      const response = await fetch(`${url}/api/v1/${path}`, { method: "POST", body: new URLSearchParams(parameters) });
      return comparable((await response.json()) as Answer);
    };
    const [theirs, ours] = await Promise.all([ask(prometheus.url), ask(local.url)]);
    expect({ parameters, answer: settle(ours, theirs) }).toEqual({ parameters, answer: theirs });
  }

  test("say the same of every query that both have", async () => {
    let run = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(series(startMs), { minLength: 1, maxLength: 6 }),
        fc.array(query(), { minLength: 20, maxLength: 20 }),
        fc.integer({ min: -SPAN_MS / 10, max: (SPAN_MS * 14) / 10 }).map(roundedForHalf),
        fc.constantFrom("1s", "17", "60.5", "1m", "5m1ms"),
        async (drawn, queries, offsetMs, step) => {
          const name = `r${++run}`;
          await writeBoth(merged(drawn.map((one) => renamed(one, name))));
          const at = (ms: number): string => (ms / 1000).toFixed(3);
          for (const text of queries.map((drawnQuery) => drawnQuery.replaceAll("RUN", name))) {
            const time = startMs + offsetMs;
            await expectSame("query", { query: text, time: at(time) });
            if (!/\]( offset \S+)?$/.test(text)) {
              await expectSame("query_range", { query: text, start: at(startMs), end: at(time), step });
            }
          }
        },
      ),
      // Without shrinking: the difference names its query.
      { numRuns: 40, endOnFailure: true },
    );
  });

  test("say the same where chance seldom leads", async () => {
    const one = (name: string, offsetsMs: number[]): IncomingSeries => ({
      labels: [["__name__", name]],
      timestamps: offsetsMs.map((offset) => startMs + offset),
      values: offsetsMs.map((_, i) => i + 1),
    });
    // Two metrics whose series become one without their names, and which have samples by turns.
    await writeBoth([one("turn_a", [0, 1000]), one("turn_b", [600_000, 601_000])]);
    const [start, end] = [startMs, startMs + 600_000].map((ms) => (ms / 1000).toFixed(3)) as [string, string];
    for (const query of [
      '{__name__=~"turn_."} * 2',
      'timestamp({__name__=~"turn_."})',
      '-{__name__=~"turn_."}',
      'increase({__name__=~"turn_."}[1m])',
      'last_over_time({__name__=~"turn_."}[1m])',
      "turn_a",
    ]) {
      for (const step of ["300", "600"]) await expectSame("query_range", { query, start, end, step });
    }
    // The lookback's very end, and what is just beyond it.
    for (const time of [300_999, 301_000, 301_001]) {
      await expectSame("query", { query: "turn_a", time: ((startMs + time) / 1000).toFixed(3) });
    }
  });
});

/** The metrics of a run are `RUNa` and `RUNb`. */
function renamed({ labels, ...samples }: IncomingSeries, run: string): IncomingSeries {
  return {
    ...samples,
    labels: labels.map(([name, value]) => [name, name === "__name__" ? run + value : value] as const),
  };
}

/** Each series once: in a second entry nothing would be in order. */
function merged(all: readonly IncomingSeries[]): IncomingSeries[] {
  return [...new Map(all.map((one) => [JSON.stringify(one.labels), one])).values()];
}

/** Half of the times are round, so that samples lie at the very ends of ranges. */
function roundedForHalf(ms: number): number {
  return ms % 2 === 0 ? ms : Math.max(1, Math.ceil(ms / 30_000)) * 30_000;
}

function series(startMs: number): fc.Arbitrary<IncomingSeries> {
  const labels = fc
    .record({
      __name__: fc.constantFrom("a", "b"),
      x: fc.constantFrom("", "1", "2", "a b"),
      y: fc.constantFrom("", "é"),
    })
    .map((drawn) => Object.entries(drawn).filter(([, value]) => value !== ""));
  const gaps = fc.array(fc.integer({ min: 1, max: 120_000 }).map(roundedForHalf), { minLength: 1, maxLength: 30 });
  const value = fc.oneof(
    { weight: 8, arbitrary: fc.integer({ min: 0, max: 20 }) },
    { weight: 2, arbitrary: fc.double({ noNaN: true, min: -1e6, max: 1e6 }) },
    { weight: 1, arbitrary: fc.constantFrom(Number.NaN, Infinity, -Infinity, 0, STALE, STALE) },
  );
  return fc.tuple(labels, gaps, fc.array(value, { minLength: 30, maxLength: 30 })).map(([drawn, gap, values]) => {
    const timestamps: number[] = [];
    for (const ms of gap) {
      const next = (timestamps.at(-1) ?? startMs) + ms;
      if (next <= startMs + SPAN_MS) timestamps.push(next);
    }
    return { labels: drawn, timestamps, values: Float64Array.from(values.slice(0, timestamps.length)) };
  });
}

function query(): fc.Arbitrary<string> {
  const matcher = fc.constantFrom(
    `x="1"`,
    `x!="1"`,
    `x=""`,
    `x=~"1|2"`,
    `x=~"(?:1|a.*)?"`,
    `x!~"[12]"`,
    `y=~".+"`,
    `y="\\u00e9"`,
    "x=`a b`",
    `x='a b'`,
  );
  const matchers = fc.uniqueArray(matcher, { maxLength: 2 }).map((list) => list.join(","));
  const name = fc.constantFrom("RUNa", "RUNb");
  const selector = fc.oneof(
    fc.tuple(name, matchers).map(([metric, list]) => (list === "" ? metric : `${metric}{${list}}`)),
    fc.tuple(name, matchers).map(([metric, list]) => `{__name__="${metric}"${list === "" ? "" : `,${list}`}}`),
    fc.constantFrom(`{__name__=~"RUN."}`, `{__name__=~"RUN[ab]",x!=""}`),
  );
  const offset = fc.constantFrom("", "", "", " offset 1m", " offset -90s", " offset 1m1ms");
  const range = fc.constantFrom("[123ms]", "[30s]", "[1m]", "[1m30s]", "[5m]", "[1h]");
  const ranged = fc.tuple(selector, range, offset).map((parts) => parts.join(""));
  const number = fc.constantFrom("0", "1", "2", "10", "0.5", "1e2", "0x10", "-3", "+4", "Inf", "NaN", ".5");
  const overRange = fc.constantFrom(
    "rate",
    "increase",
    "sum_over_time",
    "count_over_time",
    "max_over_time",
    "min_over_time",
    "avg_over_time",
    "last_over_time",
  );
  const arithmetic = fc.constantFrom("+", "-", "*", "/", "%");
  const comparison = fc.constantFrom("==", "!=", ">", "<", ">=", "<=");
  const { scalar, vector } = fc.letrec<{ scalar: string; vector: string }>((tie) => ({
    scalar: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      number,
      fc.constant("time()"),
      fc.tuple(tie("scalar"), arithmetic, tie("scalar")).map((parts) => parts.join(" ")),
      fc.tuple(tie("scalar"), comparison, tie("scalar")).map(([l, op, r]) => `(${l} ${op} bool ${r})`),
      fc.tuple(fc.constantFrom("-", "+", ""), tie("scalar")).map(([sign, of]) => `${sign}(${of})`),
    ),
    vector: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      fc.tuple(selector, offset).map(([of, by]) => (by === "" ? of : `(${of}${by})`)),
      fc.tuple(overRange, ranged).map(([call, of]) => `${call}(${of})`),
      fc
        .tuple(
          fc.constantFrom("sum", "avg", "min", "max", "count", "SUM"),
          fc.constantFrom("", " by (x)", " by (x, y)", " without (x)", " without ()", " by (__name__)", " by ()"),
          tie("vector"),
        )
        .map(([call, by, of]) => `${call}${by} (${of})`),
      fc.tuple(tie("vector"), arithmetic, tie("scalar")).map(([l, op, r]) => `${l} ${op} ${r}`),
      fc.tuple(tie("scalar"), arithmetic, tie("vector")).map(([l, op, r]) => `(${l}) ${op} ${r}`),
      fc
        .tuple(tie("vector"), comparison, fc.constantFrom("", " bool"), tie("scalar"))
        .map(([l, op, bool, r]) => `(${l} ${op}${bool} (${r}))`),
      fc
        .tuple(tie("scalar"), comparison, fc.constantFrom("", " bool"), tie("vector"))
        .map(([l, op, bool, r]) => `((${l}) ${op}${bool} (${r}))`),
      fc.tuple(fc.constantFrom("-", "+", ""), tie("vector")).map(([sign, of]) => `${sign}(${of})`),
      tie("vector").map((of) => `timestamp(${of})`),
    ),
  }));
  // Powers differ in their last bits from one library to the next, which a remainder would make much of.
  const power = fc.tuple(selector, fc.constantFrom("2", "-1", "0.5", "-2 ^ 2", "Inf"), fc.boolean());
  return fc.oneof(
    { weight: 1, arbitrary: scalar },
    { weight: 1, arbitrary: power.map(([of, by, swapped]) => (swapped ? `${by} ^ ${of}` : `${of} ^ ${by}`)) },
    { weight: 2, arbitrary: ranged },
    { weight: 10, arbitrary: vector },
  );
}

type Point = [seconds: number, value: string];
interface Answer {
  readonly status: string;
  readonly errorType?: string;
  readonly data?: {
    readonly resultType: string;
    readonly result: Point | { metric: Record<string, string>; value?: Point; values?: Point[] }[];
  };
}

/** An answer without the order of its series. */
function comparable({ status, errorType, data }: Answer): unknown {
  if (!data) return { status, errorType };
  const { resultType, result } = data;
  if (resultType === "scalar") return data;
  const series = (result as { metric: Record<string, string> }[])
    .map(({ metric, ...points }) => ({ key: JSON.stringify(Object.entries(metric).sort()), ...points }))
    .sort((a, b) => (a.key < b.key ? -1 : 1));
  return { resultType, series };
}

/** Our answer, with their value wherever ours is as near as a sum in another order. */
function settle(ours: unknown, theirs: unknown): unknown {
  if (typeof ours === "string" && typeof theirs === "string")
    return isNear(Number(ours), Number(theirs)) ? theirs : ours;
  if (Array.isArray(ours) && Array.isArray(theirs)) return ours.map((value, i) => settle(value, theirs[i]));
  if (typeof ours !== "object" || ours === null || typeof theirs !== "object" || theirs === null) return ours;
  const other = theirs as Record<string, unknown>;
  return Object.fromEntries(Object.entries(ours).map(([key, value]) => [key, settle(value, other[key])]));
}

function isNear(a: number, b: number): boolean {
  return Math.abs(a - b) <= Math.max(1e-8, 1e-12 * Math.abs(b));
}
