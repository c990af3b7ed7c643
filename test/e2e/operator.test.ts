import { once } from "node:events";
import { type Local, startLocal } from "@penstock/local";
import { encodeGzipMessage, encodeMessage, groupOf, type Labels, type Message, seriesKey } from "@penstock/model";
import { openQueue } from "@penstock/operator";
import { createReceiver } from "@penstock/remote-write";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type Ran, start } from "./operator-cli.ts";

const HOUR_MS = 60 * 60_000;
const quiet = () => undefined;

let local: Local;
const books = { received: 0, stored: 0, rejected: 0, duplicate: 0, returned: 0 };

beforeAll(async () => {
  local = await startLocal({
    log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
    onReport: ({ rejected, ...report }) => {
      for (const name of ["received", "stored", "duplicate", "returned"] as const) books[name] += report[name];
      for (const samples of Object.values(rejected)) books.rejected += samples;
    },
  });
});

afterAll(() => local?.stop());

function penstock(...args: string[]): Promise<Ran> {
  const env = {
    PENSTOCK_QUEUE_URL: local.queueUrl,
    PENSTOCK_DEAD_LETTER_QUEUE_URL: local.deadLetterQueueUrl,
    PENSTOCK_RECEIVER_URL: local.receiverUrl,
  };
  return start(args, env).ended;
}

async function json<T>(...args: string[]): Promise<T> {
  const { code, stdout, stderr } = await penstock(...args, "--json");
  expect({ code: code === 0 || code === 1, stderr }).toEqual({ code: true, stderr: "" });
  return JSON.parse(stdout) as T;
}

let sent = 0;

async function send(
  metric: Labels,
  timestamps: readonly number[],
  value: number,
  more: Partial<Message> = {},
): Promise<void> {
  const id = `story-${sent++}`;
  const series = [{ metric, timestamps, values: timestamps.map(() => value) }];
  await sendBody(encodeMessage({ v: 1, id, writer: "story", series, ...more }), groupOf(seriesKey(metric)), id);
}

async function sendBody(body: string, group: string, deduplicationId: string): Promise<void> {
  const outcomes = await openQueue(local.queueUrl).send([{ body, group, deduplicationId }]);
  expect(outcomes).toMatchObject([{ ok: true }]);
}

/** Until everything that was sent is settled, and so many dead letters are there. */
async function settled(letters: number): Promise<void> {
  await vi.waitFor(
    () => {
      const { queue, deadLetters } = local.inspect();
      expect(queue.visible + queue.inFlight).toBe(0);
      expect(deadLetters.visible + deadLetters.inFlight).toBe(letters);
    },
    { timeout: 20_000, interval: 20 },
  );
}

async function stored(metric: string): Promise<number> {
  const { stdout } = await penstock("series", "show", metric, "--since", "2h", "--json");
  const series = stdout
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as { points: { value: number }[] });
  return series.flatMap(({ points }) => points).reduce((sum, { value }) => sum + value, 0);
}

interface Stat {
  readonly rows: readonly { readonly by: readonly string[]; readonly letters: number; readonly samples: number }[];
  readonly letters: number;
  readonly samples: number;
}

