import { BILLING_CHUNK_BYTES, packEntries, type QueueEntry, utf8Length } from "@penstock/model";
import { Child } from "../child.ts";
import { aloneEntry, eventsOf, ourHandler, type Point, pack } from "./consumer.ts";
import { cpuNs, type Line, median, type Size, scaled } from "./measure.ts";
import { PRICES } from "./prices.ts";

const MILLION = 1_000_000;
const MESSAGES = 10;
/** The stack's consumer: 512 MB, of which AWS gives a vCPU for 1,769. */
const MEMORY_GB = 0.5;
const CPU_SHARE: number = 512 / 1_769;
/** Assumed, not measured: what a look and a write wait for AMP. */
const WAIT_SECONDS = 0.06;
const POINTS_LOOKED_AT = 6;
/** A sample a minute for each series. */
const SAMPLES_A_MONTH: number = 30 * 24 * 60;

/** Dollars for a million samples, from counted requests, bytes and CPU time, and the list prices. */
export async function money(size: Size): Promise<Line[]> {
  const points = Array.from({ length: 100 * MESSAGES }, (_, i) => pointOf(i));
  const hundred = await dollarsOf(await pack(points, MESSAGES), 100, size);
  const single = await dollarsOf(points.slice(0, MESSAGES).map(aloneEntry), 1, size);
  const amp = MILLION * PRICES.ingestedSample;
  const cloudWatch = (MILLION / SAMPLES_A_MONTH) * PRICES.customMetricMonth + (MILLION / 1_000) * PRICES.putMetricData;
  const shares = Object.entries(hundred).map(([what, dollars]) => `${what} ${dollars.toFixed(5)}`);
  return [
    {
      ...line("queue and compute, against AMP", hundred.queue + hundred.compute, amp),
      atLeast: 20,
      note: `100 samples in a message; ${shares.join(", ")}`,
    },
    line("all but AMP's ingestion, against it", total(hundred), amp),
    line("against one sample in a message", total(hundred), total(single)),
    line("all, against CloudWatch metrics", total(hundred) + amp, cloudWatch),
  ];
}

function line(name: string, ours: number, theirs: number): Line {
  return { name, unit: "$ for a million samples", ours, theirs, ratio: theirs / ours };
}

interface Dollars {
  readonly queue: number;
  readonly compute: number;
  /** AMP's price of reading back before writing. */
  readonly looks: number;
  /** AMP's price of the receipts that are written along. */
  readonly receipts: number;
}

function total({ queue, compute, looks, receipts }: Dollars): number {
  return queue + compute + looks + receipts;
}

async function dollarsOf(entries: readonly QueueEntry[], samplesEach: number, size: Size): Promise<Dollars> {
  const batches = MILLION / (samplesEach * entries.length);
  // What is received is billed by its size as what is sent; a delete has none.
  const requests = 2 * billedRequests(entries) + 1;
  const seconds = (await cpuSecondsOf(entries, size)) / CPU_SHARE + WAIT_SECONDS;
  return {
    queue: batches * requests * PRICES.queueRequest,
    compute: batches * (PRICES.invocation + seconds * MEMORY_GB * PRICES.gigabyteSecond),
    looks: MILLION * POINTS_LOOKED_AT * PRICES.queriedSample,
    receipts: batches * entries.length * PRICES.ingestedSample,
  };
}

/** What SQS bills for sending these, in calls as our producer makes them. */
function billedRequests(entries: readonly QueueEntry[]): number {
  return packEntries(entries).reduce((billed, call) => {
    const bytes = call.reduce((sum, { body }) => sum + utf8Length(body), 0);
    return billed + Math.ceil(bytes / BILLING_CHUNK_BYTES);
  }, 0);
}

async function cpuSecondsOf(entries: readonly QueueEntry[], size: Size): Promise<number> {
  const sink = new Child("test/bench/sink.ts");
  try {
    const handle = ourHandler(await sink.url());
    const [text] = eventsOf(entries);
    const rounds: number[] = [];
    for (let i = 0; i <= size.rounds; i++)
      rounds.push(await cpuNs(() => handle(JSON.parse(text!)), scaled(30, size), 1));
    return median(rounds.slice(1)) / 1e9;
  } finally {
    await sink.stop();
  }
}

function pointOf(i: number): Point {
  const labels = {
    __name__: "http_requests_total",
    instance: `i-${i % 10}`,
    route: `/orders/${i}`,
    service: "checkout",
  };
  return { labels, atMs: Date.now(), value: 1 };
}
