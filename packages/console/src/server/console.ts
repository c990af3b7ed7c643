import { randomBytes } from "node:crypto";
import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import { type Clock, systemClock } from "@penstock/model";
import { createApp } from "./app.ts";
import { History } from "./history.ts";
import { Jobs } from "./jobs.ts";
import { Page } from "./page.ts";
import { isLoopback } from "./settings.ts";
import type { ConsoleSources } from "./sources.ts";
import { loadWeb } from "./web.ts";

/** The console can replay and delete: nobody but this machine may reach it, wherever its queue is. There is no option. */
const HOST = "127.0.0.1";
const TOKEN_BYTES = 32;

/** Between two questions to a source on this machine. */
const LOCAL_INTERVAL_MS = 2_000;
/** In AWS a question costs two requests to SQS, at this interval about two cents in three days, or a query that AMP counts. */
const REMOTE_INTERVAL_MS = 10_000;

export interface ConsoleOptions {
  readonly sources: ConsoleSources;
  /** 0, the default, is any free port. */
  readonly port?: number | undefined;
  /** The machine's by default. */
  readonly clock?: Clock | undefined;
}

export interface Console {
  /** For a browser, with a slash at the end. */
  readonly url: string;
  readonly port: number;
  /** Stops listening; a replay or look under way finishes what it has in hand and gives the rest back. */
  close(): Promise<void>;
}

/**
 * Serves the console on 127.0.0.1. In a checkout the page is built first when its sources have changed.
 *
 * @throws {Error} with code EADDRINUSE when the port is taken
 */
export async function startConsole({ sources, port = 0, clock = systemClock }: ConsoleOptions): Promise<Console> {
  const page = new Page(await loadWeb());
  const intervalMs = intervalFor(sources.queue.url);
  const history = new History(sources, clock, intervalMs);
  const jobs = new Jobs(clock);
  const token = randomBytes(TOKEN_BYTES).toString("base64url");
  const app = createApp({ sources, page, history, jobs, clock, token, intervalMs });
  const server = createAdaptorServer({ fetch: app.fetch }) as Server;
  server.listen(port, HOST);
  await once(server, "listening");
  const { port: actual } = server.address() as AddressInfo;
  const stops = [
    againAndAgain(() => history.sample(), intervalMs),
    againAndAgain(() => history.sampleReceiver(), intervalFor(sources.receiverUrl)),
  ];
  return {
    url: `http://${HOST}:${actual}/`,
    port: actual,
    async close() {
      for (const stop of stops) stop();
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await Promise.all([closed, jobs.close()]);
    },
  };
}

function intervalFor(url: string): number {
  return isLoopback(url) ? LOCAL_INTERVAL_MS : REMOTE_INTERVAL_MS;
}

/** The next question comes an interval after the last answer, so that a slow source is not asked twice at once. */
function againAndAgain(ask: () => Promise<void>, intervalMs: number): () => void {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  const tick = async (): Promise<void> => {
    await ask();
    if (!stopped) timer = setTimeout(tick, intervalMs).unref();
  };
  void tick();
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}
