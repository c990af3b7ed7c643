import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Worker } from "./worker.ts";

/** For a scraper on the same machine or in the same task; there is no authentication. */
const HOST = "127.0.0.1";

export interface MetricsServer {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Serves `/metrics`, and `/healthz`: 200 while the worker can read its queue, 503 with a sentence when it cannot.
 * Rejects when the port is taken.
 */
export async function startMetricsServer(worker: Worker, port: number): Promise<MetricsServer> {
  const server = createServer(async ({ method, url }, response) => {
    if (method !== "GET" && method !== "HEAD") answer(response, 405, "Expected GET or HEAD\n");
    else if (url === "/metrics") answer(response, 200, await worker.metricsText());
    else if (url === "/healthz") answerHealth(response, worker.trouble());
    else answer(response, 404, "Expected /metrics or /healthz\n");
  });
  server.listen(port, HOST);
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

function answerHealth(response: ServerResponse, trouble: string | undefined): void {
  if (trouble === undefined) answer(response, 200, "ok\n");
  else answer(response, 503, `${trouble}\n`);
}

function answer(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { "content-type": "text/plain; version=0.0.4; charset=utf-8" }).end(text);
}
