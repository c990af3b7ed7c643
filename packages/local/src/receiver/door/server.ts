import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import { Faults } from "../faults.ts";
import { LocalReceiver } from "../receiver.ts";
import { createDoor, type RecentWrite } from "./door.ts";
import { Recent } from "./recent.ts";

/** There is no authentication: nobody but this machine may reach it. */
const HOST = "127.0.0.1";

/** Writes kept for looking at. */
const MAX_RECENT_WRITES = 200;

/** Prometheus' own (`--query.max-samples`), and AMP's (docs/quotas.md). */
const DEFAULT_MAX_QUERY_SAMPLES = 50_000_000;

export interface ReceiverServerOptions {
  /** 0, the default, is any free port. */
  readonly port?: number;
  /** Whose door it is. By default a new Cortex on the machine's clock. */
  readonly receiver?: LocalReceiver;
  /** Samples that one query may load; more is refused as too heavy. */
  readonly maxQuerySamples?: number;
}

export interface ReceiverServer {
  /** Without a slash at the end. The same API is below `/workspaces/ws-local`, as in a workspace of AMP. */
  readonly url: string;
  readonly port: number;
  readonly receiver: LocalReceiver;
  /** Failures on demand, of writes and of queries. */
  readonly faults: { readonly writes: Faults; readonly queries: Faults };
  /** The last writes, newest first, also those that were refused. */
  recentWrites(): RecentWrite[];
  /** Stops listening and cuts what is open. */
  close(): Promise<void>;
}

/**
 * Speaks for a local receiver over HTTP, on 127.0.0.1 only: remote write 1.0, and of Prometheus' query API what a
 * console needs. Rejects when the port is taken.
 */
export async function startReceiverServer(options: ReceiverServerOptions = {}): Promise<ReceiverServer> {
  const { receiver = new LocalReceiver({ now: Date.now }), maxQuerySamples = DEFAULT_MAX_QUERY_SAMPLES } = options;
  const faults = { writes: new Faults(), queries: new Faults() };
  const recentWrites = new Recent<RecentWrite>(MAX_RECENT_WRITES);
  const ending = new AbortController();
  const door = createDoor({
    receiver,
    maxQuerySamples,
    recentWrites,
    writeFaults: faults.writes,
    queryFaults: faults.queries,
    signal: ending.signal,
  });
  const server = createAdaptorServer({ fetch: door.fetch }) as Server;
  server.listen(options.port ?? 0, HOST);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${HOST}:${port}`,
    port,
    receiver,
    faults,
    recentWrites: () => recentWrites.list(),
    close: async () => {
      const closed = once(server, "close");
      server.close();
      ending.abort();
      server.closeAllConnections();
      await closed;
    },
  };
}
