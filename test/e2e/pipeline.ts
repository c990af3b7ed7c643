import { SendMessageBatchCommand, type SQSClient } from "@aws-sdk/client-sqs";
import { createSqsClient, type Log, openPorts, readWorkerConfig, startWorker, type Worker } from "@penstock/consumer";
import {
  AMP_RULES,
  type FifoQueue,
  LocalReceiver,
  lendCredentials,
  type QueueServer,
  startQueueServer,
  startReceiverServer,
} from "@penstock/local";
import type { DeadLetterMessage } from "@penstock/model";
import { createReceiver, receiverUrls } from "@penstock/remote-write";

export const QUEUE = "metrics.fifo";
const DEAD_LETTERS = "dead.fifo";
const HOUR_MS = 60 * 60_000;

/** A queue's door and the worker behind it, in front of some receiver. */
export interface Pipeline {
  readonly server: QueueServer;
  readonly client: SQSClient;
  readonly queueUrl: string;
  readonly deadLetters: FifoQueue;
  readonly worker: Worker;
  /** What the worker logged above `info`, sentence and fields together. */
  readonly warnings: readonly string[];
  close(): Promise<void>;
}

/** The real worker at the doors, configured by an environment. Its queue is the caller's to create. */
export async function startPipeline(receiverUrl: string, environment: Record<string, string> = {}): Promise<Pipeline> {
  const server = await startQueueServer();
  const deadLetters = server.account.createQueue(DEAD_LETTERS);
  const queueUrl = server.queueUrl(QUEUE);
  lendCredentials(queueUrl);
  const config = readWorkerConfig({
    PENSTOCK_QUEUE_URL: queueUrl,
    PENSTOCK_DEAD_LETTER_QUEUE_URL: server.queueUrl(DEAD_LETTERS),
    PENSTOCK_RECEIVER_URL: receiverUrl,
    ...environment,
  });
  const warnings: string[] = [];
  const warn = (sentence: string, fields: object): void => void warnings.push(`${sentence} ${describe(fields)}`);
  const log: Log = { debug() {}, info() {}, warn, error: warn };
  const client = createSqsClient(queueUrl, config.region);
  const { visibilityTimeoutMs, flusher } = config;
  const worker = startWorker({ queueUrl, client, ports: openPorts(config), visibilityTimeoutMs, flusher, log });
  return {
    server,
    client,
    queueUrl,
    deadLetters,
    worker,
    warnings,
    async close() {
      await worker.stop();
      client.destroy();
      await server.close();
    },
  };
}

/** Errors too, whose words JSON leaves out. */
function describe(fields: object): string {
  return JSON.stringify(fields, (_, value) => (value instanceof Error ? `${value.name}: ${value.message}` : value));
}

/** A workspace with AMP's rules. */
export function startAmp(port = 0): ReturnType<typeof startReceiverServer> {
  const receiver = new LocalReceiver({ now: Date.now, rules: { engine: "cortex", ...AMP_RULES } });
  return startReceiverServer({ port, receiver });
}

/** Messages of one group in one call. */
export async function sendBodies({ client, queueUrl }: Pipeline, group: string, bodies: string[]): Promise<void> {
  const Entries = bodies.map((MessageBody, i) => ({
    Id: String(i),
    MessageBody,
    MessageGroupId: group,
    MessageDeduplicationId: crypto.randomUUID(),
  }));
  const { Failed = [] } = await client.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
  if (Failed.length > 0) throw new Error(JSON.stringify(Failed));
}

/** Takes the letters that are in the dead-letter queue, at most ten. */
export function takeLetters({ deadLetters }: Pipeline): DeadLetterMessage[] {
  return deadLetters.receive().map(({ body, receiptHandle }) => {
    deadLetters.delete(receiptHandle);
    return JSON.parse(body);
  });
}

/** The values of a series in all its lanes, in increasing order, by the receiver's query API. */
export async function storedValues(receiverUrl: string, name: string, row: string): Promise<number[]> {
  const { read } = createReceiver(receiverUrls({ url: receiverUrl }));
  const matchers = [
    { name: "__name__", op: "=", value: name },
    { name: "row", op: "=", value: row },
  ] as const;
  const nowMs = Date.now();
  const answer = await read!({ matchers, startMs: nowMs - 3 * HOUR_MS, endMs: nowMs + 2 * HOUR_MS }, 5_000);
  if (answer.kind !== "read") throw new Error(answer.detail);
  return answer.series.flatMap(({ values }) => values).sort((a, b) => a - b);
}
