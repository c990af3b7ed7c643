import { randomUUID } from "node:crypto";
import {
  createSqsClient,
  type Log,
  openPorts,
  type Report,
  readWorkerConfig,
  startWorker,
  type Worker,
} from "@penstock/consumer";
import { lendCredentials } from "./credentials.ts";
import { Account } from "./queue/account.ts";
import { type QueueServer, startQueueServer } from "./queue/door/server.ts";
import type { FifoQueue, QueueInspection } from "./queue/queue.ts";
import type { QueueSettings } from "./queue/settings.ts";
import type { RecentWrite } from "./receiver/door/door.ts";
import { type ReceiverServer, startReceiverServer } from "./receiver/door/server.ts";
import { LocalReceiver } from "./receiver/receiver.ts";
import { AMP_RULES } from "./receiver/rules/cortex-rules.ts";

export const LOCAL_QUEUE = "penstock.fifo";
export const LOCAL_DEAD_LETTER_QUEUE = "penstock-dead.fifo";

/** Deliveries of a message before SQS itself gives up on it: more than an hour of outage at 30 s each. */
const MAX_RECEIVE_COUNT = 125;

/** SQS's longest. */
const QUEUE_RETENTION_MS: number = 14 * 24 * 60 * 60_000;

/** High throughput for FIFO queues: both attributes together (SQS Developer Guide, "Enabling high throughput"). */
const HIGH_THROUGHPUT = { deduplicationScope: "messageGroup", throughputLimit: "perMessageGroupId" } as const;

/** What the built-in receiver keeps: it is memory, and `npm start` may run for long. */
const RETENTION_MS: number = 24 * 60 * 60_000;

export interface LocalOptions {
  /** 0, the default, is any free port; so is a port that is taken. */
  readonly queuePort?: number | undefined;
  /** As `queuePort`. Not used beside `receiverUrl`. */
  readonly receiverPort?: number | undefined;
  /** A real receiver instead of the local one: a Prometheus's base URL, a remote-write URL, an AMP workspace. */
  readonly receiverUrl?: string | undefined;
  /** Where the real receiver is queried, when its URL does not say. */
  readonly queryUrl?: string | undefined;
  /** Default: JSON lines on standard output. */
  readonly log?: Log | undefined;
  /** Hears of every flush. */
  readonly onReport: (report: Report) => void;
}

/** A queue, a consumer and a receiver, joined. */
export interface Local {
  /** The endpoint for SDK clients and the AWS CLI. */
  readonly endpointUrl: string;
  readonly queueUrl: string;
  readonly deadLetterQueueUrl: string;
  /** As given, or the local receiver's. */
  readonly receiverUrl: string;
  readonly queryUrl: string | undefined;
  readonly queuePort: number;
  /** Undefined beside a real receiver. */
  readonly receiverPort: number | undefined;
  /** Messages that wait in the queue, and in the dead-letter queue. */
  inspect(): { readonly queue: QueueInspection; readonly deadLetters: QueueInspection };
  /** The last remote-write requests that the local receiver saw, newest first; undefined beside a real one. */
  recentWrites(): RecentWrite[] | undefined;
  /** Lets the worker finish what it has in hand, then closes the servers. */
  stop(): Promise<void>;
}

/**
 * Starts a FIFO queue with its dead-letter queue, a receiver with AMP's rules or a real one by its URL, and the worker
 * between them, all in this process.
 *
 * @throws {ConfigError} when the receiver's URLs are no good
 */
export async function startLocal(options: LocalOptions): Promise<Local> {
  const account = new Account({ now: Date.now, newMessageId: randomUUID });
  const { queue, deadLetters } = createQueues(account);
  const queueServer = await onPort(options.queuePort, (port) => startQueueServer({ port, account }));
  const closing: (() => Promise<void>)[] = [() => queueServer.close()];
  try {
    const receiverServer = options.receiverUrl === undefined ? await startReceiver(options.receiverPort) : undefined;
    if (receiverServer) closing.push(() => receiverServer.close());
    const receiverUrl = options.receiverUrl ?? `${receiverServer!.url}/`;
    const { worker, close } = startConsumer(queueServer, receiverUrl, options);
    closing.push(
      async () => close(),
      () => worker.stop(),
    );
    return {
      endpointUrl: queueServer.url,
      queueUrl: queueServer.queueUrl(LOCAL_QUEUE),
      deadLetterQueueUrl: queueServer.queueUrl(LOCAL_DEAD_LETTER_QUEUE),
      receiverUrl,
      queryUrl: options.queryUrl,
      queuePort: queueServer.port,
      receiverPort: receiverServer?.port,
      recentWrites: () => receiverServer?.recentWrites(),
      inspect: () => ({ queue: queue.inspect(), deadLetters: deadLetters.inspect() }),
      stop: () => closeAll(closing),
    };
  } catch (error) {
    await closeAll(closing);
    throw error;
  }
}

function createQueues(account: Account): { queue: FifoQueue; deadLetters: FifoQueue } {
  const settings: Partial<QueueSettings> = { ...HIGH_THROUGHPUT, retentionMs: QUEUE_RETENTION_MS };
  const deadLetters = account.createQueue(LOCAL_DEAD_LETTER_QUEUE, settings);
  const redrivePolicy = { deadLetterTargetArn: deadLetters.arn, maxReceiveCount: MAX_RECEIVE_COUNT };
  return { deadLetters, queue: account.createQueue(LOCAL_QUEUE, { ...settings, redrivePolicy }) };
}

function startReceiver(port: number | undefined): Promise<ReceiverServer> {
  const receiver = new LocalReceiver({
    now: Date.now,
    rules: { engine: "cortex", ...AMP_RULES },
    retentionMs: RETENTION_MS,
  });
  return onPort(port, (free) => startReceiverServer({ port: free, receiver }));
}

/**
 * The real worker, configured as it is anywhere: from an environment. It names no region: the queue here takes any, and a
 * workspace's URL says its own.
 */
function startConsumer(
  server: QueueServer,
  receiverUrl: string,
  { queryUrl, log, onReport }: LocalOptions,
): { worker: Worker; close: () => void } {
  const queueUrl = server.queueUrl(LOCAL_QUEUE);
  const config = readWorkerConfig({
    PENSTOCK_QUEUE_URL: queueUrl,
    PENSTOCK_DEAD_LETTER_QUEUE_URL: server.queueUrl(LOCAL_DEAD_LETTER_QUEUE),
    PENSTOCK_RECEIVER_URL: receiverUrl,
    ...(queryUrl !== undefined && { PENSTOCK_QUERY_URL: queryUrl }),
    PENSTOCK_VISIBILITY_TIMEOUT: "30s",
  });
  lendCredentials(queueUrl, receiverUrl);
  const client = createSqsClient(queueUrl, config.region);
  const { visibilityTimeoutMs, concurrency, flusher } = config;
  const ports = openPorts(config);
  const worker = startWorker({ queueUrl, client, ports, visibilityTimeoutMs, concurrency, flusher, log, onReport });
  return { worker, close: () => client.destroy() };
}

/** Starts on the port, 0 unless given, or on any free one when it is taken. */
export async function onPort<T>(port: number | undefined, start: (port: number) => Promise<T>): Promise<T> {
  try {
    return await start(port ?? 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    return start(0);
  }
}

/** The last that was opened is closed first; what is closed is forgotten. */
async function closeAll(closing: (() => Promise<void>)[]): Promise<void> {
  for (let close = closing.pop(); close !== undefined; close = closing.pop()) await close();
}
