import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test, vi } from "vitest";
import { openAws } from "./aws.ts";

let server: Server;

afterEach(() => {
  server.close();
  vi.unstubAllEnvs();
});

async function serve(answers: Readonly<Record<string, object>>): Promise<string> {
  server = createServer((request, response) => {
    const answer = answers[request.url!.split("?")[0]!];
    response.writeHead(answer ? 200 : 404, { "Content-Type": "application/json" });
    response.end(JSON.stringify(answer ?? { message: "no such thing" }));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  vi.stubEnv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "secret");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test("the workspace's window is read though the SDK does not know it", async () => {
  const limits = { limitsPerLabelSet: [{ labelSet: { team: "a" }, limits: { maxSeries: 5 } }] };
  const endpoint = await serve({
    "/workspaces/ws-1": {
      workspace: { workspaceId: "ws-1", arn: "a", createdAt: 0, status: { statusCode: "ACTIVE" } },
    },
    "/workspaces/ws-1/configuration": {
      workspaceConfiguration: {
        status: { statusCode: "ACTIVE" },
        retentionPeriodInDays: 150,
        outOfOrderTimeWindowInSeconds: 600,
        ...limits,
      },
    },
  });
  expect(await openAws("eu-west-1", endpoint).workspace("ws-1")).toEqual({
    status: "ACTIVE",
    retentionDays: 150,
    outOfOrderWindowS: 600,
    seriesLimits: [{ labels: '{"team":"a"}', maxSeries: 5 }],
  });
});

test("the queue's mapping and its function's timeout are read", async () => {
  const functionArn = "arn:aws:lambda:eu-west-1:123456789012:function:consumer";
  const endpoint = await serve({
    "/2015-03-31/event-source-mappings": {
      EventSourceMappings: [
        {
          FunctionArn: functionArn,
          State: "Enabled",
          BatchSize: 10,
          FunctionResponseTypes: ["ReportBatchItemFailures"],
        },
      ],
    },
    [`/2015-03-31/functions/${encodeURIComponent(functionArn)}/configuration`]: { Timeout: 30 },
  });
  const aws = openAws("eu-west-1", endpoint);
  const [mapping] = await aws.mappings("arn:aws:sqs:eu-west-1:123456789012:metrics.fifo");
  expect(mapping).toEqual({
    functionArn,
    state: "Enabled",
    batchSize: 10,
    responseTypes: ["ReportBatchItemFailures"],
    hasFilters: false,
  });
  expect(await aws.functionTimeoutS(functionArn)).toBe(30);
});
