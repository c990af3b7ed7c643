import { once } from "node:events";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { encodeMessage, groupOf, seriesKey } from "@penstock/model";
import { createProducer, type ProducerError } from "@penstock/producer";
import { createReceiver } from "@penstock/remote-write";
import { afterEach, describe, expect, test, vi } from "vitest";
import { penstock, start } from "../../packages/cli/test/command.ts";
import { QUEUE, sendBodies, startAmp, startPipeline, storedValues, takeLetters } from "./pipeline.ts";
import { startWorkspace } from "./workspace.ts";

const MAIN = fileURLToPath(new URL("../../packages/consumer/src/main.ts", import.meta.url));
const AMP_URL = "https://aps-workspaces.eu-west-1.amazonaws.com/workspaces/ws-0000/";
const CREDENTIALS = { AWS_ACCESS_KEY_ID: "AKIAIOSFODNN7EXAMPLE", AWS_SECRET_ACCESS_KEY: "secret" };

/** The last that was opened is closed first. */
const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function openPipeline(receiverUrl: string, environment?: Record<string, string>) {
  const pipeline = await startPipeline(receiverUrl, environment);
  closing.push(() => pipeline.close());
  return pipeline;
}

/** A port on which nobody listens. */
async function unusedPort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}

const until = (check: () => unknown) => vi.waitFor(check, { timeout: 30_000, interval: 50 });
const metric = { __name__: "good_total", row: "missing" };
const sampleAt = (timestamp: number, value: number) =>
  encodeMessage({ v: 1, series: [{ metric, timestamps: [timestamp], values: [value] }] });

describe("without its queue", () => {
  test("a producer keeps what it has and says why, and the worker waits and says why, until there is one", async () => {
    const receiver = await startAmp();
    closing.push(() => receiver.close());
    const pipeline = await openPipeline(receiver.url);
    const { client, queueUrl, worker, warnings, server } = pipeline;
    const errors: ProducerError[] = [];
    const producer = createProducer({
      queueUrl,
      client,
      flushIntervalMs: 0,
      maxAttempts: 1,
      onError: (error) => errors.push(error),
    });
    await producer.send({ metric, value: 3 });
    expect(await producer.flush()).toEqual({ sent: 0, unsent: 1, lost: 0 });
    expect(errors).toMatchObject([
      { fate: "waiting", samples: 1, message: expect.stringMatching(/The specified queue does not exist/) },
    ]);
    await until(() =>
      expect(worker.trouble()).toMatch(/^The queue could not be read: .*The specified queue does not exist/),
    );
    expect(warnings).toContainEqual(
      expect.stringMatching(/^The queue could not be read .*The specified queue does not exist/),
    );

    server.account.createQueue(QUEUE);
    expect(await producer.close()).toEqual({ sent: 1, unsent: 0, lost: 0 });
    await until(async () => expect(await storedValues(receiver.url, metric.__name__, metric.row)).toEqual([3]));
    expect(worker.trouble()).toBeUndefined();
  });

  test("`penstock send` exits with 3 and the reason, or with 2 where the call itself is wrong", async () => {
    const { queueUrl } = await openPipeline("http://127.0.0.1:9090");
    const send = (...args: string[]) => penstock(["send", ...args], { input: "up 1\n" });
    const nobody = `http://127.0.0.1:${await unusedPort()}/000000000000/metrics.fifo`;
    const nothing = "Sent 0 samples in 0 messages; refused 0.\n";
    const calls: [args: string[], code: number, stdout: string, sentence: RegExp][] = [
      [["--queue", nobody], 3, nothing, /^1 samples did not reach the queue\. .*ECONNREFUSED 127\.0\.0\.1:\d+\n$/],
      [["--queue", queueUrl], 3, nothing, /^1 samples did not reach the queue\. .*The specified queue does not exist/],
      [["--queue", queueUrl.replace(".fifo", "")], 2, "", /^Expected `queueUrl` to be the URL of a FIFO queue/],
      [["--queue", "metrics.fifo"], 2, "", /Expected an http or https URL/],
      [[], 2, "", /required option '--queue <url>' not specified/],
      [["--queue", queueUrl, "no such file"], 2, "", /^Expected `no such file` to be a readable file: ENOENT/],
    ];
    const ended = await Promise.all(calls.map(([args]) => send(...args)));
    for (const [i, [, code, stdout, sentence]] of calls.entries()) {
      expect(ended[i]).toEqual({ code, stdout, stderr: expect.stringMatching(sentence) });
    }
  });
});

