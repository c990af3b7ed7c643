import { request } from "node:http";
import { Readable } from "node:stream";
import { setTimeout } from "node:timers/promises";
import fc from "fast-check";
import { afterEach, expect, test } from "vitest";
import { encodeWrite, WRITE_HEADERS } from "../../../../../test/contract/write-body.ts";
import { type IncomingSeries, LocalReceiver, type ReceiverServer, startReceiverServer } from "../index.ts";

const NOW_MS = 1_700_000_000_000;
const NAN_BITS = [0x7ff0000000000002n, 0x7ff8000000000001n, 0xfff8000000000123n];
const NANS = new Float64Array(BigUint64Array.from(NAN_BITS).buffer);

let server: ReceiverServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function start(options: Partial<Parameters<typeof startReceiverServer>[0]> = {}): Promise<ReceiverServer> {
  const receiver = new LocalReceiver({ now: () => NOW_MS });
  server = await startReceiverServer({ receiver, ...options });
  return server;
}

function series(name: string, value = 1, timestamp = NOW_MS): IncomingSeries {
  return { labels: [["__name__", name]], timestamps: [timestamp], values: [value] };
}

async function write(url: string, ...sent: IncomingSeries[]): Promise<Response> {
  return fetch(`${url}/api/v1/write`, { method: "POST", headers: WRITE_HEADERS, body: await encodeWrite(sent) });
}

async function get(url: string): Promise<unknown> {
  const response = await fetch(url);
  return { status: response.status, ...((await response.json()) as object) };
}

test("what comes over HTTP is what is written to the receiver itself, bit for bit", async () => {
  const text = fc.string({ unit: "grapheme", maxLength: 5 });
  const incoming = fc.record({
    labels: fc.array(fc.tuple(fc.oneof(fc.constantFrom("__name__", "a", "b"), text), text), { maxLength: 4 }),
    samples: fc.array(
      fc.tuple(
        fc.integer({ min: -7_200_000, max: 7_200_000 }),
        fc.oneof(fc.integer(), fc.double(), fc.constantFrom(...[0, 1, 2].map((nan) => ({ nan })))),
      ),
      { maxLength: 3 },
    ),
  });
  for (const engine of ["cortex", "prometheus"] as const) {
    const direct = new LocalReceiver({ now: () => NOW_MS, rules: { engine } });
    const behind = new LocalReceiver({ now: () => NOW_MS, rules: { engine } });
    const { url } = await start({ receiver: behind });
    await fc.assert(
      fc.asyncProperty(fc.array(incoming, { maxLength: 3 }), async (drawn) => {
        const sent = drawn.map(({ labels, samples }) => ({
          labels,
          timestamps: samples.map(([offset]) => NOW_MS + offset),
          values: Float64Array.from(samples, ([, value]) => (typeof value === "number" ? value : NANS[value.nan]!)),
        }));
        const response = await write(url, ...sent);
        const { status, body } = direct.write(sent);
        expect([response.status, await response.text()]).toEqual([status, body]);
      }),
      { numRuns: 100 },
    );
    const bits = (receiver: LocalReceiver) =>
      receiver
        .select([])
        .map(({ labels, timestamps, values }) => [labels, timestamps, new BigUint64Array(values.slice().buffer)]);
    expect(bits(behind)).toEqual(bits(direct));
    await server!.close();
  }
});

test("has Prometheus' paths at the root and below a workspace of AMP", async () => {
  const { url } = await start();
  const workspace = `${url}/workspaces/ws-local`;
  const body = await encodeWrite([series("m")]);
  for (const path of [`${url}/api/v1/write`, `${url}/api/v1/remote_write`, `${workspace}/api/v1/remote_write`]) {
    expect((await fetch(path, { method: "POST", body })).status).toBe(200);
  }
  const instant = {
    status: "success",
    data: { resultType: "vector", result: [{ metric: { __name__: "m" }, value: [NOW_MS / 1000, "1"] }] },
  };
  expect(await get(`${url}/api/v1/query?query=m`)).toEqual({ ...instant, status: "success" });
  const posted = await fetch(`${workspace}/api/v1/query`, {
    method: "POST",
    body: new URLSearchParams({ query: "m" }),
  });
  expect(await posted.json()).toEqual(instant);
  for (const path of ["/-/ready", "/-/healthy"]) expect((await fetch(url + path)).status).toBe(200);
  expect(await get(`${workspace}/api/v1/status/buildinfo`)).toMatchObject({ status: "success" });
});

