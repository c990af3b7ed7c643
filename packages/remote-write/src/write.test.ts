import { readFileSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { WriteSeries } from "@penstock/model";
import fc from "fast-check";
import { describe, expect, onTestFinished, test } from "vitest";
import { timestampsFrom, writeSeries } from "../test/arbitraries.ts";
import { deserted, startStub } from "../test/stub-server.ts";
import { decodeRequest } from "../test/wire.ts";
import { createReceiver } from "./index.ts";
import { MAX_WORDS } from "./words.ts";

const ONE: WriteSeries[] = [{ labels: [["__name__", "m"]], timestamps: [1_795_475_070_000], values: [1] }];
/** Long enough never to end a request on a busy machine. */
const PLENTY_MS = 30_000;
/** Short, for servers that never answer. */
const SHORT_MS = 100;

describe("a request", () => {
  test("carries what it was given, bit for bit and in order", async () => {
    const stub = await startStub((response) => response.writeHead(204).end());
    const receiver = createReceiver({ writeUrl: `${stub.url}/api/v1/write` });
    const any = writeSeries("m", timestampsFrom(1, Number.MAX_SAFE_INTEGER));
    await fc.assert(
      fc.asyncProperty(fc.array(any, { minLength: 1, maxLength: 5 }), async (series) => {
        await receiver.write(series, PLENTY_MS);
        expect(await decodeRequest(stub.seen.at(-1)!.body)).toEqual(series);
      }),
    );
  });

  test("has the headers that remote write 1.0 asks for, and the caller's own", async () => {
    const stub = await startStub((response) => response.writeHead(200).end());
    const headers = { "X-Scope-OrgID": "team-a", "content-type": "text/plain", "user-agent": "me" };
    await createReceiver({ writeUrl: `${stub.url}/push`, headers }).write(ONE, PLENTY_MS);
    expect(stub.seen[0]).toMatchObject({ method: "POST", path: "/push" });
    expect(stub.seen[0]!.headers).toMatchObject({
      "content-encoding": "snappy",
      "content-type": "application/x-protobuf",
      "x-prometheus-remote-write-version": "0.1.0",
      "user-agent": expect.stringMatching(/^penstock\/\d+\.\d+\.\d+$/),
      "x-scope-orgid": "team-a",
      "content-length": String(stub.seen[0]!.body.length),
    });
    expect(stub.seen[0]!.headers).not.toHaveProperty("authorization");
  });

  test("names the version in package.json", async () => {
    const stub = await startStub((response) => response.writeHead(200).end());
    await createReceiver({ writeUrl: stub.url }).write(ONE, PLENTY_MS);
    const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
    expect(stub.seen[0]!.headers["user-agent"]).toBe(`penstock/${version}`);
  });
});

describe("what would be stored silently wrong is the caller's mistake", () => {
  test.each<[string, WriteSeries[]]>([
    ["no series", []],
    ["timestamp 0", [{ ...ONE[0]!, timestamps: [0] }]],
    ["timestamp NaN", [{ ...ONE[0]!, timestamps: [Number.NaN] }]],
    ["timestamp 1.5", [{ ...ONE[0]!, timestamps: [1.5] }]],
    ["fewer values", [{ ...ONE[0]!, values: [] }]],
    ["fewer timestamps", [{ ...ONE[0]!, timestamps: [] }]],
    ["null for a value", [{ ...ONE[0]!, values: [null as unknown as number] }]],
  ])("%s", async (_, series) => {
    const stub = await startStub((response) => response.writeHead(204).end());
    await expect(createReceiver({ writeUrl: stub.url }).write(series, PLENTY_MS)).rejects.toThrow(TypeError);
    expect(stub.seen).toEqual([]);
  });
});

describe("an answer", () => {
  test("is told as it came, whatever its status", async () => {
    const statuses = [200, 202, 204, 400, 401, 403, 404, 413, 415, 422, 429, 500, 503];
    for (const status of statuses) {
      const stub = await startStub((response) => {
        response.writeHead(status, { "x-amzn-RequestId": "r-1", "retry-after": "7" });
        response.end(status === 204 ? undefined : "err: out of order sample\n");
      });
      expect(await createReceiver({ writeUrl: stub.url }).write(ONE, PLENTY_MS)).toEqual({
        kind: "answered",
        status,
        body: status === 204 ? "" : "err: out of order sample",
        retryAfterMs: 7_000,
        requestId: "r-1",
      });
    }
  });

  test("without a body or headers has none", async () => {
    const stub = await startStub((response) => response.writeHead(400).end());
    const answer = await createReceiver({ writeUrl: stub.url }).write(ONE, PLENTY_MS);
    expect(answer).toMatchObject({ body: "", retryAfterMs: undefined, requestId: undefined });
  });

  test("that never ends is read to a bound and cut", async () => {
    let sent = 0;
    const { promise: closed, resolve: gone } = Promise.withResolvers<void>();
    const stub = await startStub((response) => {
      const pour = (): void => {
        while (!response.closed && response.write("é".repeat(10_000))) sent += 20_000;
      };
      response
        .writeHead(500)
        .on("drain", pour)
        .on("close", () => gone());
      pour();
    });
    const answer = await createReceiver({ writeUrl: stub.url }).write(ONE, PLENTY_MS);
    await closed;
    expect(answer).toMatchObject({ status: 500, body: `${"é".repeat(MAX_WORDS - 1)}…` });
    expect(sent).toBeLessThan(64 * 1024 * 1024);
  });

  test("that breaks off keeps its status and its beginning", async () => {
    const stub = await startStub((response) => {
      response.writeHead(400, { "content-length": "1000" }).write("err: out of");
      setImmediate(() => response.destroy());
    });
    const answer = await createReceiver({ writeUrl: stub.url }).write(ONE, PLENTY_MS);
    expect(answer).toMatchObject({
      status: 400,
      body: expect.stringMatching(/^(err: out of )?\(the answer broke off/),
    });
  });

  test("whose body stalls ends with the timeout and keeps its status", async () => {
    const stub = await startStub((response) => void response.writeHead(400).write("err: out of"));
    const answer = await createReceiver({ writeUrl: stub.url }).write(ONE, 10 * SHORT_MS);
    expect(answer).toMatchObject({ status: 400, body: expect.stringContaining("err: out of (the answer broke off") });
  });

  test("that redirects is an answer; nothing goes elsewhere", async () => {
    const elsewhere = await startStub((response) => response.writeHead(200).end());
    for (const status of [301, 302, 307, 308]) {
      const stub = await startStub((response) => response.writeHead(status, { location: elsewhere.url }).end());
      const receiver = createReceiver({ writeUrl: stub.url, region: "eu-west-1", credentials });
      const answer = await receiver.write(ONE, PLENTY_MS);
      expect(answer).toMatchObject({ status, body: expect.stringContaining(elsewhere.url) });
    }
    expect(elsewhere.seen).toEqual([]);
  });
});

describe("no answer is data too", () => {
  test("when headers never come", async () => {
    const stub = await startStub(() => {});
    const answer = await createReceiver({ writeUrl: stub.url }).write(ONE, SHORT_MS);
    expect(answer).toEqual({ kind: "unanswered", detail: `No answer within ${SHORT_MS} ms` });
  });

  test.each([undefined, "eu-west-1"])("when garbage is collected meanwhile (region %s)", async (region) => {
    setFlagsFromString("--expose-gc");
    const collecting = setInterval(runInNewContext("gc"), 10);
    onTestFinished(() => clearInterval(collecting));
    const stub = await startStub(() => {});
    const receiver = createReceiver({ writeUrl: stub.url, region, credentials });
    expect(await receiver.write(ONE, SHORT_MS)).toMatchObject({ kind: "unanswered" });
  });

  test("when the connection is reset", async () => {
    const stub = await startStub((response) => void response.socket!.resetAndDestroy());
    const answer = await createReceiver({ writeUrl: stub.url }).write(ONE, PLENTY_MS);
    expect(answer).toEqual({ kind: "unanswered", detail: expect.stringMatching(/ECONNRESET|other side closed/) });
  });

  test("when nobody listens", async () => {
    const answer = await createReceiver({ writeUrl: await deserted() }).write(ONE, PLENTY_MS);
    expect(answer).toEqual({ kind: "unanswered", detail: expect.stringContaining("ECONNREFUSED") });
  });

  test.each([0, -1, Number.NaN])("when there is no time left (%d ms), and nothing is sent", async (timeoutMs) => {
    const stub = await startStub((response) => response.writeHead(204).end());
    const answer = await createReceiver({ writeUrl: stub.url }).write(ONE, timeoutMs);
    expect(answer).toEqual({ kind: "unanswered", detail: expect.stringContaining("no time left") });
    expect(stub.seen).toEqual([]);
  });

  test("a timeout may be a fraction, or without end", async () => {
    const stub = await startStub((response) => response.writeHead(204).end());
    for (const timeoutMs of [PLENTY_MS + 0.5, Number.POSITIVE_INFINITY]) {
      expect(await createReceiver({ writeUrl: stub.url }).write(ONE, timeoutMs)).toMatchObject({ status: 204 });
    }
  });
});

async function credentials(): Promise<{ accessKeyId: string; secretAccessKey: string }> {
  return { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" };
}
