import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type FifoQueue, type QueueServer, startQueueServer } from "../../local/src/queue/index.ts";

let server: QueueServer;
let queue: FifoQueue;

beforeEach(async () => {
  server = await startQueueServer();
  queue = server.account.createQueue("metrics.fifo");
  vi.stubEnv("PENSTOCK_QUEUE_URL", server.queueUrl("metrics.fifo"));
  vi.stubEnv("AWS_REGION", "eu-west-1");
  vi.stubEnv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "secret");
});

afterEach(async () => {
  vi.unstubAllEnvs();
  vi.resetModules();
  await server.close();
});

/** What an HTTP API sends, payload format 2.0. */
function event(method: string, rawPath: string, body: string, contentType: string): APIGatewayProxyEventV2 {
  return {
    version: "2.0",
    routeKey: "$default",
    rawPath,
    rawQueryString: "",
    headers: { "content-type": contentType, host: "intake.example" },
    requestContext: { http: { method, path: rawPath }, domainName: "intake.example" },
    body: Buffer.from(body).toString("base64"),
    isBase64Encoded: true,
  } as unknown as APIGatewayProxyEventV2;
}

test("serves the doors behind an HTTP API, on a queue over the AWS SDK", async () => {
  const { handler } = await import("./lambda.ts");
  const call = (one: APIGatewayProxyEventV2) =>
    handler(one as never) as unknown as Promise<APIGatewayProxyStructuredResultV2>;
  const body = JSON.stringify({ series: [{ labels: { __name__: "m_total" }, samples: [{ value: 1 }] }] });
  expect(await call(event("POST", "/v1/samples", body, "application/json"))).toMatchObject({
    statusCode: 200,
    body: '{"accepted":1}',
  });
  // A path that API Gateway has decoded.
  expect(await call(event("PUT", "/metrics/job/a b", "up 1\n", "text/plain"))).toMatchObject({ statusCode: 200 });
  expect(queue.inspect().visible).toBe(2);
  expect(await call(event("POST", "/v1/firehose", "{}", "application/json"))).toMatchObject({ statusCode: 403 });
});

test("a bad environment ends the start with a sentence", async () => {
  vi.stubEnv("PENSTOCK_QUEUE_URL", "https://sqs.eu-west-1.amazonaws.com/1/standard");
  await expect(import("./lambda.ts")).rejects.toThrow("Expected `PENSTOCK_QUEUE_URL` to be");
});