test("lists series, label names and label values, of all or of those that match", async () => {
  const { url } = await start();
  await write(
    url,
    {
      ...series("m"),
      labels: [
        ["__name__", "m"],
        ["a", "2"],
      ],
    },
    series("n", 1, NOW_MS - 60_000),
  );
  const api = `${url}/api/v1`;
  expect(await get(`${api}/series?match[]=m&match[]={__name__=~".%2B"}`)).toMatchObject({
    data: [{ __name__: "m", a: "2" }, { __name__: "n" }],
  });
  expect(await get(`${api}/series`)).toMatchObject({ status: "error", errorType: "bad_data" });
  expect(await get(`${api}/labels`)).toMatchObject({ data: ["__name__", "a"] });
  expect(await get(`${api}/labels?match[]=n`)).toMatchObject({ data: ["__name__"] });
  expect(await get(`${api}/label/__name__/values`)).toMatchObject({ data: ["m", "n"] });
  expect(await get(`${api}/label/__name__/values?start=${NOW_MS / 1000}`)).toMatchObject({ data: ["m"] });
});

test.each([
  ["query=m%2B", 400, "bad_data"],
  ["", 400, "bad_data"],
  ["query=m&time=yesterday", 400, "bad_data"],
  ["query=topk(1,m)", 422, "execution"],
  ["query=m[1h]", 422, "execution"],
])("a query of %j is refused with %d", async (parameters, status, errorType) => {
  const { url } = await start({ maxQuerySamples: 1 });
  await write(url, series("m", 1, NOW_MS - 1), series("n"));
  await write(url, series("m"));
  const response = await fetch(`${url}/api/v1/query?${parameters}`);
  expect(response.status).toBe(status);
  expect(await response.json()).toMatchObject({ status: "error", errorType });
});

test.each([
  ["start=1&end=0&step=1", "end timestamp must not be before start time"],
  ["start=0&end=1&step=0", "zero or negative query resolution step widths are not accepted"],
  ["start=0&end=11001&step=1", "exceeded maximum resolution of 11,000 points per timeseries"],
  ["start=0&end=1&step=often", 'cannot parse "often" to a valid duration'],
])("a range of %j is refused", async (parameters, words) => {
  const { url } = await start();
  expect(await get(`${url}/api/v1/query_range?query=1&${parameters}`)).toMatchObject({
    errorType: "bad_data",
    error: expect.stringContaining(words),
  });
});

test("a body over the limit is refused by its size, sent or unpacked, and told to the end", async () => {
  const receiver = new LocalReceiver({ now: () => NOW_MS, rules: { engine: "cortex", maxRequestBytes: 1000 } });
  const { url } = await start({ receiver });
  const post = (body: RequestInit["body"]) =>
    fetch(`${url}/api/v1/write`, { method: "POST", body, duplex: "half" } as RequestInit);
  const sent = await post(new Uint8Array(1001));
  expect([sent.status, await sent.text()]).toEqual([400, "received message larger than max (1001 vs 1000)\n"]);
  const chunks = Array.from({ length: 100 }, () => new Uint8Array(65_536));
  const streamed = await post(Readable.toWeb(Readable.from(chunks)) as ReadableStream);
  expect(await streamed.text()).toBe("received message larger than max (6553600 vs 1000)\n");
  const unpacked = await write(url, {
    ...series("m"),
    labels: [
      ["__name__", "m"],
      ["a", "x".repeat(2000)],
    ],
  });
  expect(await unpacked.text()).toMatch(/^received message larger than max \(20\d\d vs 1000\)\n$/);
  expect(receiver.select([])).toEqual([]);
});

