import { encodeMessage, groupOf, type MessageSeries, seriesKey } from "@penstock/model";
import type { Context, SQSEvent } from "aws-lambda";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { sqsRecord } from "../../packages/consumer/test/records.ts";
import { describePrometheus, type Prometheus, startPrometheus } from "../prometheus.ts";

const metric = { __name__: "requests_total", path: "/" };

/** One message each, in the order given. */
function event(...series: Omit<MessageSeries, "metric">[]): SQSEvent {
  const Records = series.map((each, i) =>
    sqsRecord({
      messageId: `message-${i}`,
      body: encodeMessage({ v: 1, series: [{ metric, ...each }] }),
      group: groupOf(seriesKey(metric)),
      deduplicationId: `id-${i}`,
      sentAtMs: Date.now(),
      receiveCount: 1,
    }),
  );
  return { Records };
}

const context = { awsRequestId: "request-1", getRemainingTimeInMillis: () => 30_000 } as Context;

describePrometheus("the Lambda entry in front of a real Prometheus", () => {
  let prometheus: Prometheus;
  beforeEach(async () => {
    prometheus = await startPrometheus();
    vi.stubEnv("PENSTOCK_RECEIVER_URL", prometheus.url);
    // Nobody listens there: a dead letter would fail.
    vi.stubEnv("PENSTOCK_DEAD_LETTER_QUEUE_URL", "http://127.0.0.1:1/000000000000/dead.fifo");
    vi.stubEnv("AWS_REGION", "eu-west-1");
    for (const stream of [process.stdout, process.stderr]) vi.spyOn(stream, "write").mockReturnValue(true);
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
    vi.resetModules();
    await prometheus?.stop();
  });

  test("stores a batch once though it is delivered twice, and returns all of it while the receiver is away", async () => {
    const { handler } = await import("../../packages/consumer/src/lambda.ts");
    const now = Date.now();
    const batch = event({ timestamps: [now - 4_000], values: [1] }, { timestamps: [now - 5_000], values: [10] });
    expect(await handler(batch, context)).toEqual({ batchItemFailures: [] });
    expect(await handler(batch, context)).toEqual({ batchItemFailures: [] });
    const query = "sum(sum_over_time(requests_total[1h]))";
    const response = await fetch(`${prometheus.url}/api/v1/query?query=${encodeURIComponent(query)}`);
    expect(await response.json()).toMatchObject({ data: { result: [{ value: [expect.any(Number), "11"] }] } });

    await prometheus.stop();
    const more = event({ timestamps: [now - 3_000], values: [1] }, { timestamps: [now - 2_000], values: [1] });
    expect(await handler(more, context)).toEqual({
      batchItemFailures: [{ itemIdentifier: "message-0" }, { itemIdentifier: "message-1" }],
    });
  });
});
