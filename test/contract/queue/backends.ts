import { Server } from "node:net";
import { type FauxqsServer, startFauxqs } from "fauxqs";
import { startQueueServer } from "../../../packages/local/src/queue/index.ts";

/** Something that speaks SQS, while it runs. */
export interface Running {
  readonly endpoint: string;
  stop(): Promise<void>;
}

export interface Backend {
  readonly name: string;
  start(): Promise<Running>;
  /** Rules it is known to break, and how. The suite holds it to breaking them, so that a cure is noticed. */
  readonly breaks: Readonly<Record<string, string>>;
}

export const LOCAL: Backend = {
  name: "the local queue",
  start: async () => {
    const server = await startQueueServer();
    return { endpoint: server.url, stop: () => server.close() };
  },
  breaks: {},
};

export const FAUXQS: Backend = {
  name: "fauxqs 2.4.1",
  start: async () => {
    const server = await onLoopback(() => startFauxqs({ port: 0, logger: false }));
    return { endpoint: `http://127.0.0.1:${server.port}`, stop: () => server.stop() };
  },
  breaks: {
    "one receive hands out as much of a group as fits, in order": "always exactly one message of a group",
    "deleting a part of what was received keeps the group locked": "always exactly one message of a group",
    "a batch made visible again comes back whole and in order": "always exactly one message of a group",
    "DeleteMessage refuses the handle of an earlier delivery": "answers 200",
    "DeleteMessageBatch reports the handle of an earlier delivery": "lists it under Successful",
    "ids are deduplicated per group when the queue says so": "DeduplicationScope is taken and ignored",
    "high throughput can be set on a queue that exists": "InvalidAttributeName",
    "ids have at most 128 printable ASCII characters": "takes any",
    "a body may hold every character that SQS allows": "takes a surrogate pair for two forbidden characters",
    "message attributes come only when asked for": "come always",
    "a dead letter's deduplication id is its message id": "keeps the old one",
    "a dead letter says where it comes from": "no DeadLetterQueueSourceArn",
    "a FIFO queue's dead-letter queue must be FIFO": "takes a standard queue",
    "errors have the names that the SDK knows": "every code has AWS.SimpleQueueService. before it",
    "a move task is refused for a queue that is no dead-letter queue": "InvalidAction",
    "the sources of a dead-letter queue are listed": "InvalidAction",
    "a move task takes dead letters back to their queue as new messages": "InvalidAction",
    "a move task needs a destination for messages that were sent, not moved": "InvalidAction",
    "a receive repeated under one attempt id gets the same messages": "ReceiveRequestAttemptId is ignored",
    "a batch without a group or a deduplication id fails as a whole": "fails the entry",
  },
};

/** fauxqs listens on every interface, without a way to say otherwise; here it is held to this machine. */
async function onLoopback(start: () => Promise<FauxqsServer>): Promise<FauxqsServer> {
  const { listen } = Server.prototype;
  Server.prototype.listen = function (this: Server, options: object, ...rest: []) {
    return listen.call(this, { ...options, host: "127.0.0.1" }, ...rest);
  } as typeof listen;
  try {
    return await start();
  } finally {
    Server.prototype.listen = listen;
  }
}
