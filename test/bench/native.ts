import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { LOCAL_DEAD_LETTER_QUEUE, LOCAL_QUEUE, startQueueServer } from "@penstock/local";
import { type MessageSeries, systemClock } from "@penstock/model";
import { createProducerOver } from "@penstock/producer";
import { Child } from "../child.ts";
import { startPrometheus } from "../prometheus.ts";
import { isOnPath } from "../require.ts";
import { type Line, type Size, scaled } from "./measure.ts";

const LATE_RECEIVER = "test/bench/late-receiver.ts";
const SERIES = 10_000;
const METRIC = "http_server_requests_total";
const JOB = "bench";
/** Times that each round's samples have, and Prometheus's scrape interval. */
const INTERVAL_MS = 1_000;
/** Not counted: Node compiles what is hot, and Prometheus meets its series. */
const WARM_UP_ROUNDS = 8;
const ROUNDS_A_ROUND = 2;
/** For the few that do not fill a request; the rest is as it comes. */
const QUEUE_CONFIG = { batch_send_deadline: "1s" };
const DRAIN_TIMEOUT_MS = 60_000;
const POLL_MS = 20;
/** Linux, proc(5): `sysconf(_SC_CLK_TCK)`, 100 on every architecture that Node runs on. */
const TICK_MS = 10;

/**
 * CPU for each sample of Prometheus sending what it scraped, and of our worker sending what it took from a queue, to
 * receivers with AMP's rules, at the same time and the same pace. A second Prometheus that scrapes the same and sends
 * nothing says what of it is scraping.
 */
export async function native(size: Size): Promise<Line[]> {
  if (!isOnPath("prometheus")) {
    process.stderr.write("SKIPPED native: no `prometheus` on the PATH (Debian: apt-get install prometheus)\n");
    return [];
  }
  const closing: (() => Promise<unknown>)[] = [];
  try {
    return await compareSenders(size, closing);
  } finally {
    for (const close of closing.reverse()) await close();
  }
}

async function compareSenders(size: Size, closing: (() => Promise<unknown>)[]): Promise<Line[]> {
  const target = await startTarget(scaled(SERIES, size));
  closing.push(target.close);
  const theirs = new Child(LATE_RECEIVER);
  closing.push(() => theirs.stop());
  const theirUrl = await theirs.url();
  const sending = await startPrometheus({ config: () => scraping(target.address, `${theirUrl}/api/v1/write`) });
  closing.push(sending.stop);
  const quiet = await startPrometheus({ config: () => scraping(target.address, undefined) });
  closing.push(quiet.stop);
  const ours = new Child(LATE_RECEIVER);
  closing.push(() => ours.stop());
  const ourUrl = await ours.url();
  const worker = await startOurs(ourUrl, target);
  closing.push(worker.stop);

  const rounds = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i++) await Promise.all([worker.round(), sleep(INTERVAL_MS)]);
  };
  await rounds(scaled(WARM_UP_ROUNDS, size));
  const takeStock = async (): Promise<Stock> => {
    const [ourSamples, theirSamples] = [await acceptedBy(ourUrl), await acceptedBy(theirUrl)];
    const [workerMs, sendingMs, quietMs] = [cpuMs(worker.pid), cpuMs(sending.pid), cpuMs(quiet.pid)];
    return { workerMs, sendingMs, quietMs, ourSamples, theirSamples };
  };
  const before = await takeStock();
  await rounds(ROUNDS_A_ROUND * size.rounds);
  const after = await takeStock();
  const spent = (read: (stock: Stock) => number): number => read(after) - read(before);

  const own = perSample(
    spent(({ workerMs }) => workerMs),
    spent(({ ourSamples }) => ourSamples),
  );
  const theirSamples = spent(({ theirSamples }) => theirSamples);
  const whole = perSample(
    spent(({ sendingMs }) => sendingMs),
    theirSamples,
  );
  const scrape = perSample(
    spent(({ quietMs }) => quietMs),
    theirSamples,
  );
  const counted = `${spent(({ ourSamples }) => ourSamples)} and ${theirSamples} samples accepted`;
  const line = (name: string, their: number, note: string): Line => ({
    name,
    unit: "ns/sample",
    ours: own,
    theirs: their,
    ratio: their / own,
    note,
  });
  return [
    line("worker, against Prometheus sending", whole - scrape, `scraping left out; ${counted}`),
    line("worker, against all of Prometheus", whole, `scraping and its own storage are ${scrape.toFixed(0)} of it`),
  ];
}

function perSample(cpuMs: number, samples: number): number {
  return (cpuMs * 1e6) / samples;
}