test("an operator finds out what was refused and why, mends one, restamps another, drops a third; the books balance", async () => {
  const now = Date.now();
  await send({ __name__: "good_total" }, [now - 3_000, now - 2_000], 1);
  await send({ __name__: "good_total" }, [now - 600_000], 10);
  await send({ __name__: "old_total", city: "Reykjavík" }, [now - 2 * HOUR_MS, now - 2 * HOUR_MS + 1], 3);
  await send({ __name__: "http_total", "http.method": "GET" }, [now, now + 1], 7, { writer: "gateway" });
  await sendBody("{ not json \u202e", "g1", "garbage");
  await settled(3);

  // What was refused, and why?
  const stat = await json<Stat>("dlq", "stat", "--by", "reason,writer");
  expect(stat.rows.map(({ by, letters, samples }) => [...by, letters, samples]).toSorted()).toEqual([
    ["greater_than_max_sample_age", "story", 1, 2],
    ["label_invalid", "gateway", 1, 2],
    ["message_malformed", "", 1, 1],
  ]);
  expect(await penstock("dlq", "stat")).toMatchObject({ code: 1 });
  const letter = await json<{ id: string; detail: string }>("dlq", "ls", '{writer="gateway"}');
  const shown = await penstock("dlq", "show", letter.id.slice(0, 8));
  expect(shown.code).toBe(0);
  expect(shown.stdout).toContain(letter.detail);
  expect(shown.stdout).toContain("docs/reasons.md#label_invalid");
  const garbage = await json<{ id: string }>("dlq", "ls", '{reason="message_malformed"}');
  const raw = await penstock("dlq", "show", garbage.id);
  expect(raw.stdout).toContain("{ not json \\u202e");

  // Mend the one: first without doing it, also in a way that would not help.
  const rename = ["--rename", "http.method=method"];
  const futile = await penstock("dlq", "replay", '{reason="label_invalid"}');
  expect(futile).toMatchObject({
    code: 1,
    stdout: expect.stringContaining("2 samples would be refused again: label_invalid"),
  });
  const preview = await penstock("dlq", "replay", '{reason="label_invalid"}', ...rename);
  expect(preview).toMatchObject({
    code: 0,
    stdout: expect.stringContaining("Nothing was changed; --confirm does it."),
  });
  await settled(3);
  const mended = await json<object>("dlq", "replay", '{reason="label_invalid"}', ...rename, "--confirm");
  expect(mended).toMatchObject({ matched: 1, replayed: 1, samples: 2, kept: {}, hopeless: {} });
  await settled(2);
  expect(await stored('http_total{method="GET"}')).toBe(14);

  // Restamp another, drop the third.
  expect(await json<object>("dlq", "replay", '{city=~"R.*k"}', "--restamp", "--confirm")).toMatchObject({
    replayed: 1,
  });
  await settled(1);
  expect(await stored("old_total")).toBe(6);
  expect(await penstock("dlq", "drop", '{reason="message_malformed"}')).toMatchObject({ code: 0 });
  await settled(1);
  expect(await json<object>("dlq", "drop", '{reason="message_malformed"}', "--confirm")).toMatchObject({ dropped: 1 });
  await settled(0);
  expect(await penstock("dlq", "stat")).toMatchObject({ code: 0, stdout: expect.stringContaining("No dead letters") });

  // The books: everything sent is stored once, but for the garbage; what was rejected came again as a replay.
  expect(await stored("good_total")).toBe(12);
  const { received, stored: kept, rejected, duplicate, returned } = books;
  expect(received).toBe(kept + rejected + duplicate + returned);
  expect({ kept, rejected, duplicate }).toEqual({ kept: 3 + 2 + 2, rejected: 2 + 2 + 1, duplicate: 0 });
});

test("series, explain, queue and doctor answer a person and a script", async () => {
  await send({ __name__: "lanes_total" }, [Date.now()], 1);
  await send({ __name__: "lanes_total" }, [Date.now() - 60_000], 2);
  await settled(0);
  const series = await penstock("series", "ls", "lanes_total", "--json");
  const { lanes } = JSON.parse(series.stdout) as { lanes: { lane: string; samples: number }[] };
  expect(lanes.map(({ lane, samples }) => [lane, samples])).toEqual([
    ["1", 1],
    ["2", 1],
  ]);
  const fine = await json<object>("explain", "lanes_total 5", "--receiver", local.receiverUrl);
  expect(fine).toMatchObject({ rejected: 0, series: [{ samples: [{ fate: "store", lane: "1" }] }] });
  const late = await penstock("explain", `lanes_total 5 ${Date.now() - 2 * HOUR_MS}`);
  expect(late).toMatchObject({ code: 1, stdout: expect.stringContaining("greater_than_max_sample_age") });
  expect(await json<object>("queue", "stat")).toMatchObject({ queue: { visible: 0 }, deadLetters: { visible: 0 } });
  const doctor = await penstock("doctor", "--json");
  const checks = doctor.stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { id: string; status: string });
  expect({ code: doctor.code, failed: checks.filter(({ status }) => status === "FAIL") }).toEqual({
    code: 0,
    failed: [],
  });
  expect(checks.find(({ id }) => id === "receiver.ledger")).toMatchObject({ status: "PASS" });
});

test("check names what would be refused by its line, and decode opens bodies", async () => {
  const lines = [
    'fine_total{a="b"} 1',
    '{"metric":{"__name__":"x_total","a.b":"c"},"value":1}',
    '{"v":1,"series":[{"metric":{"__name__":"y_total"},"timestamps":[1795000000],"values":[1]}]}',
    "no sample",
  ];
  const checked = await start(["check", "--json"], {}, [], lines.join("\n")).ended;
  const findings = checked.stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { line: number; reason: string });
  expect({ code: checked.code, findings: findings.map(({ line, reason }) => [line, reason]) }).toEqual({
    code: 1,
    findings: [
      [2, "label_invalid"],
      [3, "timestamp_invalid"],
      [4, "message_malformed"],
    ],
  });
  expect(await start(["check"], {}, [], lines[0]).ended).toMatchObject({ code: 0, stdout: "1 sample, 0 findings.\n" });

  const series = [{ metric: { __name__: "x_total" }, timestamps: [1_795_000_000_000], values: [7] }];
  const packed = await start(["decode"], {}, [], encodeGzipMessage({ v: 1, series })).ended;
  expect(JSON.parse(packed.stdout)).toEqual({ v: 1, series });
  const opened = await start(["decode"], {}, [], await remoteWriteBody()).ended;
  expect(JSON.parse(opened.stdout)).toEqual(series[0]);
  expect(await start(["decode"], {}, [], "\u0000nonsense").ended).toMatchObject({ code: 1, stdout: "" });
});