describe("without its receiver", () => {
  test("the worker loses nothing and says why, and catches up when there is one", async () => {
    const port = await unusedPort();
    const pipeline = await openPipeline(`http://127.0.0.1:${port}`, { PENSTOCK_REQUEST_TIMEOUT: "1s" });
    const { server, warnings } = pipeline;
    const queue = server.account.createQueue(QUEUE);
    const now = Date.now();
    const bad = encodeMessage({ v: 1, series: [{ metric: { __name__: "no-name" }, timestamps: [now], values: [1] }] });
    await sendBodies(pipeline, groupOf(seriesKey(metric)), [sampleAt(now - 2, 1), bad, sampleAt(now - 1, 10)]);
    await until(() => expect(warnings).toContainEqual(expect.stringMatching(/receiver failed: .*ECONNREFUSED/)));
    await until(() => expect(queue.inspect()).toMatchObject({ visible: 0, inFlight: 3 }));
    expect(pipeline.deadLetters.inspect()).toMatchObject({ visible: 0 });

    const receiver = await startAmp(port);
    closing.push(() => receiver.close());
    await until(() => expect(queue.inspect()).toMatchObject({ visible: 0, inFlight: 0 }));
    expect(await storedValues(receiver.url, metric.__name__, metric.row)).toEqual([1, 10]);
    expect(takeLetters(pipeline)).toMatchObject([{ rejected: { reason: "metric_name_invalid" } }]);
  });

  test("`penstock query` exits with 3 and the reason", async () => {
    const url = `http://127.0.0.1:${await unusedPort()}`;
    expect(await penstock(["query", "up", "--receiver", url])).toEqual({
      code: 3,
      stdout: "",
      stderr: expect.stringMatching(/^The receiver could not be read: .*ECONNREFUSED/),
    });
  });
});

describe("with the wrong region", () => {
  const env = {
    ...CREDENTIALS,
    PENSTOCK_QUEUE_URL: "https://sqs.eu-west-1.amazonaws.com/000000000000/metrics.fifo",
    PENSTOCK_DEAD_LETTER_QUEUE_URL: "https://sqs.eu-west-1.amazonaws.com/000000000000/dead.fifo",
    PENSTOCK_RECEIVER_URL: AMP_URL,
  };

  test("a consumer does not start, and says which one was expected where", async () => {
    const { ended } = start(process.execPath, ["--conditions=@penstock/source", MAIN], {
      env: { ...env, AWS_REGION: "us-east-1" },
    });
    const { code, stderr } = await ended;
    expect(code).toBe(2);
    const of = (name: string) => `the region of \`${name}\`, got "us-east-1"`;
    expect(stderr.trimEnd().split("\n")).toEqual([
      `Expected \`AWS_REGION\` to be "eu-west-1", ${of("PENSTOCK_RECEIVER_URL")}: set \`PENSTOCK_SIGNING_REGION\` to "eu-west-1" if that is meant`,
      `Expected \`AWS_REGION\` to be "eu-west-1", ${of("PENSTOCK_DEAD_LETTER_QUEUE_URL")}`,
      `Expected \`AWS_REGION\` to be "eu-west-1", ${of("PENSTOCK_QUEUE_URL")}`,
    ]);
  });

  test("a receiver cannot be made for it", () => {
    expect(() => createReceiver({ writeUrl: `${AMP_URL}api/v1/remote_write`, region: "us-east-1" })).toThrow(
      /^Expected `region` to be `eu-west-1`, the region of https:.*, got `us-east-1`$/,
    );
  });

  test("behind a name that says no region, the worker loses nothing and repeats what the receiver says", async () => {
    const receiver = await startAmp();
    closing.push(() => receiver.close());
    const lock = { region: "eu-west-1", accessKeyId: "local", sessionToken: undefined };
    const workspace = await startWorkspace(receiver.url, lock);
    closing.push(() => workspace.close());
    const pipeline = await openPipeline(workspace.url, { PENSTOCK_SIGNING_REGION: "us-east-1" });
    const queue = pipeline.server.account.createQueue(QUEUE);
    await sendBodies(pipeline, groupOf(seriesKey(metric)), [sampleAt(Date.now(), 1)]);
    await until(() => expect(pipeline.warnings).toContainEqual(expect.stringMatching(/Missing Authentication Token/)));
    await until(() => expect(queue.inspect()).toMatchObject({ visible: 0, inFlight: 1 }));
    expect(workspace.refused).toBeGreaterThan(0);
    expect(pipeline.deadLetters.inspect()).toMatchObject({ visible: 0 });
  });
});
