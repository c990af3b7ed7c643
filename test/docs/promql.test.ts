import { flush, type QueueRecord } from "@penstock/flusher";
import { type Clock, encodeMessage, groupOf, type Kind, type Labels, seriesKey } from "@penstock/model";
import { createReceiver, receiverUrls } from "@penstock/remote-write";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describePrometheus, type Prometheus, startPrometheus } from "../prometheus.ts";
import { namedBlocks, readPage } from "./pages.ts";

/** The page brings its own data, queries and answers. */
const PAGE = "docs/lanes-and-kinds.md";

interface Arrival {
  readonly arrivesMs: number;
  readonly kind: Kind;
  readonly metric: Labels;
  readonly samples: readonly { readonly agoMs: number; readonly value: number }[];
}

interface Example {
  readonly query: string;
  readonly answer: string;
}

/** One answer: the labels that the page names, and the value. */
interface Row {
  readonly labels: Labels;
  readonly value: number;
}

const ARRIVAL = /^(\d+)\s+(delta|gauge|cumulative)\s+(\w+)\{(.*)\}\s+(.+)$/;
const ADDED_UP = /^(\S+), the points of (\d+)m in steps of (\d+)m added up$/;

function readArrivals(text: string): Arrival[] {
  const lines = text.split("\n").filter((line) => line.trim() !== "" && !line.startsWith("#"));
  return lines.map((line) => {
    const [, arrives, kind, name, labels, samples] = ARRIVAL.exec(line)!;
    return {
      arrivesMs: Number(arrives) * 1000,
      kind: kind as Kind,
      metric: { __name__: name!, ...readLabels(labels!) },
      samples: samples!
        .trim()
        .split(/\s+/)
        .map((sample) => {
          const [ago, value] = sample.split(":").map(Number);
          return { agoMs: ago! * 1000, value: value! };
        }),
    };
  });
}

function readLabels(text: string): Labels {
  return Object.fromEntries([...text.matchAll(/(\w+)="(.*?)"/g)].map(([, name, value]) => [name!, value!]));
}

/** Queries and answers of the page's `promql` blocks: a query, then its answer behind `# →`. */
function readExamples(page: string): Example[] {
  const blocks = [...page.matchAll(/^```promql\n(.*?)^```$/gms)].map(([, block]) => block!);
  return blocks.flatMap((block) =>
    block.split("\n\n").map((stanza) => {
      const lines = stanza.trim().split("\n");
      const answer = lines.at(-1)!.match(/^# → (.+)$/)?.[1];
      if (answer === undefined) throw new Error(`Expected an answer behind \`# →\`, got ${lines.at(-1)}`);
      return { query: lines.filter((line) => !line.startsWith("#")).join("\n"), answer };
    }),
  );
}

/** `{a="b"} 1, {a="c"} 2`, or `3` for an answer of one row. */
function readRows(answer: string): Row[] {
  if (answer === "nothing") return [];
  return answer.split(/, (?=\{)/).map((row) => {
    const [, labels = "", value] = /^(?:\{(.*)\} )?(\S+)$/.exec(row)!;
    return { labels: readLabels(labels), value: Number(value) };
  });
}

const examples = readExamples(readPage(PAGE));
const arrivals = readArrivals(namedBlocks(PAGE).get("arrivals")!);

/** Each message through the flusher at the time at which it arrives; those that arrive together in one batch. */
async function write(prometheus: Prometheus, nowMs: number): Promise<void> {
  const receiver = createReceiver(receiverUrls({ url: prometheus.url }));
  const batches = Map.groupBy(arrivals, ({ arrivesMs }) => arrivesMs);
  for (const [arrivesMs, batch] of [...batches].sort(([a], [b]) => b - a)) {
    const atMs = nowMs - arrivesMs;
    const clock: Clock = { now: () => atMs, sleep: async () => undefined, random: () => 0.5 };
    const ports = { receiver, clock, deadLetters: { send: async () => [] } };
    const { report } = await flush(
      batch.map((arrival, i) => toRecord(arrival, `${arrivesMs}-${i}`, nowMs)),
      atMs + 60_000,
      ports,
    );
    expect(report).toMatchObject({ received: report.stored, rejected: {}, returned: 0, warnings: [] });
  }
}

function toRecord({ arrivesMs, kind, metric, samples }: Arrival, id: string, nowMs: number): QueueRecord {
  const timestamps = samples.map(({ agoMs }) => nowMs - agoMs);
  const values = samples.map(({ value }) => value);
  return {
    messageId: id,
    deduplicationId: id,
    body: encodeMessage({ v: 1, id, kind, series: [{ metric, timestamps, values }] }),
    group: groupOf(seriesKey(metric)),
    sentAtMs: nowMs - arrivesMs,
    receiveCount: 1,
  };
}

describePrometheus("the queries of docs/lanes-and-kinds.md", () => {
  // On a step of a minute, as a graph's points are.
  const nowMs = Math.floor(Date.now() / 60_000) * 60_000;
  let prometheus: Prometheus;
  beforeAll(async () => {
    prometheus = await startPrometheus();
    await write(prometheus, nowMs);
  });
  afterAll(() => prometheus?.stop());

  async function ask(path: string, form: Readonly<Record<string, string>>): Promise<Result[]> {
    const response = await fetch(`${prometheus.url}/api/v1/${path}`, {
      method: "POST",
      body: new URLSearchParams(form),
    });
    const { data, error } = (await response.json()) as { data?: { result: Result[] }; error?: string };
    if (data === undefined) throw new Error(error);
    return data.result;
  }

  /** What a graph's points come to; the first point looks back before the time that is asked about, so it is not one. */
  async function addUp(query: string, minutes: number, stepMinutes: number): Promise<number> {
    const result = await ask("query_range", {
      query,
      start: String(nowMs / 1000 - (minutes - stepMinutes) * 60),
      end: String(nowMs / 1000),
      step: `${stepMinutes}m`,
    });
    return result.flatMap(({ values }) => values!).reduce((sum, [, value]) => sum + Number(value), 0);
  }

  test.each(examples)("$query", async ({ query, answer }) => {
    const graph = ADDED_UP.exec(answer);
    if (graph) {
      expect(await addUp(query, Number(graph[2]), Number(graph[3]))).toBeCloseTo(Number(graph[1]), 6);
      return;
    }
    const rows = readRows(answer);
    const result = await ask("query", { query, time: String(nowMs / 1000) });
    const found = result.map(({ metric, value }) => ({ metric, value: Number(Number(value![1]).toPrecision(4)) }));
    expect(found).toHaveLength(rows.length);
    for (const { labels, value } of rows) {
      expect(found).toContainEqual({ metric: expect.objectContaining(labels), value });
    }
  });
});

interface Result {
  readonly metric: Labels;
  readonly value?: readonly [seconds: number, value: string];
  readonly values?: readonly (readonly [seconds: number, value: string])[];
}

test("docs/lanes-and-kinds.md shows each of its metrics by a query", () => {
  const asked = examples.map(({ query }) => query).join("\n");
  for (const { metric } of arrivals) expect(asked).toContain(metric.__name__);
  expect(examples.length).toBeGreaterThan(20);
});
