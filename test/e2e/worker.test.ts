import { SQSClient } from "@aws-sdk/client-sqs";
import { type Log, startMetricsServer, startWorker, type Worker, type WorkerOptions } from "@penstock/consumer";
import type { Flush, Ports, QueueRecord, Report, Settlement } from "@penstock/flusher";
import { systemClock } from "@penstock/model";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type FifoQueue, type QueueServer, startQueueServer } from "../../packages/local/src/queue/index.ts";

const VISIBILITY_MS = 30_000;
const ports: Ports = {
  receiver: { write: () => Promise.reject(new Error("not asked")), read: undefined },
  deadLetters: { send: () => Promise.reject(new Error("not asked")) },
  // Retries come at their earliest.
  clock: { ...systemClock, random: () => 0 },
};
const silent: Log = { debug() {}, info() {}, warn() {}, error() {} };

let server: QueueServer;
let queue: FifoQueue;
let client: SQSClient;
const workers: Worker[] = [];

beforeEach(async () => {
  server = await startQueueServer();
  queue = server.account.createQueue("metrics.fifo", { visibilityTimeoutMs: VISIBILITY_MS });
  const credentials = { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "secret" };
  client = new SQSClient({ endpoint: server.url, region: "eu-west-1", credentials, maxAttempts: 1 });
});

afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.stop()));
  client.destroy();
  await server.close();
});

type FlushStub = (records: readonly QueueRecord[]) => Promise<Flush> | Flush;

function work(flush: FlushStub, options: Partial<WorkerOptions> = {}): Worker {
  const queueUrl = server.queueUrl("metrics.fifo");
  const shared = { client, queueUrl, ports, visibilityTimeoutMs: VISIBILITY_MS, log: silent };
  const worker = startWorker({ ...shared, flush: async (records) => flush(records), ...options });
  workers.push(worker);
  return worker;
}

/** Settles records one by one, with one sample each. */
function settling(records: readonly QueueRecord[], settle: (record: QueueRecord) => Settlement["status"]): Flush {
  const settlements = records.map((record): Settlement => {
    const status = settle(record);
    return status === "fulfilled" ? { status } : { status, why: "it waits" };
  });
  const returned = settlements.filter(({ status }) => status === "returned").length;
  const report: Report = {
    records: records.length,
    received: records.length,
    stored: records.length - returned,
    rejected: {},
    duplicate: 0,
    returned,
    laneMoves: 0,
    restamped: 0,
    highestLane: 1,
    receiptsMissing: 0,
    blind: 0,
    requests: [],
    looks: [],
    oldestStoredAgeMs: 0,
    warnings: [],
  };
  return { settlements, report };
}

function send(group: string, body: string): void {
  queue.sendOne({ body, group, deduplicationId: crypto.randomUUID() });
}

/** Shorter than a long poll, longer than a busy machine takes. */
const until = (check: () => unknown) => vi.waitFor(check, { timeout: 15_000, interval: 10 });

/** Until the queue holds so many messages, in flight or not. */
const left = (count: number) =>
  until(() => {
    const { visible, inFlight } = queue.inspect();
    expect(visible + inFlight).toBe(count);
  });

test("every message of a group comes in order and by one batch at a time, and is deleted when it is settled", async () => {
  const groups = fc.array(fc.constantFrom("g1", "g2", "g3"), { minLength: 1, maxLength: 60 });
  let run = 0;
  await fc.assert(
    fc.asyncProperty(groups, fc.integer({ min: 1, max: 4 }), async (sent, concurrency) => {
      const name = `metrics-${++run}.fifo`;
      queue = server.account.createQueue(name);
      const seen = new Map<string, number[]>();
      const inHand = new Set<string>();
      const flush: FlushStub = async (records) => {
        const held = new Set(records.map(({ group }) => group));
        for (const group of held) expect(inHand.has(group)).toBe(false);
        for (const group of held) inHand.add(group);
        await new Promise((resolve) => setImmediate(resolve));
        for (const { group, body } of records) seen.set(group, [...(seen.get(group) ?? []), Number(body)]);
        for (const group of held) inHand.delete(group);
        return settling(records, () => "fulfilled");
      };
      const worker = work(flush, { concurrency, queueUrl: server.queueUrl(name) });
      for (const [i, group] of sent.entries()) send(group, String(i));
      await left(0);
      for (const group of new Set(sent)) {
        expect(seen.get(group)).toEqual(sent.flatMap((each, i) => (each === group ? [i] : [])));
      }
      expect(await worker.metricsText()).toContain(`penstock_samples_stored_total ${sent.length}\n`);
      void worker.stop();
    }),
    { numRuns: 20 },
  );
});

