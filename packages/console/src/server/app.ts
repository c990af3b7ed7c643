import type { Clock } from "@penstock/model";
import { examine, RemoteError } from "@penstock/operator";
import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import type { Check } from "../api.ts";
import { LetterDesk } from "./desk.ts";
import { addressedToUs, fromOurPage, locked } from "./guard.ts";
import type { History } from "./history.ts";
import * as inputs from "./inputs.ts";
import { BusyError, type Jobs } from "./jobs.ts";
import type { Page } from "./page.ts";
import { PlanError, Plans } from "./plans.ts";
import { answerSeries } from "./series.ts";
import { describeSettings } from "./settings.ts";
import { ask, type ConsoleSources } from "./sources.ts";

/** A plan with its rules is small. */
const MAX_BODY_BYTES: number = 64 * 1024;

const smallBodies = bodyLimit({
  maxSize: MAX_BODY_BYTES,
  onError: (context) => context.json({ error: `Expected at most ${MAX_BODY_BYTES} bytes in a request` }, 413),
});

export interface AppOptions {
  readonly sources: ConsoleSources;
  readonly page: Page;
  readonly history: History;
  readonly jobs: Jobs;
  readonly clock: Clock;
  readonly token: string;
  readonly intervalMs: number;
}

/** The console's HTTP door: the page's files, and below `/api` what the page asks for. */
export function createApp(options: AppOptions): Hono {
  const { sources, page, history, jobs, clock, token } = options;
  const startedMs = clock.now();
  const desk = new LetterDesk(sources, jobs, clock);
  const plans = new Plans(sources, jobs, clock, () => desk.outdate());
  const app = new Hono();
  app.use(locked, addressedToUs);
  app.use("/api/*", fromOurPage(token), smallBodies, async (context, next) => {
    await next();
    context.header("cache-control", "no-store");
  });

  app.get("/api/overview", (context) => {
    const { since } = inputs.read(inputs.SINCE_QUERY, context.req.query());
    return context.json(history.overview(since));
  });
  app.get("/api/settings", async (context) =>
    context.json(await describeSettings(sources, options.intervalMs, startedMs)),
  );
  app.get("/api/writes", async (context) => context.json(await ask(sources.writes)));
  app.get("/api/series", async (context) => {
    const { q, minutes, step, kind } = inputs.read(inputs.SERIES_QUERY, context.req.query());
    const keys = inputs.read(inputs.KEYS_QUERY, context.req.queries("key") ?? []);
    // A sample may be up to ten minutes ahead.
    const endMs = clock.now() + 10 * 60_000;
    const range = { startMs: clock.now() - minutes * 60_000, endMs };
    return context.json(
      await answerSeries(sources.receiver, { selector: q, kind, keys, stepMs: step * 1_000, ...range }),
    );
  });
  addLetters(app, desk);
  addJobs(app, plans, options);

  app.get("*", (context) => page.answer(context, token));
  app.notFound((context) => context.json({ error: "There is nothing here" }, 404));
  app.onError(answerError);
  return app;
}

function addLetters(app: Hono, desk: LetterDesk): void {
  const lookFirst = { error: "The letters were not looked at yet" };
  app.get("/api/desk", async (context) => context.json(await desk.state()));
  app.post("/api/look", async (context) => {
    const { reach } = inputs.read(inputs.LOOK_BODY, await json(context));
    return context.json(desk.look(reach), 202);
  });
  app.get("/api/pivot", (context) => {
    const { q, by } = inputs.read(inputs.PIVOT_QUERY, context.req.query());
    const pivot = desk.pivot(by, q);
    return pivot ? context.json(pivot) : context.json(lookFirst, 409);
  });
  app.get("/api/letters", (context) => {
    const { q, offset, limit } = inputs.read(inputs.LIST_QUERY, context.req.query());
    const list = desk.list(q, offset, limit);
    return list ? context.json(list) : context.json(lookFirst, 409);
  });
  app.get("/api/letters/:id", (context) => {
    const letter = desk.find(context.req.param("id"));
    return letter ? context.json(letter) : context.json({ error: "The last look has not seen such a letter" }, 404);
  });
  app.post("/api/letters/:id/body", async (context) =>
    context.json({ body: await desk.body(context.req.param("id")) }),
  );
  app.post("/api/relabel", async (context) => {
    const { selector, relabel } = inputs.read(inputs.TRIAL_BODY, await json(context));
    return context.json(desk.tryRelabel(selector, relabel));
  });
}

function addJobs(app: Hono, plans: Plans, { jobs, sources }: AppOptions): void {
  app.post("/api/preview/replay", async (context) => {
    const plan = inputs.read(inputs.REPLAY_BODY, await json(context));
    return context.json(plans.previewReplay(plan), 202);
  });
  app.post("/api/preview/drop", async (context) => {
    const plan = inputs.read(inputs.DROP_BODY, await json(context));
    return context.json(plans.previewDrop(plan), 202);
  });
  app.post("/api/jobs/:id/confirm", async (context) => {
    const { letters } = inputs.read(inputs.CONFIRM_BODY, await json(context));
    return context.json(plans.carryOut(context.req.param("id"), letters), 202);
  });
  app.post("/api/jobs/:id/cancel", (context) => {
    jobs.cancel(context.req.param("id"));
    return context.json({});
  });
  app.post("/api/doctor", async (context) => {
    const { probe } = inputs.read(inputs.DOCTOR_BODY, await json(context));
    return context.json(startDoctor(jobs, sources, probe), 202);
  });
  app.get("/api/jobs/:id", (context) => {
    const job = jobs.get(context.req.param("id"));
    return job ? context.json(job) : context.json({ error: "There is no such job any more" }, 404);
  });
}

function startDoctor(jobs: Jobs, sources: ConsoleSources, probe: "write" | "read") {
  const { queue, deadLetters, receiver, receiverUrl } = sources;
  return jobs.start("doctor", async (tell, signal) => {
    const checks: Check[] = [];
    tell({ checks: [] });
    const all = examine({ queueUrl: queue.url, deadLetterQueueUrl: deadLetters.url, receiver, receiverUrl, probe });
    for await (const check of all) {
      checks.push(check);
      tell({ checks: [...checks] });
      if (signal.aborted) break;
    }
  });
}

/** @throws {InputError} when the body is no JSON, or says that it is none: a form of another site cannot say so */
async function json(context: Context): Promise<unknown> {
  if (!/^application\/json\b/.test(context.req.header("content-type") ?? "")) {
    throw new inputs.InputError("Expected a body of type application/json");
  }
  try {
    return await context.req.json();
  } catch (error) {
    if (error instanceof SyntaxError) throw new inputs.InputError(`Expected a body of JSON: ${error.message}`);
    throw error;
  }
}

function answerError(error: Error, context: Context): Response {
  const says = (status: 400 | 409 | 502 | 500): Response => context.json({ error: error.message }, status);
  if (error instanceof inputs.InputError || error instanceof SyntaxError || error instanceof RangeError) {
    return says(400);
  }
  if (error instanceof BusyError || error instanceof PlanError) return says(409);
  if (error instanceof RemoteError) return says(502);
  return says(500);
}
