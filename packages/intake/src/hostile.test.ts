import { fork } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { connect } from "node:net";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import protobuf from "protobufjs/minimal.js";
import { afterEach, expect, test } from "vitest";
import { post, TestQueue, testIntake } from "../test/intake.ts";
import { type IntakeServer, startIntakeServer } from "./server.ts";

const { compress } = createRequire(import.meta.url)("snappyjs") as { compress(bytes: Buffer): Buffer };

const MIB = 1024 * 1024;
const JSON_TYPE = { "content-type": "application/json" };
const GZIP_JSON = { ...JSON_TYPE, "content-encoding": "gzip" };
const PROTOBUF = { "content-type": "application/x-protobuf" };
const GZIP_PROTOBUF = { ...PROTOBUF, "content-encoding": "gzip" };
const SNAPPY = { ...PROTOBUF, "content-encoding": "snappy" };

/** So many messages of field 1, each with `inner` in it. */
const repeated = (inner: Buffer, times: number): Buffer => {
  const one = Buffer.concat([Buffer.from([0x0a]), protobuf.Writer.create().uint32(inner.length).finish(), inner]);
  return Buffer.alloc(one.length * times, one);
};
const label = Buffer.from(protobuf.Writer.create().uint32(0x0a).string("label").uint32(0x12).string("v").finish());
const millionLabels = repeated(label, 1_000_000);
/** One histogram of many buckets, under many attributes. */
const amplifier = JSON.stringify({
  resourceMetrics: [
    {
      scopeMetrics: [
        {
          metrics: [
            {
              name: "h",
              histogram: {
                aggregationTemporality: 1,
                dataPoints: [
                  {
                    timeUnixNano: "1795475070000000000",
                    count: 1,
                    attributes: Array.from({ length: 100 }, (_, i) => ({
                      key: `k${i}`,
                      value: { stringValue: "v".repeat(60) },
                    })),
                    explicitBounds: Array.from({ length: 40_000 }, (_, i) => i),
                    bucketCounts: Array.from({ length: 40_001 }, () => 0),
                  },
                ],
              },
            },
          ],
        },
      ],
    },
  ],
});
/** An attribute whose value is a list in a list in a list. */
const nested = (depth: number): string => {
  const value = `${'{"arrayValue":{"values":['.repeat(depth)}${"]}}".repeat(depth)}`;
  return `{"resourceMetrics":[{"resource":{"attributes":[{"key":"a","value":${value}}]}}]}`;
};
const deep = (open: string, close: string, depth: number): string => open.repeat(depth) + close.repeat(depth);

const CASES: [
  what: string,
  path: string,
  body: Uint8Array | string,
  headers: Record<string, string>,
  status: number,
][] = [
  ["a gzip bomb", "/v1/samples", gzipSync(Buffer.alloc(200 * MIB, 0x20)), GZIP_JSON, 413],
  ["a gzip bomb", "/v1/metrics", gzipSync(Buffer.alloc(200 * MIB)), GZIP_PROTOBUF, 413],
  ["a gzip bomb", "/v1/firehose", gzipSync(Buffer.alloc(200 * MIB, 0x20)), GZIP_JSON, 413],
  ["a gzip bomb", "/metrics/job/a", gzipSync(Buffer.alloc(200 * MIB, 0x0a)), { "content-encoding": "gzip" }, 413],
  [
    "a gzip bomb in a message",
    "/v1/samples",
    JSON.stringify({ v: 1, encoding: "gzip", data: gzipSync(Buffer.alloc(20 * MIB)).toString("base64") }),
    JSON_TYPE,
    413,
  ],
  ["a snappy bomb", "/api/v1/write", compress(Buffer.alloc(17 * MIB)), SNAPPY, 413],
  ["a snappy literal of 2 GiB", "/api/v1/write", Buffer.from("05fc00000080", "hex"), SNAPPY, 400],
  ["a body beyond the limit", "/v1/metrics", Buffer.alloc(5 * MIB), PROTOBUF, 413],
  ["millions of empty messages", "/v1/metrics", gzipSync(repeated(Buffer.alloc(0), 8_000_000)), GZIP_PROTOBUF, 413],
  ["millions of empty messages", "/api/v1/write", compress(repeated(Buffer.alloc(0), 8_000_000)), SNAPPY, 413],
  [
    "millions of empty objects",
    "/v1/metrics",
    gzipSync(`{"resourceMetrics":[${"{},".repeat(5_000_000)}{}]}`),
    GZIP_JSON,
    413,
  ],
  ["millions of empty objects", "/v1/samples", gzipSync(`{"series":[${"{},".repeat(5_000_000)}{}]}`), GZIP_JSON, 413],
  [
    "a million labels",
    "/api/v1/write",
    compress(Buffer.concat([Buffer.from([0x0a]), protobuf.Writer.create().bytes(millionLabels).finish()])),
    SNAPPY,
    413,
  ],
  ["a million series", "/metrics/job/a", gzipSync("m 1\n".repeat(1_000_000)), { "content-encoding": "gzip" }, 413],
  ["buckets times labels", "/v1/metrics", amplifier, JSON_TYPE, 413],
  ["messages inside one another", "/v1/metrics", nested(5_000), JSON_TYPE, 400],
  ["lists inside one another", "/v1/metrics", `{"resourceMetrics":${deep("[", "]", 200_000)}}`, JSON_TYPE, 400],
  ["a cut protobuf", "/v1/metrics", Buffer.from([0x0a, 0x7f, 0x12]), PROTOBUF, 400],
  ["groups inside one another", "/v1/metrics", Buffer.alloc(MIB, 0x0b), PROTOBUF, 400],
  ["a cut protobuf", "/api/v1/write", compress(Buffer.from([0x0a, 0x7f, 0x12])), SNAPPY, 400],
  ["no gzip", "/metrics/job/a", "not gzip", { "content-encoding": "gzip" }, 400],
  ["a line without end", "/metrics/job/a", `m{a="${"x".repeat(MIB)}`, {}, 400],
  ["wrong types", "/v1/firehose", '{"requestId":5,"records":"x"}', JSON_TYPE, 400],
];