test("what is returned comes back in seconds and in order, while other groups go on", async () => {
  const deliveries: string[] = [];
  send("g1", "a");
  send("g1", "b");
  send("g1", "c");
  send("g2", "x");
  const worker = work(
    (records) =>
      settling(records, ({ body, receiveCount }) => {
        deliveries.push(`${body}${receiveCount}`);
        return receiveCount === 1 && (body === "b" || body === "c") ? "returned" : "fulfilled";
      }),
    { concurrency: 1 },
  );
  await left(2);
  // Behind what was returned, and not before it.
  send("g1", "d");
  send("g2", "y");
  await left(3);
  expect(deliveries).toEqual(["a1", "b1", "c1", "x1", "y1"]);
  await left(0);
  expect(deliveries).toEqual(["a1", "b1", "c1", "x1", "y1", "b2", "c2", "d1"]);
  expect(await worker.metricsText()).toContain("penstock_samples_returned_total 2\n");
});

test("a worker that waits for messages stops soon, and locks up none that come later", async () => {
  const worker = work((records) => settling(records, () => "fulfilled"), { concurrency: 3 });
  await until(() => expect(server.longPolls).toBe(3));
  const stopped = worker.stop();
  await until(() => expect(server.longPolls).toBe(0));
  await stopped;
  send("g1", "a");
  expect(queue.inspect()).toMatchObject({ visible: 1, inFlight: 0 });
});

test("a stop finishes the batch in hand, and takes no other", async () => {
  const { promise: release, resolve } = Promise.withResolvers<void>();
  const stopping = new AbortController();
  const worker = work(
    async (records) => {
      await release;
      return settling(records, () => "fulfilled");
    },
    { concurrency: 1, signal: stopping.signal },
  );
  send("g1", "a");
  await until(() => expect(queue.inspect().inFlight).toBe(1));
  send("g1", "b");
  stopping.abort();
  expect(worker.trouble()).toBe("The worker is stopping");
  resolve();
  await worker.stopped;
  expect(queue.inspect()).toMatchObject({ visible: 1, inFlight: 0 });
});

test("a second stop does not wait for the batch in hand", async () => {
  const { promise: release, resolve } = Promise.withResolvers<void>();
  const worker = work(async (records) => {
    await release;
    return settling(records, () => "fulfilled");
  });
  send("g1", "a");
  await until(() => expect(queue.inspect().inFlight).toBe(1));
  void worker.stop();
  await worker.stop();
  expect(queue.inspect().inFlight).toBe(1);
  resolve();
  await left(0);
});

test("a queue that cannot be read is trouble, until it can", async () => {
  server.faults.plan("ReceiveMessage", "unavailable", 3);
  const errors: unknown[] = [];
  const log: Log = { ...silent, error: (message, { error }) => errors.push(message, error) };
  const worker = work((records) => settling(records, () => "fulfilled"), { concurrency: 1, log });
  const metrics = await startMetricsServer(worker, 0);
  const get = async (path: string, method = "GET") => {
    const response = await fetch(`http://127.0.0.1:${metrics.port}${path}`, { method });
    return { status: response.status, text: await response.text() };
  };
  try {
    await until(async () => expect(await get("/healthz")).toMatchObject({ status: 503 }));
    expect((await get("/healthz")).text).toMatch(/^The queue could not be read: /);
    send("g1", "a");
    await left(0);
    expect(await get("/healthz")).toEqual({ status: 200, text: "ok\n" });
    expect(await get("/metrics")).toEqual({ status: 200, text: await worker.metricsText() });
    expect((await get("/")).status).toBe(404);
    expect((await get("/metrics", "POST")).status).toBe(405);
    expect(errors).toContain("The queue could not be read");
  } finally {
    await metrics.close();
  }
});

test("a delete that gets lost is only a redelivery", async () => {
  server.faults.plan("DeleteMessageBatch", "unavailable");
  const counts: number[] = [];
  send("g1", "a");
  work(
    (records) => {
      counts.push(...records.map(({ receiveCount }) => receiveCount));
      return settling(records, () => "fulfilled");
    },
    { visibilityTimeoutMs: 1_000 },
  );
  await left(0);
  expect(counts).toEqual([1, 2]);
});
