import { createHandler } from "@penstock/consumer";
import { type Labels, type QueueEntry, systemClock } from "@penstock/model";
import { createProducerOver } from "@penstock/producer";
import { createReceiver } from "@penstock/remote-write";
import type { Context, SQSEvent } from "aws-lambda";
import { createSignedFetcher } from "aws-sigv4-fetch";
import { pushTimeseries } from "prometheus-remote-write-stock";
import { sqsRecord } from "../../packages/consumer/test/records.ts";
import { Child } from "../child.ts";
import { compare, cpuNs, type Line, median, type Size, scaled } from "./measure.ts";

const REGION = "eu-west-1";
const CREDENTIALS = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY" };
const CONTEXT = { awsRequestId: "bench", getRemainingTimeInMillis: () => 60_000 } as Context;

const SERIES = 100;
const SAMPLES_PER_SERIES = 10;
const LATE_SHARE = 0.05;

export interface Point {
  readonly labels: Labels;
  readonly atMs: number;
  readonly value: number;
}

/** SQS event JSON → accepted remote write: CPU of the consumer for each sample. */
export async function consumer(size: Size): Promise<Line[]> {
  const sink = new Child("test/bench/sink.ts");
  const receiver = new Child("test/bench/late-receiver.ts");
  try {
    return [...(await inOrder(await sink.url(), size)), await fivePercentLate(await receiver.url(), size)];
  } finally {
    await Promise.all([sink.stop(), receiver.stop()]);
  }
}

async function inOrder(url: string, size: Size): Promise<Line[]> {
  const points = somePoints(0, 0, size);
  const packed = await eventsOf(await pack(points));
  const alone = eventsOf(points.map(aloneEntry));
  const handle = ourHandler(url);
  const push = articleLoop(url);
  const asUsed = await compare(
    () => all(packed, handle),
    () => all(alone, push),
    points.length,
    size,
  );
  const same = eventsOf(chunk(points, 100).map(togetherEntry));
  const sameMessages = await compare(
    () => all(same, handle),
    () => all(same, push),
    points.length,
    size,
  );
  return [
    { name: "consumer, in order", unit: "ns/sample", ...asUsed, atLeast: 10, note: "each with its own messages" },
    { name: "consumer, the same messages", unit: "ns/sample", ...sameMessages, note: "100 samples in each" },
  ];
}

/** Samples that come late need another place; each round has series of its own. */
async function fivePercentLate(url: string, size: Size): Promise<Line> {
  const handle = ourHandler(url);
  const push = articleLoop(url);
  const rounds: { ours: number; theirs: number }[] = [];
  for (let round = 0; round <= size.rounds; round++) {
    const own = somePoints(2 * round, LATE_SHARE, size);
    const packed = eventsOf(await pack(own));
    const alone = eventsOf(somePoints(2 * round + 1, LATE_SHARE, size).map(aloneEntry));
    const ours = await cpuNs(() => all(packed, handle), 1, own.length);
    const theirs = await cpuNs(() => all(alone, push), 1, own.length);
    // The first round warms both up.
    if (round > 0) rounds.push({ ours, theirs });
  }
  return {
    name: "consumer, 5 % late",
    unit: "ns/sample",
    ours: median(rounds.map(({ ours }) => ours)),
    theirs: median(rounds.map(({ theirs }) => theirs)),
    ratio: median(rounds.map(({ ours, theirs }) => theirs / ours)),
    atLeast: 5,
    note: "each with its own messages",
  };
}

type Handle = (event: SQSEvent) => Promise<unknown>;

async function all(texts: readonly string[], handle: Handle): Promise<void> {
  for (const text of texts) await handle(JSON.parse(text));
}