test.each(CASES)("%s at %s is refused, and nothing is sent", async (_what, path, body, headers, status) => {
  const { app, queue, warnings } = testIntake();
  const answer = await post(app, path, body, headers);
  expect(answer.status).toBe(status);
  expect((await answer.text()).length).toBeLessThan(2_000);
  expect([queue.entries.length, warnings]).toEqual([0, []]);
});

test("a process of the size of a small Lambda outlives all of them", async () => {
  const child = fork(new URL("../test/serve.ts", import.meta.url), {
    execArgv: ["--conditions=@penstock/source", "--max-old-space-size=256"],
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  try {
    const [port] = (await once(child, "message")) as [number];
    const url = `http://127.0.0.1:${port}`;
    for (const [, path, body, headers, status] of CASES) {
      const answer = await fetch(url + path, { method: "POST", body: new Uint8Array(Buffer.from(body)), headers });
      expect(answer.status).toBe(status);
      await answer.text();
    }
    child.send("how large?");
    const [maxRssBytes] = (await once(child, "message")) as [number];
    expect(maxRssBytes).toBeLessThan(768 * MIB);
  } finally {
    child.kill();
  }
});

test("no bytes make a door fail: it answers 2xx or 4xx in its own form", async () => {
  const { app, warnings } = testIntake();
  const doors = [
    ["/v1/samples", JSON_TYPE],
    ["/v1/metrics", JSON_TYPE],
    ["/v1/metrics", PROTOBUF],
    ["/api/v1/write", SNAPPY],
    ["/metrics/job/a", {}],
    ["/v1/firehose", JSON_TYPE],
  ] as const;
  const json = fc.json({ maxDepth: 6 }).map((text) => Buffer.from(text));
  const near = fc
    .constantFrom(amplifier.slice(0, 3000), amplifier, '{"series":[{"labels":{},"samples":[{}]}]}')
    .map((text) => Buffer.from(text));
  const mutated = fc.tuple(near, fc.nat(), fc.nat(255)).map(([bytes, at, byte]) => {
    const copy = Buffer.from(bytes);
    copy[at % copy.length] = byte;
    return copy;
  });
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array)),
    json,
    mutated,
  );
  await fc.assert(
    fc.asyncProperty(bytes, fc.constantFrom(...doors), async (body, [path, headers]) => {
      const answer = await post(app, path, path === "/api/v1/write" ? compress(body) : body, headers);
      expect(answer.status).toBeLessThan(500);
      await answer.text();
    }),
    { numRuns: 1500 },
  );
  expect(warnings.filter((line) => line.startsWith("Intake failed"))).toEqual([]);
});

let server: IntakeServer | undefined;

afterEach(async () => {
  await server?.close();
  server = undefined;
});

test("a body that comes too slowly is cut off, and a client that is quick meanwhile is served", async () => {
  const queue = new TestQueue();
  server = await startIntakeServer({ queue: queue.send, firehose: "open", requestTimeoutMs: 200 });
  const socket = connect(server.port, "127.0.0.1");
  socket.on("error", () => {});
  const answered = new Promise<string>((resolve) => {
    let text = "";
    socket.on("data", (chunk: Buffer) => {
      text += chunk;
    });
    socket.on("close", () => resolve(text));
  });
  socket.write("POST /metrics/job/slow HTTP/1.1\r\nhost: a\r\ncontent-length: 1000\r\n\r\nup");
  const quick = await fetch(`${server.url}/metrics/job/quick`, { method: "POST", body: "up 1\n" });
  expect(quick.status).toBe(200);
  expect(await answered).toMatch(/^HTTP\/1.1 408|^$/);
  expect(Object.keys(queue.values)).toEqual(['{__name__="up",job="quick"}']);
});

test("a body that is cut off is not taken for the whole", async () => {
  const queue = new TestQueue();
  server = await startIntakeServer({ queue: queue.send, firehose: "open", warn: () => {} });
  const socket = connect(server.port, "127.0.0.1");
  socket.on("error", () => {});
  await new Promise<void>((resolve) =>
    socket.write("POST /metrics/job/cut HTTP/1.1\r\nhost: a\r\ncontent-length: 1000\r\n\r\nup 1\nup 2\n", () =>
      resolve(),
    ),
  );
  socket.destroy();
  // The next request is served after the broken one was given up.
  for (let i = 0; i < 3; i++) await fetch(`${server.url}/healthz`);
  expect(queue.entries).toEqual([]);
});
