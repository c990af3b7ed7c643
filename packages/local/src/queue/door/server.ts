import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Account } from "../account.ts";
import { QueueError, unsupported } from "../errors.ts";
import type { Action, Context } from "./action.ts";
import { Faults, refuseBy } from "./faults.ts";
import { MAX_REQUEST_BYTES } from "./limits.ts";
import { LongPolls } from "./long-polls.ts";
import { MOVE_ACTIONS } from "./move-actions.ts";
import { parseParams } from "./params.ts";
import { type Answer, actionOf, failure, internalFailure, success } from "./protocol.ts";
import { QUEUE_ACTIONS } from "./queue-actions.ts";
import { formatQueueUrl } from "./queue-url.ts";
import { RECEIVE_ACTIONS } from "./receive-actions.ts";
import { SEND_ACTIONS } from "./send-actions.ts";

const ACTIONS: ReadonlyMap<string, Action> = new Map(
  [QUEUE_ACTIONS, SEND_ACTIONS, RECEIVE_ACTIONS, MOVE_ACTIONS].flatMap((actions) => Object.entries(actions)),
);

/** There is no authentication: nobody but this machine may reach it. */
const HOST = "127.0.0.1";

export interface QueueServerOptions {
  /** 0, the default, is any free port. */
  readonly port?: number;
  /** The queues to serve. By default new ones on the machine's clock. */
  readonly account?: Account;
}

export interface QueueServer {
  /** The endpoint for SDK clients, without a slash at the end. */
  readonly url: string;
  readonly port: number;
  readonly account: Account;
  /** Failures on demand. */
  readonly faults: Faults;
  /** Receives that wait for a message now. */
  readonly longPolls: number;
  queueUrl(name: string): string;
  /** Stops listening, and ends the receives that wait. */
  close(): Promise<void>;
}

/**
 * Speaks for the account's queues over the AWS JSON protocol, on 127.0.0.1 only. Any credentials will do.
 * Rejects when the port is taken.
 */
export async function startQueueServer(options: QueueServerOptions = {}): Promise<QueueServer> {
  const { port: wantedPort = 0, account = new Account({ now: Date.now, newMessageId: randomUUID }) } = options;
  const faults = new Faults();
  const longPolls = new LongPolls(account);
  const server = createServer((request, response) => {
    void serve(request, response, async (signal) => call(request, { account, url, longPolls, signal, faults }));
  });
  server.listen(wantedPort, HOST);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const url = `http://${HOST}:${port}`;
  return {
    url,
    port,
    account,
    faults,
    get longPolls() {
      return longPolls.size;
    },
    queueUrl: (name) => formatQueueUrl(url, name),
    close: () => close(server, longPolls),
  };
}

interface CallContext extends Context {
  readonly faults: Faults;
}

/** The answer to one request, or undefined when it is to get lost. @throws QueueError */
async function call(request: IncomingMessage, context: CallContext): Promise<object | undefined> {
  const name = actionOf(request);
  const action = ACTIONS.get(name);
  if (!action)
    throw unsupported(`The local queue has no action \`${name}\`. It has ${[...ACTIONS.keys()].join(", ")}.`);
  const params = parseParams(await readBody(request));
  const fault = context.faults.take(name);
  refuseBy(fault);
  const result = await action(params, context);
  return fault === "answer-lost" ? undefined : result;
}

/** Answers one request; never rejects. */
async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  answer: (signal: AbortSignal) => Promise<object | undefined>,
): Promise<void> {
  const hangUp = new AbortController();
  response.on("close", () => hangUp.abort());
  try {
    const result = await answer(hangUp.signal);
    if (result) write(response, success(result));
    else response.destroy();
  } catch (error) {
    write(response, failure(error instanceof QueueError ? error : internalFailure(error), request));
  }
}

function write(response: ServerResponse, { status, headers, body }: Answer): void {
  response.writeHead(status, { ...headers, "x-amzn-requestid": randomUUID() });
  response.end(body);
}

/** Reads to the end, so that the client hears the answer, but keeps no more than a request may have. */
async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= MAX_REQUEST_BYTES) chunks.push(chunk);
  }
  if (bytes <= MAX_REQUEST_BYTES) return Buffer.concat(chunks).toString();
  const message = `Expected at most ${MAX_REQUEST_BYTES} bytes in a request, got ${bytes}.`;
  throw new QueueError("RequestEntityTooLarge", message, { status: 413 });
}

async function close(server: Server, longPolls: LongPolls): Promise<void> {
  const closed = once(server, "close");
  server.close();
  longPolls.close();
  // The answers to the long polls are on their way; what is open after them has nothing left to say.
  setImmediate(() => server.closeAllConnections());
  await closed;
}