test.each([
  [{ kind: "throttled", retryAfterSeconds: 3 }, 429, "3", 0],
  [{ kind: "throttled" }, 429, null, 0],
  [{ kind: "unavailable" }, 503, null, 0],
  [{ kind: "failed-after", status: 502 }, 502, null, 1],
  [{ kind: "reset" }, undefined, null, 0],
  [{ kind: "answer-lost" }, undefined, null, 1],
] as const)("on demand: %j", async (fault, status, retryAfter, landed) => {
  const { url, faults, receiver } = await start();
  faults.writes.plan(fault);
  const answer = await write(url, series("m")).catch(() => undefined);
  expect(answer?.status).toBe(status);
  expect(answer?.headers.get("retry-after") ?? null).toBe(retryAfter);
  expect(receiver.select([])).toHaveLength(landed);
  expect((await write(url, series("n"))).status).toBe(200);
});

test("on demand: a refusal without words, an answer that comes late, queries that fail, and chance", async () => {
  const { url, faults, receiver } = await start();
  await write(url, series("m"));
  faults.writes.plan({ kind: "wordless" });
  const refused = await write(url, series("m", 2), series("n"));
  expect([refused.status, await refused.text()]).toEqual([400, ""]);
  expect(receiver.select([])).toHaveLength(2);

  faults.writes.plan({ kind: "slow", delayMs: 200 });
  const order: unknown[] = [];
  // Timers of one length run out in the order in which they were set, however busy the machine is.
  const timer = setTimeout(200).then(() => order.push("timer"));
  await Promise.all([timer, write(url, series("o")).then(({ status }) => order.push(status))]);
  expect(order).toEqual(["timer", 200]);

  faults.queries.plan({ kind: "unavailable" });
  expect((await fetch(`${url}/api/v1/query?query=1`)).status).toBe(503);
  expect((await fetch(`${url}/api/v1/query?query=1`)).status).toBe(200);

  let requests = 0;
  faults.writes.choose(() => (++requests % 2 === 0 ? { kind: "unavailable" } : undefined));
  const statuses = [];
  for (const name of ["p", "q", "r", "s"]) statuses.push((await write(url, series(name))).status);
  expect(statuses).toEqual([200, 503, 200, 503]);
  faults.writes.clear();
  expect((await write(url, series("t"))).status).toBe(200);
});

test("closing does not wait for slow answers", async () => {
  const { url, faults, close } = await start();
  const { promise: arrived, resolve: arrive } = Promise.withResolvers<void>();
  faults.writes.choose(() => {
    arrive();
    return { kind: "slow", delayMs: 3_600_000 };
  });
  const pending = write(url, series("m")).catch(() => "cut");
  await arrived;
  await close();
  server = undefined;
  expect(await pending).toBe("cut");
});

test("the last writes are kept for looking at, newest first, and no more than so many", async () => {
  const { url, faults, recentWrites } = await start();
  await write(url, series("m"), series("n"));
  await write(url, series("m", 2));
  faults.writes.plan({ kind: "reset" });
  await write(url, series("m", 3)).catch(() => undefined);
  expect(recentWrites()).toMatchObject([
    { status: undefined, series: 0 },
    { status: 400, series: 1, samples: 1, body: expect.stringContaining("duplicate sample") },
    { status: 200, series: 2, samples: 2, bytes: expect.any(Number), atMs: NOW_MS, body: "" },
  ]);
  for (let i = 0; i < 250; i++) await write(url, series("many", i, NOW_MS + i));
  expect(recentWrites()).toHaveLength(200);
});

test("listens on this machine only", async () => {
  const { port } = await start();
  const answered = await new Promise((resolve) => {
    const probe = request({ host: "127.0.0.2", port, path: "/-/ready" }, () => resolve(true));
    probe.on("error", () => resolve(false)).end();
  });
  expect(answered).toBe(false);
});
