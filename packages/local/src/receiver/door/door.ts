import { setTimeout as sleep } from "node:timers/promises";
import type { HttpBindings } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { type Context, Hono } from "hono";
import { refuse } from "../answer.ts";
import { doWith, type Faults, type Outcome } from "../faults.ts";
import type { LocalReceiver } from "../receiver.ts";
import type { Parameters } from "./parameters.ts";
import { answerQuery, ENDPOINTS, type Endpoint, labelValues } from "./queries.ts";
import type { Recent } from "./recent.ts";
import { readBody } from "./request-body.ts";
import { takeWrite, type Write } from "./write.ts";

/** What Go's `ParseForm` reads of a body. */
const MAX_QUERY_BYTES: number = 10 * 1024 * 1024;

/** Where a receiver has its API: a Prometheus at the root, a workspace of AMP below its name. */
const BASES: readonly string[] = ["", "/workspaces/ws-local"];

/** One write, for people to look at. */
export interface RecentWrite extends Omit<Write, "answer"> {
  /** Epoch milliseconds of the receiver's clock. */
  readonly atMs: number;
  /** Undefined when the connection was cut. */
  readonly status: number | undefined;
  /** The answer's words. */
  readonly body: string;
  readonly durationMs: number;
}

export interface DoorOptions {
  readonly receiver: LocalReceiver;
  readonly writeFaults: Faults;
  readonly queryFaults: Faults;
  readonly recentWrites: Recent<RecentWrite>;
  /** Samples that one query may load. */
  readonly maxQuerySamples: number;
  /** Ends slow answers. */
  readonly signal: AbortSignal;
}

type DoorContext = Context<{ Bindings: HttpBindings }>;

/** The receiver's HTTP API. */
export function createDoor(options: DoorOptions): Hono<{ Bindings: HttpBindings }> {
  const app = new Hono<{ Bindings: HttpBindings }>();
  for (const path of ["/-/ready", "/-/healthy"]) app.get(path, (context) => context.text("Ready.\n"));
  for (const base of BASES) {
    for (const path of ["write", "remote_write"]) {
      app.all(`${base}/api/v1/${path}`, (context) => write(context, options));
    }
    for (const [path, endpoint] of Object.entries(ENDPOINTS)) {
      const answer = (context: DoorContext): Promise<Response> => query(context, options, endpoint);
      app.on(["GET", "POST"], `${base}/api/v1/${path}`, answer);
    }
    app.get(`${base}/api/v1/label/:name/values`, (context) =>
      query(context, options, (parameters, queryContext) =>
        labelValues(context.req.param("name"), parameters, queryContext),
      ),
    );
  }
  app.onError((error, context) => context.text(`${error.message}\n`, 500));
  return app;
}

async function write(context: DoorContext, options: DoorOptions): Promise<Response> {
  const { receiver, recentWrites, writeFaults } = options;
  const startedAt = performance.now();
  const atMs = receiver.now();
  let taken: Write | undefined;
  const outcome = await doWith(writeFaults.take(), async () => {
    taken = await takeWrite(context.req.raw, receiver);
    return taken.answer;
  });
  const { answer } = outcome;
  const said = answer === "cut" ? { status: undefined, body: "" } : { status: answer.status, body: answer.body };
  const { series = 0, samples = 0, bytes = 0 } = taken ?? {};
  recentWrites.add({ atMs, ...said, series, samples, bytes, durationMs: performance.now() - startedAt });
  return send(context, outcome, options.signal);
}

async function query(context: DoorContext, options: DoorOptions, endpoint: Endpoint): Promise<Response> {
  const { receiver: source, maxQuerySamples: maxSamples } = options;
  const outcome = await doWith(options.queryFaults.take(), async () => {
    const parameters = await readParameters(context.req.raw);
    if (!parameters) return refuse(413, `Expected at most ${MAX_QUERY_BYTES} bytes of form`);
    return answerQuery(() => endpoint(parameters, { source, maxSamples }));
  });
  return send(context, outcome, options.signal);
}

/** Those of a form come before those of the URL; undefined when the form is too large. */
async function readParameters(request: Request): Promise<Parameters | undefined> {
  const parameters = new URL(request.url).searchParams;
  if (request.method !== "POST") return parameters;
  const body = await readBody(request, MAX_QUERY_BYTES);
  if (body.kind === "too large") return undefined;
  return new URLSearchParams([...new URLSearchParams(body.bytes.toString()), ...parameters]);
}

async function send(context: DoorContext, { answer, delayMs }: Outcome, signal: AbortSignal): Promise<Response> {
  // An aborted delay is the end of the server, which cuts its connections itself.
  if (delayMs > 0) await sleep(delayMs, undefined, { signal }).catch(() => undefined);
  if (answer === "cut") {
    context.env.incoming.socket.destroy();
    return RESPONSE_ALREADY_SENT;
  }
  const { status, headers, body } = answer;
  return new Response(body === "" ? null : body, { status, headers });
}
