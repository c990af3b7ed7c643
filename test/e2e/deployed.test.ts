import { ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { AMP_RULES, LocalReceiver, startQueueServer, startReceiverServer } from "@penstock/local";
import { groupOf, RECEIPT_METRIC, seriesKey } from "@penstock/model";
import { createProducer } from "@penstock/producer";
import { createReceiver, receiverUrls } from "@penstock/remote-write";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { overtaken, startMapping } from "./lambda/event-source-mapping.ts";
import { LambdaFunction } from "./lambda/function.ts";
import {
  Expected,
  type Letter,
  type Sample,
  SEARCH_GROUP,
  SERVICES,
  sendByHand,
  sendLate,
  sendRounds,
} from "./traffic.ts";
import { startWorkspace, type Workspace } from "./workspace.ts";

const CREDENTIALS = { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "secret", sessionToken: "token" };
const REGION = "eu-west-1";
const MINUTE_MS = 60_000;
const VISIBILITY_SECONDS = 6;
const ROUNDS = 6;

/** What is to be opened for a test is closed after it, the last one first. */
const closing: (() => unknown)[] = [];
beforeEach(() => {
  vi.stubEnv("AWS_ACCESS_KEY_ID", CREDENTIALS.accessKeyId);
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", CREDENTIALS.secretAccessKey);
  vi.stubEnv("AWS_SESSION_TOKEN", CREDENTIALS.sessionToken);
  vi.stubEnv("AWS_REGION", REGION);
});
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
  vi.unstubAllEnvs();
});

test("what services send is stored once, or in the dead-letter queue with its reason, though an invocation dies after its write", async () => {
  const { client, queueUrl, deadLetterQueueUrl, inspect, openProducer } = await openQueues();
  const { workspace, read } = await openWorkspace();
  const lambda = new LambdaFunction((name) => ({
    PATH: process.env.PATH!,
    NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE!,
    AWS_REGION: REGION,
    AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
    AWS_SESSION_TOKEN: CREDENTIALS.sessionToken,
    PENSTOCK_RECEIVER_URL: `${workspace.url}api/v1/remote_write`,
    PENSTOCK_QUERY_URL: workspace.url,
    PENSTOCK_SIGNING_REGION: REGION,
    PENSTOCK_RECEIVER_HEADERS: JSON.stringify({ "x-environment": name }),
    PENSTOCK_DEAD_LETTER_QUEUE_URL: deadLetterQueueUrl,
    PENSTOCK_VISIBILITY_TIMEOUT: `${VISIBILITY_SECONDS}s`,
    PENSTOCK_REQUEST_TIMEOUT: "2s",
  }));
  closing.push(() => lambda.close());

  const expected = new Expected();
  const producers = SERVICES.map(openProducer);
  await sendRounds(0, 2, producers, expected);
  const badLetter = await sendByHand(client, queueUrl);

  // The first invocation that has its write taken dies of it.
  workspace.onWritten = ({ "x-environment": environment }) => {
    workspace.onWritten = () => undefined;
    lambda.kill(String(environment));
    return "cut";
  };
  // The series of one group cannot be looked at until a batch was returned in part.
  workspace.heavyGroup = SEARCH_GROUP;
  const mapping = startMapping({
    client,
    queueUrl,
    invoke: (event) => lambda.invoke(event),
    concurrency: 2,
    onInvocation: ({ records, failed }) => {
      if (failed.length > 0 && failed.length < records.length) workspace.heavyGroup = undefined;
    },
  });
  closing.push(() => mapping.stop());

  await sendRounds(2, ROUNDS, producers, expected);
  await settled(inspect);
  const letters = [...(await sendLate(producers, expected)), badLetter].toSorted(byReason);
  await settled(inspect);

  // Every series, to the sample.
  const stored = await read();
  expect(new Set(stored.keys())).toEqual(new Set(expected.series.keys()));
  for (const [key, { samples }] of expected.series) expect(stored.get(key), key).toEqual(sorted(samples));
  expect(workspace.refused).toBe(0);

  // The dead letters, whole.
  expect(await receiveAll(client, deadLetterQueueUrl)).toEqual(letters);

  // The books, of each invocation and of all. What an environment printed is whole once it is gone.
  await mapping.stop();
  await lambda.close();
  const reports = lambda.log.filter((line) => "penstock_samples_received_total" in line).map(bookOf);
  for (const { received, ...rest } of reports) expect(received).toBe(sumOf(Object.values(rest)));
  const total = (name: keyof Book) => sumOf(reports.map((report) => report[name]));
  expect(total("received") - total("returned")).toBe(expected.count + letters.length);
  expect(total("stored") + total("duplicate")).toBe(expected.count);
  expect(total("rejected")).toBe(letters.length);

  // What went wrong on the way did so.
  const { invocations } = mapping;
  const died = invocations.filter(({ error }) => error !== undefined);
  expect(died.map(({ error }) => error)).toEqual([expect.stringMatching(/^Error: Environment \d exited/)]);
  expect(total("duplicate")).toBeGreaterThan(0);
  expect(invocations.some(({ records, failed }) => failed.length > 0 && failed.length < records.length)).toBe(true);
  expect(invocations.flatMap(overtaken)).toEqual([]);
});

