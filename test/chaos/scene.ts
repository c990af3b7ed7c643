import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SQSClient } from "@aws-sdk/client-sqs";
import type { Receiver } from "@penstock/model";
import { sqsClientFor, sqsSendBatch } from "@penstock/producer";
import { createReceiver, receiverUrls } from "@penstock/remote-write";
import { lendCredentials } from "../../packages/local/src/index.ts";
import { Child } from "../child.ts";
import type { Chance } from "./chance.ts";
import { Feed } from "./feed.ts";
import { DEAD_LETTER_QUEUE, QUEUE, queueUrlAt } from "./names.ts";
import { startProxy } from "./proxy.ts";
import { ReceiverSlot } from "./receiver-slot.ts";
import { Trouble } from "./trouble.ts";
import { WorkerSlot } from "./workers.ts";

const WRITERS = 3;
/** `out_of_order_time_window`: none, AMP's default, AMP's widest. */
const WINDOWS_MS = [0, 60_000, 600_000] as const;

/** Everything that runs, and the ways between. */
export interface Scene {
  readonly outOfOrderWindowMs: number;
  readonly trouble: Trouble;
  readonly receiver: ReceiverSlot;
  readonly workers: readonly WorkerSlot[];
  readonly feeds: readonly Feed[];
  /** Past the trouble, for the books. */
  readonly direct: {
    readonly sqs: SQSClient;
    readonly queueUrl: string;
    readonly deadLetterUrl: string;
    receiver(): Receiver;
  };
  /** Ends every process and connection at once. */
  end(): Promise<void>;
}

/** Starts a queue, a receiver, workers, and writers that send through a broken network. */
export async function openScene(chance: Chance, workerCount: number): Promise<Scene> {
  const endings: (() => Promise<unknown>)[] = [];
  const end = async (): Promise<void> => {
    for (let ending = endings.pop(); ending; ending = endings.pop()) await ending();
  };
  try {
    return { ...(await open(chance, workerCount, endings)), end };
  } catch (error) {
    await end();
    throw error;
  }
}

async function open(
  chance: Chance,
  workerCount: number,
  endings: (() => Promise<unknown>)[],
): Promise<Omit<Scene, "end">> {
  const outOfOrderWindowMs = chance.of(WINDOWS_MS);
  const trouble = new Trouble(chance.named("trouble"));
  const directory = await mkdtemp(join(tmpdir(), "penstock-chaos-"));
  endings.push(() => rm(directory, { recursive: true, force: true }));

  const queue = new Child("test/chaos/processes/queue.ts");
  endings.push(() => queue.kill());
  const queuePort = await queue.port();

  const receiver = new ReceiverSlot(directory, outOfOrderWindowMs);
  endings.push(() => receiver.end());
  await receiver.start();

  const workers = Array.from({ length: workerCount }, (_, i) => new WorkerSlot(chance.named(`worker ${i}`), trouble));
  for (const worker of workers) {
    endings.push(() => worker.end());
    await worker.start({ queue: () => queuePort, receiver: () => receiver.port });
  }

  const door = await startProxy({ upstreamPort: () => queuePort, fault: () => trouble.toQueue() });
  endings.push(() => door.close());
  lendCredentials(door.url);
  const send = sqsSendBatch(clientFor(door.url, endings), queueUrlAt(door.url, QUEUE));
  const feeds = Array.from({ length: WRITERS }, (_, i) => new Feed(i + 1, chance.named(`writer ${i}`), send));

  const queueBase = `http://127.0.0.1:${queuePort}`;
  const direct = {
    sqs: clientFor(queueBase, endings),
    queueUrl: queueUrlAt(queueBase, QUEUE),
    deadLetterUrl: queueUrlAt(queueBase, DEAD_LETTER_QUEUE),
    receiver: () => createReceiver(receiverUrls({ url: `http://127.0.0.1:${receiver.port}/` })),
  };
  return { outOfOrderWindowMs, trouble, receiver, workers, feeds, direct };
}

function clientFor(base: string, endings: (() => Promise<unknown>)[]): SQSClient {
  const client = sqsClientFor(queueUrlAt(base, QUEUE));
  endings.push(async () => client.destroy());
  return client;
}