/** The real handler, signing as it does for AMP. */
export function ourHandler(url: string): Handle {
  const receiver = createReceiver({
    writeUrl: `${url}/api/v1/write`,
    queryUrl: `${url}/api/v1/query`,
    region: REGION,
    credentials: () => Promise.resolve(CREDENTIALS),
  });
  const deadLetters = { send: () => Promise.reject(new Error("Expected no dead letter")) };
  const ports = { receiver, deadLetters, clock: systemClock };
  const handler = createHandler({ ports, visibilityTimeoutMs: 180_000, onReport: () => undefined });
  return async (event) => {
    const { batchItemFailures } = await handler(event, CONTEXT);
    if (batchItemFailures.length > 0)
      throw new Error(`Expected all to be stored, got ${batchItemFailures.length} back`);
  };
}

/** One push for each message, in another lane while it is refused. */
function articleLoop(url: string): Handle {
  const fetch = createSignedFetcher({ service: "aps", region: REGION, credentials: CREDENTIALS });
  const headers = { "Content-Encoding": "snappy", "X-Prometheus-Remote-Write-Version": "0.1.0" };
  const options = { url: `${url}/api/v1/write`, fetch: fetch as never, headers };
  return async ({ Records }) => {
    for (const { body } of Records) {
      const points = JSON.parse(body).series as { metric: Labels; timestamps: number[]; values: number[] }[];
      for (let lane = 1; lane <= 10; lane++) {
        const timeseries = points.map(({ metric, timestamps, values }) => ({
          labels: { ...metric, _unique_id: String(lane) } as unknown as { __name__: string },
          samples: timestamps.map((timestamp, i) => ({ timestamp, value: values[i]! })),
        }));
        const { status } = await pushTimeseries(timeseries, options);
        if (status < 300) break;
      }
    }
  };
}

function somePoints(round: number, lateShare: number, size: Size): Point[] {
  const startMs = Date.now() - 20 * 60_000;
  const series = scaled(SERIES, size);
  return Array.from({ length: series * SAMPLES_PER_SERIES }, (_, n): Point => {
    const [i, j] = [n % series, Math.floor(n / series)];
    const late = n % Math.round(1 / (lateShare || 1e-9)) === 1 && j > 2;
    return {
      labels: {
        __name__: "http_server_requests_total",
        method: i % 3 === 0 ? "POST" : "GET",
        round: String(round),
        route: `/api/v1/customers/{id}/orders/${i}`,
        service: "checkout-service",
        status: String(200 + (i % 5)),
      },
      atMs: startMs + j * 15_000 - (late ? 40_000 : 0),
      value: 1 + (n % 7),
    };
  });
}

/** By our own producer, into so many groups. */
export async function pack(points: readonly Point[], groups?: number): Promise<QueueEntry[]> {
  const sent: QueueEntry[] = [];
  const sendBatch = (entries: readonly QueueEntry[]) => {
    sent.push(...entries);
    return Promise.resolve([]);
  };
  const producer = createProducerOver(sendBatch, { clock: systemClock, flushIntervalMs: 0, ...(groups && { groups }) });
  for (const { labels, atMs, value } of points) {
    producer.send([{ metric: labels, timestamps: [atMs], values: [value] }]);
  }
  await producer.close();
  return sent;
}

/** One sample, one message: what a service sends that has no producer to pack for it. */
export function aloneEntry(point: Point, n: number): QueueEntry {
  return togetherEntry([point], n);
}

function togetherEntry(points: readonly Point[], n: number): QueueEntry {
  const series = points.map(({ labels, atMs, value }) => ({ metric: labels, timestamps: [atMs], values: [value] }));
  return { body: JSON.stringify({ v: 1, id: `message-${n}`, series }), group: "g1", deduplicationId: `message-${n}` };
}

/** SQS events of ten records, as text. */
export function eventsOf(entries: readonly QueueEntry[]): string[] {
  return chunk(entries, 10).map((some) =>
    JSON.stringify({
      Records: some.map(({ body, group, deduplicationId }) =>
        sqsRecord({ messageId: deduplicationId, body, group, deduplicationId, sentAtMs: Date.now(), receiveCount: 1 }),
      ),
    }),
  );
}

function chunk<T>(list: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, i) => list.slice(i * size, (i + 1) * size));
}