async function openQueues() {
  const server = await startQueueServer();
  closing.push(() => server.close());
  const throughput = { deduplicationScope: "messageGroup", throughputLimit: "perMessageGroupId" } as const;
  const { arn } = server.account.createQueue("dead.fifo", throughput);
  const queue = server.account.createQueue("metrics.fifo", {
    ...throughput,
    visibilityTimeoutMs: VISIBILITY_SECONDS * 1_000,
    redrivePolicy: { deadLetterTargetArn: arn, maxReceiveCount: 50 },
  });
  const client = new SQSClient({ endpoint: server.url });
  closing.push(() => client.destroy());
  const queueUrl = server.queueUrl("metrics.fifo");
  const openProducer = (writer: string) => createProducer({ queueUrl, client, writer, flushIntervalMs: 0 });
  return {
    client,
    queueUrl,
    deadLetterQueueUrl: server.queueUrl("dead.fifo"),
    inspect: () => queue.inspect(),
    openProducer,
  };
}

async function openWorkspace() {
  const receiver = new LocalReceiver({ now: Date.now, rules: { engine: "cortex", ...AMP_RULES } });
  const server = await startReceiverServer({ receiver });
  closing.push(() => server.close());
  const workspace = await startWorkspace(server.url, { region: REGION, ...CREDENTIALS });
  closing.push(() => workspace.close());
  return { workspace, read: () => readBack(workspace) };
}

/** What the workspace's query API gives, lanes and groups taken together, without the receipts. */
async function readBack({ url }: Workspace): Promise<Map<string, Sample[]>> {
  const receiver = createReceiver({ ...receiverUrls({ url }), region: REGION });
  const nowMs = Date.now();
  const matchers = [{ name: "__name__", op: "=~", value: ".+" }] as const;
  const answer = await receiver.read!({ matchers, startMs: nowMs - 180 * MINUTE_MS, endMs: nowMs + MINUTE_MS }, 10_000);
  if (answer.kind !== "read") throw new Error(answer.detail);
  const samples = new Map<string, Sample[]>();
  for (const { labels, timestamps, values } of answer.series) {
    if (labels.__name__ === RECEIPT_METRIC) continue;
    expect(labels._group).toBe(groupOf(seriesKey(labels)));
    const isRestamped = labels.__name__ === "imports_total";
    const some = timestamps.map((atMs, i): Sample => [isRestamped ? Number.NaN : atMs, values[i]!]);
    samples.set(seriesKey(labels), sorted([...(samples.get(seriesKey(labels)) ?? []), ...some]));
  }
  return samples;
}

function byReason(a: Letter, b: Letter): number {
  return a.rejected.reason < b.rejected.reason ? -1 : 1;
}

function sorted(samples: readonly Sample[]): Sample[] {
  return samples.toSorted(([a, x], [b, y]) => a - b || x - y);
}

const settled = (inspect: () => object) =>
  vi.waitFor(() => expect(inspect()).toMatchObject({ visible: 0, inFlight: 0 }), { timeout: 40_000, interval: 50 });

/** The bodies of a queue, sorted by their reason. */
async function receiveAll(client: SQSClient, QueueUrl: string): Promise<Letter[]> {
  const letters: Letter[] = [];
  for (;;) {
    const { Messages = [] } = await client.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
    if (Messages.length === 0) break;
    letters.push(...Messages.map(({ Body }) => JSON.parse(Body!) as Letter));
  }
  return letters.toSorted(byReason);
}

const BOOK = ["received", "stored", "rejected", "duplicate", "returned"] as const;
type Book = Record<(typeof BOOK)[number], number>;

/** The account of one invocation, from the line of metrics that it left for CloudWatch. */
function bookOf(line: Record<string, unknown>): Book {
  return Object.fromEntries(BOOK.map((name) => [name, line[`penstock_samples_${name}_total`]])) as Book;
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}
