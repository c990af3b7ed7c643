import type { ReadQuery } from "@penstock/model";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type StubServer, startStub } from "../test/stub-server.ts";
import { createReceiver } from "./index.ts";

const BASE_MS = 1_795_475_070_000;
const QUERY: ReadQuery = {
  matchers: [
    { name: "_group", op: "=~", value: "g1|g2" },
    { name: "path", op: "=", value: '/a"b\\c&d=é' },
  ],
  startMs: BASE_MS + 1,
  endMs: BASE_MS + 999,
};
const PLENTY_MS = 30_000;

function reader({ url }: StubServer, maxResponseBytes?: number) {
  const options = { writeUrl: `${url}/api/v1/write`, queryUrl: `${url}/api/v1/query`, maxResponseBytes };
  return createReceiver(options).read!;
}

/** A server that answers every query with `body`. */
function answering(body: unknown, status = 200): Promise<StubServer> {
  return startStub((response) =>
    response.writeHead(status).end(typeof body === "string" ? body : JSON.stringify(body)),
  );
}

function matrix(result: unknown): unknown {
  return { status: "success", data: { resultType: "matrix", result } };
}

test("without a query URL a receiver cannot be read", () => {
  expect(createReceiver({ writeUrl: "http://prom.test/api/v1/write" }).read).toBeUndefined();
});

test("a reading is one instant query of a range selector, a millisecond wider than asked for", async () => {
  const stub = await answering(matrix([]));
  await reader(stub)(QUERY, PLENTY_MS);
  expect(stub.seen[0]).toMatchObject({ method: "POST", path: "/api/v1/query" });
  expect(stub.seen[0]!.headers["content-type"]).toBe("application/x-www-form-urlencoded");
  expect(Object.fromEntries(new URLSearchParams(stub.seen[0]!.body.toString()))).toEqual({
    query: '{_group=~"g1|g2",path="/a\\"b\\\\c&d=é"}[999ms]',
    time: "1795475070.999",
  });
});

test("samples come back with their milliseconds and values, both ends included and nothing outside", async () => {
  const points = [
    [`${BASE_MS / 1000}`, "0"],
    ["1795475070.001", "1"],
    ["1795475070.1", "NaN"],
    ["1795475070.2", "+Inf"],
    ["1795475070.3", "-Inf"],
    ["1795475070.4", "1.7976931348623157e+308"],
    ["1795475070.999", "-5e-324"],
    ["1795475071", "9"],
  ].map(([seconds, value]) => `[${seconds},"${value}"]`);
  const empty = `{"metric":{"_unique_id":"2"},"values":[[${BASE_MS / 1000},"1"]]}`;
  const series = `{"metric":{"__name__":"m","__proto__":"p"},"values":[${points}]}`;
  const text = `{"status":"success","data":{"resultType":"matrix","result":[${series},${empty}]}}`;
  expect(await reader(await answering(text))(QUERY, PLENTY_MS)).toEqual({
    kind: "read",
    bytes: text.length,
    series: [
      {
        labels: Object.fromEntries([
          ["__name__", "m"],
          ["__proto__", "p"],
        ]),
        timestamps: [1, 100, 200, 300, 400, 999].map((offset) => BASE_MS + offset),
        values: [1, Number.NaN, Infinity, -Infinity, Number.MAX_VALUE, -5e-324],
      },
    ],
  });
});

test("every millisecond survives being written as seconds", async () => {
  let at = 0;
  const stub = await startStub((response) => {
    const seconds = `${Math.trunc(at / 1000)}.${String(at % 1000).padStart(3, "0")}`;
    const result = `[{"metric":{},"values":[[${seconds},"1"]]}]`;
    response.end(`{"status":"success","data":{"resultType":"matrix","result":${result}}}`);
  });
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1e11, max: 1e14 }), async (timestamp) => {
      at = timestamp;
      const answer = await reader(stub)({ matchers: [], startMs: timestamp, endMs: timestamp }, PLENTY_MS);
      expect(answer).toMatchObject({ kind: "read", series: [{ timestamps: [timestamp] }] });
      const seconds = new URLSearchParams(stub.seen.at(-1)!.body.toString()).get("time")!;
      expect(Math.round(Number(seconds) * 1000)).toBe(timestamp);
    }),
    // From 2038 on some seconds times a thousand fall short of their millisecond.
    { numRuns: 50, examples: [[2_147_483_648_002]] },
  );
});

describe("too much at once is heavy", () => {
  test.each([
    [422, "query timed out - consider simplifying your query"],
    [422, "query processing would load too many samples into memory in query execution"],
    [503, "query timed out in expression evaluation"],
    [422, "the query hit the max number of chunks limit while fetching chunks from ingesters"],
    [422, "the query hit the aggregated data size limit (limit: 1 bytes)"],
    [422, "the query time range exceeds the limit (query length: 2h, limit: 1h)"],
    [422, "exceeded series limit: rpc error"],
    [413, "grpc: received message larger than max"],
    [414, ""],
  ])("%d %s", async (status, error) => {
    const stub = await answering({ status: "error", errorType: "execution", error }, status);
    const answer = await reader(stub)(QUERY, PLENTY_MS);
    expect(answer).toEqual({ kind: "heavy", detail: expect.stringContaining(error) });
  });

  test("an answer over our own bound, which is not read to its end", async () => {
    const fitting = JSON.stringify(matrix([]));
    const stub = await answering(fitting);
    expect(await reader(stub, fitting.length)(QUERY, PLENTY_MS)).toMatchObject({ kind: "read" });
    expect(await reader(stub, fitting.length - 1)(QUERY, PLENTY_MS)).toMatchObject({ kind: "heavy" });
    const endless = await startStub((response) => {
      const pour = (): void => {
        while (!response.closed && response.write(" ".repeat(65_536)));
      };
      response.on("drain", pour);
      pour();
    });
    expect(await reader(endless)(QUERY, PLENTY_MS)).toMatchObject({ kind: "heavy" });
  });

  test.each([
    ["headers", () => {}],
    ["the body", (response: { write(text: string): unknown }) => void response.write("{")],
  ])("our own time ending while %s are awaited", async (_, answer) => {
    expect(await reader(await startStub(answer))(QUERY, 200)).toMatchObject({ kind: "heavy" });
  });
});

