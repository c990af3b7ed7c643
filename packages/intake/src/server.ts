import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import { createIntake, type IntakeOptions } from "./app.ts";

/** Nobody but this machine may reach it: its doors may ask nobody who he is. */
const HOST = "127.0.0.1";

/** For a whole request, its body too: a slow client holds a connection no longer. */
const REQUEST_TIMEOUT_MS = 10_000;

export interface IntakeServerOptions extends IntakeOptions {
  /** 0, the default, is any free port. */
  readonly port?: number | undefined;
  /** From a request's first byte to its last; 10,000. */
  readonly requestTimeoutMs?: number | undefined;
}

export interface IntakeServer {
  /** Without a slash at the end. */
  readonly url: string;
  readonly port: number;
  /** Stops listening and cuts what is open. */
  close(): Promise<void>;
}

/** The doors on 127.0.0.1. Rejects when the port is taken. */
export async function startIntakeServer(options: IntakeServerOptions): Promise<IntakeServer> {
  const { port: wantedPort = 0, requestTimeoutMs = REQUEST_TIMEOUT_MS, ...intake } = options;
  const server = createAdaptorServer({
    fetch: createIntake(intake).fetch,
    serverOptions: {
      requestTimeout: requestTimeoutMs,
      headersTimeout: requestTimeoutMs,
      // Node looks for slow requests this often, 30 seconds by default.
      connectionsCheckingInterval: requestTimeoutMs / 2,
    },
  }) as Server;
  server.listen(wantedPort, HOST);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${HOST}:${port}`,
    port,
    close: async () => {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
