import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { encodeMessage, groupOf, type Message, seriesKey } from "@penstock/model";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type FifoQueue, type QueueServer, startQueueServer } from "../../packages/local/src/queue/index.ts";
import { describePrometheus, type Prometheus, startPrometheus } from "../prometheus.ts";

const MAIN = fileURLToPath(new URL("../../packages/consumer/src/main.ts", import.meta.url));

let server: QueueServer;
let queue: FifoQueue;
let deadLetters: FifoQueue;
const children: ChildProcess[] = [];

beforeEach(async () => {
  server = await startQueueServer();
  queue = server.account.createQueue("metrics.fifo");
  deadLetters = server.account.createQueue("dead.fifo");
});

afterEach(async () => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  await server.close();
});

/** A worker process; what it printed is there when it has ended. */
function startProcess(env: Record<string, string>) {
  const child = spawn(process.execPath, ["--conditions=@penstock/source", MAIN], {
    env: {
      PATH: process.env.PATH,
      NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
      AWS_REGION: "eu-west-1",
      AWS_ACCESS_KEY_ID: "AKIAIOSFODNN7EXAMPLE",
      AWS_SECRET_ACCESS_KEY: "secret",
      PENSTOCK_QUEUE_URL: server.queueUrl("metrics.fifo"),
      PENSTOCK_DEAD_LETTER_QUEUE_URL: server.queueUrl("dead.fifo"),
      ...env,
    },
  });
  children.push(child);
  const printed = { out: "", err: "" };
  child.stdout.on("data", (chunk) => {
    printed.out += chunk;
  });
  child.stderr.on("data", (chunk) => {
    printed.err += chunk;
  });
  return { child, printed, ended: once(child, "close") as Promise<[number | null, string | null]> };
}

function send(message: Omit<Message, "v">): void {
  const group = groupOf(seriesKey(message.series[0]!.metric));
  queue.sendOne({ body: encodeMessage({ v: 1, ...message }), group, deduplicationId: crypto.randomUUID() });
}

test("a bad environment ends the process at once, with a sentence for each problem", async () => {
  const { printed, ended } = startProcess({ PENSTOCK_LANES: "11", PENSTOCK_RECEIVER_URL: "prometheus" });
  expect(await ended).toEqual([2, null]);
  expect(printed.err.trim().split("\n")).toEqual([
    expect.stringMatching(/^Expected `PENSTOCK_RECEIVER_URL` to be /),
    expect.stringMatching(/^Expected `PENSTOCK_LANES` to be an integer from 1 to 10/),
  ]);
});

describePrometheus("a worker between a queue and a real Prometheus", () => {
  let prometheus: Prometheus;
  beforeEach(async () => {
    prometheus = await startPrometheus();
  });
  afterEach(() => prometheus?.stop());

  async function query(promql: string): Promise<number> {
    const response = await fetch(`${prometheus.url}/api/v1/query?query=${encodeURIComponent(promql)}`);
    const { data } = (await response.json()) as { data: { result: { value: [number, string] }[] } };
    return Number(data.result[0]?.value[1]);
  }

  test("stores each sample once, whatever order it came in, and puts the rest aside with a reason", async () => {
    const { child, printed, ended } = startProcess({
      PENSTOCK_RECEIVER_URL: prometheus.url,
      PENSTOCK_REQUEST_TIMEOUT: "10s",
      PENSTOCK_LOG_LEVEL: "debug",
    });
    const metric = { __name__: "requests_total", path: "/" };
    const now = Date.now();
    const resent = { id: "twice", series: [{ metric, timestamps: [now - 9_000], values: [100] }] };
    send({ series: [{ metric, timestamps: [now - 5_000, now - 4_000], values: [1, 2] }] });
    send(resent);
    send({ series: [{ metric, timestamps: [now - 7_000, now - 6_000], values: [10, 20] }] });
    send(resent);
    send({ series: [{ metric, timestamps: [now - 3 * 60 * 60_000], values: [1_000] }] });
    await vi.waitFor(() => expect(queue.inspect()).toMatchObject({ visible: 0, inFlight: 0 }), { timeout: 30_000 });
    child.kill("SIGTERM");
    expect(await ended).toEqual([0, null]);
    expect(printed.err).toBe("");

    expect(await query("sum(sum_over_time(requests_total[1h]))")).toBe(133);
    const [letter, ...more] = deadLetters.receive();
    expect(more).toEqual([]);
    expect(JSON.parse(letter!.body)).toMatchObject({
      series: [{ metric, values: [1_000] }],
      rejected: { reason: "greater_than_max_sample_age" },
    });
    const lines = printed.out.trim().split("\n");
    const messages = lines.map((line) => (JSON.parse(line) as { message: string }).message);
    expect(messages).toContain("The worker reads its queue");
    expect(messages).toContain("Flushed a batch");
  });
});
