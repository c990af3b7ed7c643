import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type QueueServer, type ReceiverServer, startQueueServer, startReceiverServer } from "@penstock/local";
import { encodeMessage, groupOf, seriesKey } from "@penstock/model";
import { compressSync } from "snappy";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { sqsRecord } from "../../packages/consumer/test/records.ts";
import { describeWith } from "../require.ts";
import { allOf, type Graph } from "./graph.ts";
import { type Running, runBundle } from "./run-bundle.ts";
import { SYNTH_TIMEOUT_MS, type Synth, synth } from "./synth.ts";

const LOG_FILE = "test/data/cloudfront/E2EXAMPLE1234.2015-05-17-10.30f5bcdb.gz";

describeWith("sst", "the handlers that the stacks deploy, run from their bundles", () => {
  let built: Synth;
  let graph: Graph;
  let queues: QueueServer;
  let receiver: ReceiverServer;
  let running: Running | undefined;
  const closing: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    built = await synth("test", "settings/everything.ts");
    graph = built.graph;
  }, SYNTH_TIMEOUT_MS);
  afterAll(() => built?.remove());
  beforeEach(async () => {
    queues = await startQueueServer();
    receiver = await startReceiverServer();
    for (const name of ["samples.fifo", "dead.fifo"]) queues.account.createQueue(name, {});
  });
  afterEach(async () => {
    await running?.stop();
    running = undefined;
    for (const close of [...closing.splice(0), queues.close, receiver.close]) await close();
  });

  const waiting = (name: string): string[] =>
    queues.account
      .queue(name)
      .receive({ max: 10 })
      .map(({ body }) => body);

  const query = async (expr: string): Promise<unknown> => {
    const response = await fetch(`${receiver.url}/api/v1/query?query=${encodeURIComponent(expr)}`);
    const { data } = (await response.json()) as { data: { result: { value: [number, string] }[] } };
    return data.result.map(({ value }) => value[1]);
  };

  test("the consumer stores the samples of an SQS event, signed, once, and queues what cannot be stored", async () => {
    running = await runBundle(graph, "Consumer", {
      PENSTOCK_RECEIVER_URL: `${receiver.url}/workspaces/ws-local/`,
      PENSTOCK_SIGNING_REGION: "eu-west-1",
      PENSTOCK_DEAD_LETTER_QUEUE_URL: queues.queueUrl("dead.fifo"),
    });
    const now = Date.now();
    const metric = { __name__: "orders_total", country: "is" };
    const bad = { __name__: "orders_total", "not-a-label": "x" };
    const series = [
      { metric, timestamps: [now - 2_000, now - 1_000], values: [3, 4] },
      { metric: bad, timestamps: [now], values: [1] },
    ];
    const record = sqsRecord({
      messageId: "message-1",
      body: encodeMessage({ v: 1, id: "id-1", series }),
      group: groupOf(seriesKey(metric)),
      deduplicationId: "id-1",
      sentAtMs: now,
      receiveCount: 1,
    });
    for (let delivery = 0; delivery < 2; delivery++) {
      expect(await running.handle({ Records: [record] })).toEqual({ batchItemFailures: [] });
      expect(await query("sum(sum_over_time(orders_total[1h]))")).toEqual(["7"]);
    }
    expect(waiting("dead.fifo")).toEqual([expect.stringContaining("not-a-label")]);

    // What alarms look for is what the handler says.
    const said = running
      .output()
      .split("\n")
      .filter((line) => line.includes("CloudWatchMetrics"));
    const names = new Set(said.flatMap((line) => Object.keys(JSON.parse(line) as object)));
    const ours = allOf(graph, "aws:cloudwatch/metricAlarm:MetricAlarm").flatMap(({ inputs }) =>
      JSON.stringify(inputs).match(/penstock_samples_\w+/g),
    );
    expect(ours).toContain("penstock_samples_received_total");
    expect(ours.filter((name) => name !== null && !names.has(name))).toEqual([]);
    expect(said.map((line) => (JSON.parse(line) as { service: string }).service)).toContain("penstock-test");
  });

  test("the consumer returns all of an event while the receiver is away", async () => {
    running = await runBundle(graph, "Consumer", {
      PENSTOCK_RECEIVER_URL: "http://127.0.0.1:1/",
      PENSTOCK_DEAD_LETTER_QUEUE_URL: queues.queueUrl("dead.fifo"),
    });
    const now = Date.now();
    const record = sqsRecord({
      messageId: "message-1",
      body: encodeMessage({ v: 1, series: [{ metric: { __name__: "orders_total" }, timestamps: [now], values: [1] }] }),
      group: "g1",
      deduplicationId: "id-1",
      sentAtMs: now,
      receiveCount: 1,
    });
    expect(await running.handle({ Records: [record] })).toEqual({
      batchItemFailures: [{ itemIdentifier: "message-1" }],
    });
  });

  test("the intake takes JSON and remote write through a function URL", async () => {
    running = await runBundle(graph, "Intake", { PENSTOCK_QUEUE_URL: queues.queueUrl("samples.fifo") });
    const timestamp = Date.now();
    const json = {
      service: "checkout",
      series: [{ labels: { __name__: "orders_total" }, samples: [{ value: 1, timestamp }] }],
    };
    const samples = urlEvent("/v1/samples", "application/json", Buffer.from(JSON.stringify(json)));
    expect(await running.handle(samples)).toMatchObject({ statusCode: 200 });
    // An empty WriteRequest: no bytes.
    const write = urlEvent("/api/v1/write", "application/x-protobuf", compressSync(Buffer.alloc(0)));
    expect(await running.handle(write)).toMatchObject({ statusCode: expect.toSatisfy((status) => status < 300) });
    expect(waiting("samples.fifo")).toEqual([expect.stringContaining("orders_total")]);
  });

  test("the reader of CloudFront's logs reads the file that S3 announces, and sends its samples", async () => {
    const asked: (string | undefined)[] = [];
    const s3 = createServer((request, response) => {
      asked.push(request.url);
      response.setHeader("content-type", "application/gzip").end(readFileSync(LOG_FILE));
    });
    await new Promise<void>((resolve) => s3.listen(0, "127.0.0.1", resolve));
    closing.push(
      async () => void s3.closeAllConnections(),
      async () => void s3.close(),
    );
    running = await runBundle(graph, "CloudFront", {
      PENSTOCK_QUEUE_URL: queues.queueUrl("samples.fifo"),
      AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${(s3.address() as AddressInfo).port}`,
    });
    const object = { bucket: { name: "example-logs" }, object: { key: `cdn/${LOG_FILE.split("/").at(-1)}` } };
    const body = JSON.stringify({ Records: [{ eventName: "ObjectCreated:Put", s3: object }] });
    const event = { Records: [{ messageId: "event-1", body, attributes: {} }] };
    expect(await running.handle(event)).toEqual({ batchItemFailures: [] });
    expect(asked).toEqual([expect.stringContaining("/example-logs/cdn/E2EXAMPLE1234.2015-05-17-10.30f5bcdb.gz")]);
    expect(waiting("samples.fifo").join()).toContain("response_status_code_total");
  });
});

/** As a function URL calls (Lambda, "Request and response payloads" of function URLs, version 2.0). */
function urlEvent(path: string, contentType: string, body: Buffer): object {
  return {
    version: "2.0",
    rawPath: path,
    rawQueryString: "",
    headers: { "content-type": contentType, host: "intake.lambda-url.eu-west-1.on.aws" },
    requestContext: { domainName: "intake.lambda-url.eu-west-1.on.aws", http: { method: "POST", path } },
    isBase64Encoded: true,
    body: body.toString("base64"),
  };
}
