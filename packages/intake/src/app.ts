import { type Clock, type SendBatch, systemClock } from "@penstock/model";
import { Hono } from "hono";
import { hasBearer } from "./access.ts";
import { createDelivery } from "./delivery.ts";
import type { Door, Surroundings } from "./door.ts";
import { type FirehoseAccess, firehoseDoor } from "./doors/firehose.ts";
import { otlpDoor } from "./doors/otlp.ts";
import { NO_DELETE, pushgatewayDoor } from "./doors/pushgateway.ts";
import { remoteWriteDoor } from "./doors/remote-write.ts";
import { samplesDoor } from "./doors/samples.ts";
import { DEFAULT_LIMITS, type Limits } from "./limits.ts";
import { Problem, textAnswer } from "./problem.ts";

export interface IntakeOptions {
  /** Where samples go: one SendMessageBatch. */
  readonly queue: SendBatch;
  /** Message groups, 64; every sender of a series must use the same number. */
  readonly groups?: number | undefined;
  /**
   * The SHA-256, in hexadecimal, of the token that every request but Firehose's must bear. Without it the doors ask
   * nobody: what stands before them does (AWS_IAM), or nothing can reach them (loopback).
   */
  readonly bearerSha256?: string | undefined;
  readonly firehose: FirehoseAccess;
  readonly limits?: Partial<Limits> | undefined;
  /** Hears a sentence of what was refused without the client's hearing it, and of every failure of ours. */
  readonly warn?: ((sentence: string) => void) | undefined;
  readonly clock?: Clock | undefined;
}

interface Route {
  readonly path: string;
  readonly methods: readonly string[];
  readonly door: Door;
  /** Told, after the methods, to who comes with another. */
  readonly otherwise?: string;
  /** Whether the door has a lock of its own. */
  readonly access: "shared" | "own";
}

/** Every door, behind one web application: requests in, responses out, and 2xx only once the queue has the samples. */
export function createIntake(options: IntakeOptions): Hono {
  const { queue, groups, bearerSha256, firehose, clock = systemClock, warn = console.warn } = options;
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const surroundings: Surroundings = { deliver: createDelivery(queue, { groups, clock }), limits, clock, warn };
  const routes: readonly Route[] = [
    { path: "/v1/samples", methods: ["POST"], door: samplesDoor, access: "shared" },
    { path: "/api/v1/write", methods: ["POST"], door: remoteWriteDoor, access: "shared" },
    { path: "/v1/metrics", methods: ["POST"], door: otlpDoor, access: "shared" },
    { path: "/metrics/*", methods: ["PUT", "POST"], door: pushgatewayDoor, otherwise: NO_DELETE, access: "shared" },
    { path: "/v1/firehose", methods: ["POST"], door: firehoseDoor(firehose), access: "own" },
  ];
  const app = new Hono();
  app.get("/healthz", (context) => context.text("ok\n"));
  for (const { path, methods, door, otherwise, access } of routes) {
    const token = access === "shared" ? bearerSha256 : undefined;
    app.on([...methods], path, ({ req }) => serve(door, req.raw, token, surroundings));
    app.all(path, () => {
      const refusal = textAnswer(
        new Problem(405, `Expected ${methods.join(" or ")}${otherwise ? `. ${otherwise}` : ""}`),
      );
      refusal.headers.set("allow", methods.join(", "));
      return refusal;
    });
  }
  const paths = routes.map(({ path }) => path).join(", ");
  app.notFound(() => textAnswer(new Problem(404, `Expected one of ${paths}`)));
  return app;
}

async function serve(
  door: Door,
  request: Request,
  bearerSha256: string | undefined,
  surroundings: Surroundings,
): Promise<Response> {
  try {
    if (bearerSha256 !== undefined && !hasBearer(request, bearerSha256)) {
      throw new Problem(401, "Expected `Authorization: Bearer` with the token of this intake");
    }
    return await door.take(request, surroundings);
  } catch (error) {
    if (!(error instanceof Problem)) surroundings.warn(`Intake failed: ${(error as Error).stack}`);
    else if (error.status === 503) surroundings.warn(error.message);
    // What went wrong inside is the operator's to know, not the client's.
    return door.refuse(error instanceof Problem ? error : new Problem(500, "Internal error"), request);
  }
}