/** What our own client posts. */
async function remoteWriteBody(): Promise<Uint8Array> {
  let body = new Uint8Array();
  const { write } = createReceiver({
    writeUrl: "http://127.0.0.1:1/api/v1/write",
    fetch: async (request) => {
      body = new Uint8Array(await (request as Request).arrayBuffer());
      return new Response();
    },
  });
  await write([{ labels: [["__name__", "x_total"]], timestamps: [1_795_000_000_000], values: [7] }], 1_000);
  return body;
}

test("exit codes say whose turn it is: a wrong call is 2, a queue that does not answer 3, a letter not found 1", async () => {
  const nowhere = ["--dead-letters", "http://127.0.0.1:1/000000000000/dead.fifo"];
  const calls: readonly [code: number, ...args: string[]][] = [
    [2, "dlq", "ls", '{a=~"("}'],
    [2, "dlq", "ls", "{a=b}"],
    [2, "dlq", "stat", "--by", "colour"],
    [2, "dlq", "replay"],
    [2, "dlq", "replay", "{}", "--relabel", "{}"],
    [2, "dlq", "replay", "{}", "--dead-letters", "https://sqs.eu-west-1.amazonaws.com/1/dead.fifo", "--rate", "0"],
    [2, "dlq", "ls", "--dead-letters", "http://127.0.0.1:1/not-fifo"],
    [2, "series", "ls", "{}"],
    [3, "dlq", "ls", ...nowhere],
    [3, "queue", "stat", ...nowhere],
    [1, "dlq", "show", "00000000"],
    [1, "doctor", ...nowhere],
    [0, "dlq", "--help"],
    [0, "--version"],
  ];
  for (const [code, ...args] of calls) {
    const ran = await penstock(...args);
    expect({ args, code: ran.code, stack: /\n\s+at /.test(ran.stderr) }).toEqual({ args, code, stack: false });
    if (code === 3) expect(ran.stderr).toMatch(/Nobody listens there: .*\n$/);
  }
});

test("Ctrl-C ends a tail between two looks, however far apart these are", async () => {
  const env = { PENSTOCK_DEAD_LETTER_QUEUE_URL: local.deadLetterQueueUrl };
  await send({ __name__: "no-name" }, [Date.now()], 1);
  await settled(1);
  const { child, ended } = start(["dlq", "tail", "--json", "--interval", "1h"], env);
  await once(child.stdout!, "data");
  const givenBack = () => expect(local.inspect().deadLetters.visible).toBe(1);
  await vi.waitFor(givenBack, { timeout: 20_000, interval: 20 });
  child.kill("SIGINT");
  expect(await ended).toMatchObject({ code: 0, stdout: expect.stringContaining("metric_name_invalid") });
  expect(local.inspect().deadLetters).toMatchObject({ visible: 1, inFlight: 0 });
  expect(await penstock("dlq", "drop", "{}", "--confirm")).toMatchObject({ code: 0 });
});

test("a doctor without credentials says that they are missing, and fails nothing else for it", async () => {
  const aws = "https://sqs.eu-west-1.amazonaws.com/123456789012";
  const places = ["--queue", `${aws}/penstock.fifo`, "--dead-letters", `${aws}/penstock-dead.fifo`];
  const workspace = "https://aps-workspaces.eu-west-1.amazonaws.com/workspaces/ws-1/";
  const nobody = { AWS_EC2_METADATA_DISABLED: "true", HOME: "/nonexistent" };
  const { code, stdout } = await start(["doctor", "--json", ...places, "--receiver", workspace], nobody).ended;
  const checks = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { id: string; status: string; cure?: string });
  expect(code).toBe(1);
  expect(checks.filter(({ status }) => status === "FAIL")).toMatchObject([
    { id: "credentials", cure: expect.stringContaining("AWS_PROFILE") },
  ]);
  expect(checks.filter(({ status }) => status === "SKIP").map(({ id }) => id)).toEqual([
    "dead-letters.answers",
    "queue.answers",
    "workspace.status",
    "receiver.ledger",
  ]);
});