describe("what is no reading is a failure", () => {
  test.each([400, 401, 403, 404, 422, 429, 500, 503])("%d", async (status) => {
    const answer = await reader(await answering("no such thing\n", status))(QUERY, PLENTY_MS);
    expect(answer).toEqual({ kind: "failed", status, detail: "no such thing" });
  });

  test("a redirect, which is not followed", async () => {
    const elsewhere = await answering(matrix([]));
    const stub = await startStub((response) => response.writeHead(302, { location: elsewhere.url }).end());
    expect(await reader(stub)(QUERY, PLENTY_MS)).toMatchObject({ kind: "failed", status: 302 });
    expect(elsewhere.seen).toEqual([]);
  });

  test("a reset connection, and one that ends on the way", async () => {
    const reset = await startStub((response) => void response.socket!.resetAndDestroy());
    expect(await reader(reset)(QUERY, PLENTY_MS)).toMatchObject({ kind: "failed", status: undefined });
    const short = await startStub((response) => {
      response.writeHead(200, { "content-length": "100" }).write('{"status":');
      setImmediate(() => response.destroy());
    });
    expect(await reader(short)(QUERY, PLENTY_MS)).toMatchObject({ kind: "failed", status: 200 });
  });

  test("no time left, which asking for less would not cure", async () => {
    const stub = await answering(matrix([]));
    expect(await reader(stub)(QUERY, 0)).toMatchObject({ kind: "failed", status: undefined });
    expect(stub.seen).toEqual([]);
  });

  test("a reading that may have holes", async () => {
    const stub = await answering({
      ...(matrix([]) as object),
      warnings: ["the query result may contain partial data"],
    });
    const detail = expect.stringContaining("partial data");
    expect(await reader(stub)(QUERY, PLENTY_MS)).toEqual({ kind: "failed", status: 200, detail });
  });

  test.each<[string, unknown]>([
    ["no JSON", "<html>"],
    ["nothing", ""],
    ["an error with 200", { status: "error", error: "no" }],
    ["a vector", { status: "success", data: { resultType: "vector", result: [] } }],
    ["a histogram", matrix([{ metric: {}, histograms: [] }])],
    ["a label that is no text", matrix([{ metric: { a: 1 }, values: [] }])],
    ["a value that is no text", matrix([{ metric: {}, values: [[BASE_MS / 1000 + 0.5, 1]] }])],
    ["an empty value", matrix([{ metric: {}, values: [[BASE_MS / 1000 + 0.5, ""]] }])],
    ["a hexadecimal value", matrix([{ metric: {}, values: [[BASE_MS / 1000 + 0.5, "0x10"]] }])],
    ["a time that is text", matrix([{ metric: {}, values: [["1795475070.5", "1"]] }])],
    [
      "times that go back",
      matrix([
        {
          metric: {},
          values: [
            [BASE_MS / 1000 + 0.5, "1"],
            [BASE_MS / 1000 + 0.4, "1"],
          ],
        },
      ]),
    ],
  ])("%s", async (_, body) => {
    expect(await reader(await answering(body))(QUERY, PLENTY_MS)).toMatchObject({ kind: "failed", status: 200 });
  });

  test("whatever a server says, in pieces of a right answer or none: never a rejection", async () => {
    const point = fc.oneof(fc.tuple(fc.double(), fc.string()), fc.jsonValue());
    const entry = fc.oneof(
      fc.record({ metric: fc.oneof(fc.object(), fc.jsonValue()), values: fc.array(point) }),
      fc.jsonValue(),
    );
    const data = fc.record({ resultType: fc.constant("matrix"), result: fc.oneof(fc.array(entry), fc.jsonValue()) });
    const answer = fc.record({ status: fc.constant("success"), data: fc.oneof(data, fc.jsonValue()) });
    const text = fc.oneof(
      fc.oneof(answer, fc.jsonValue()).map((value) => JSON.stringify(value)),
      fc.string(),
    );
    let said = "";
    const stub = await startStub((response) => response.end(said));
    await fc.assert(
      fc.asyncProperty(text, async (body) => {
        said = body;
        expect(["read", "failed"]).toContain((await reader(stub)(QUERY, PLENTY_MS)).kind);
      }),
      { numRuns: 300 },
    );
  });
});

test.each([
  [2, 1],
  [1.5, 2],
  [1, Number.NaN],
])("a range from %d to %d is the caller's mistake", async (startMs, endMs) => {
  const stub = await answering(matrix([]));
  await expect(reader(stub)({ matchers: [], startMs, endMs }, PLENTY_MS)).rejects.toThrow(TypeError);
});

test.each([0, -1, 1.5, Number.NaN])("maxResponseBytes cannot be %d", (maxResponseBytes) => {
  expect(() => createReceiver({ writeUrl: "http://prom.test", maxResponseBytes })).toThrow(/`maxResponseBytes`/);
});
