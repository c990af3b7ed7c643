import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Fault, type FaultProxy, startProxy } from "./proxy.ts";

let server: Server;
let heard: string[];
let fault: Fault | undefined;
let proxy: FaultProxy;

beforeEach(async () => {
  heard = [];
  fault = undefined;
  server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    heard.push(body);
    response.end("said");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  proxy = await startProxy({ upstreamPort: () => port, fault: () => fault });
});

afterEach(async () => {
  await proxy.close();
  server.closeAllConnections();
  server.close();
});

/** What the client hears: a status and a text, or that it heard nothing. */
async function ask(): Promise<string> {
  try {
    const response = await fetch(proxy.url, { method: "POST", body: "asked", signal: AbortSignal.timeout(10_000) });
    return `${response.status} ${await response.text()}`;
  } catch {
    return "broken";
  }
}

test("without a fault everything goes through, one request after the other", async () => {
  expect([await ask(), await ask()]).toEqual(["200 said", "200 said"]);
  expect(heard).toEqual(["asked", "asked"]);
});

test.each([
  ["reset", "broken", false],
  ["half-request", "broken", false],
  ["unavailable", "503 ", false],
  ["half-answer", "broken", true],
  ["answer-lost", "broken", true],
] as const)("%s: the client hears %s, and whether the server did it is %s", async (kind, hears, done) => {
  fault = { kind };
  expect(await ask()).toBe(hears);
  expect(heard).toEqual(done ? ["asked"] : []);
  fault = undefined;
  expect(await ask()).toBe("200 said");
});

test.each(["stalled-request", "stalled-answer"] as const)("%s: all arrives in the end", async (kind) => {
  fault = { kind, ms: 20 };
  expect(await ask()).toBe("200 said");
  expect(heard).toEqual(["asked"]);
});

test("what a client takes back while it is held does not arrive", async () => {
  fault = { kind: "stalled-request", ms: 100 };
  const hangUp = new AbortController();
  const asked = fetch(proxy.url, { method: "POST", body: "taken back", signal: hangUp.signal }).catch(() => "gone");
  await new Promise((resolve) => setTimeout(resolve, 20));
  hangUp.abort();
  expect(await asked).toBe("gone");
  fault = { kind: "stalled-request", ms: 200 };
  expect(await ask()).toBe("200 said");
  expect(heard).toEqual(["asked"]);
});

test.each([
  ["death-before", []],
  ["death-after", ["asked"]],
] as const)("%s: the client is killed when the server has done %j", async (kind, done) => {
  let killed = 0;
  fault = { kind, kill: () => killed++ };
  expect(await ask()).toBe("broken");
  expect(killed).toBe(1);
  expect(heard).toEqual(done);
});