interface Stock {
  readonly workerMs: number;
  readonly sendingMs: number;
  readonly quietMs: number;
  readonly ourSamples: number;
  readonly theirSamples: number;
}

/** User and system time of all threads of a process (Linux, proc(5): fields 14 and 15, behind the command in brackets). */
function cpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

async function acceptedBy(url: string): Promise<number> {
  const query = encodeURIComponent(`sum(count_over_time(${METRIC}[1h]))`);
  const response = await fetch(`${url}/api/v1/query?query=${query}`);
  const { data } = (await response.json()) as { data: { result: { value: [number, string] }[] } };
  return Number(data.result[0]?.value[1] ?? 0);
}

function scraping(address: string, remoteWriteUrl: string | undefined): Record<string, unknown> {
  return {
    scrape_configs: [{ job_name: JOB, scrape_interval: `${INTERVAL_MS}ms`, static_configs: [{ targets: [address] }] }],
    ...(remoteWriteUrl !== undefined && { remote_write: [{ url: remoteWriteUrl, queue_config: QUEUE_CONFIG }] }),
  };
}

interface Target {
  readonly address: string;
  /** The series as Prometheus stores them, each with its newest value. */
  scrape(): MessageSeries[];
  readonly close: () => Promise<void>;
}

/** Shows the same series to whoever asks; each time they have counted on. */
async function startTarget(count: number): Promise<Target> {
  let reads = 0;
  const all = Array.from({ length: count }, (_, i) => ({
    method: i % 3 === 0 ? "POST" : "GET",
    region: "eu-west-1",
    route: `/api/v1/customers/orders/${i}`,
    service: "checkout-service",
    status: String(200 + (i % 5)),
  }));
  const texts = all.map((labels) => {
    const pairs = Object.entries(labels).map(([name, value]) => `${name}="${value}"`);
    return `${METRIC}{${pairs.join(",")}} `;
  });
  const server = createServer((_, response) => {
    const value = ++reads;
    response.setHeader("Content-Type", "text/plain; version=0.0.4");
    response.end(texts.map((text, i) => `${text}${value + (i % 7)}\n`).join(""));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    address,
    scrape() {
      const timestamps = [Date.now()];
      return all.map((labels, i) => ({
        metric: { __name__: METRIC, ...labels, instance: address, job: JOB },
        timestamps,
        values: [1 + (i % 7)],
      }));
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

interface Ours {
  readonly pid: number;
  /** Queues the newest value of each series, and waits until the worker has taken all. */
  round(): Promise<void>;
  readonly stop: () => Promise<void>;
}

/** The worker as a process of its own, at a queue that this process serves. */
async function startOurs(receiverUrl: string, target: Target): Promise<Ours> {
  const queues = await startQueueServer();
  const highThroughput = { deduplicationScope: "messageGroup", throughputLimit: "perMessageGroupId" } as const;
  for (const name of [LOCAL_QUEUE, LOCAL_DEAD_LETTER_QUEUE]) queues.account.createQueue(name, highThroughput);
  const queue = queues.account.queue(LOCAL_QUEUE);
  const worker = new Child("packages/consumer/src/main.ts", {
    PENSTOCK_QUEUE_URL: queues.queueUrl(LOCAL_QUEUE),
    PENSTOCK_DEAD_LETTER_QUEUE_URL: queues.queueUrl(LOCAL_DEAD_LETTER_QUEUE),
    PENSTOCK_RECEIVER_URL: `${receiverUrl}/`,
    PENSTOCK_VISIBILITY_TIMEOUT: "60s",
    AWS_REGION: "eu-west-1",
    AWS_ACCESS_KEY_ID: "local",
    AWS_SECRET_ACCESS_KEY: "local",
  });
  const sendBatch = async (entries: Parameters<typeof queue.send>[0]) => {
    queue.send(entries);
    return [];
  };
  const producer = createProducerOver(sendBatch, { clock: systemClock, flushIntervalMs: 0 });
  return {
    pid: worker.pid,
    async round() {
      await producer.send(target.scrape());
      await producer.flush();
      const deadline = Date.now() + DRAIN_TIMEOUT_MS;
      for (;;) {
        const { visible, inFlight } = queue.inspect();
        if (visible + inFlight === 0) return;
        if (!worker.running) throw new Error(`The worker ended: ${worker.complaints}`);
        if (Date.now() > deadline) throw new Error(`${visible + inFlight} messages are still in the queue`);
        await sleep(POLL_MS);
      }
    },
    stop: async () => {
      await worker.stop();
      await queues.close();
    },
  };
}
