import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test, vi } from "vitest";
import { openAws } from "./aws.ts";
import type { Check } from "./check.ts";
import { examineMapping, examineWorkspace } from "./deployed.ts";
import { examine } from "./examine.ts";

const WORKSPACE_ARN = "arn:aws:aps:eu-west-1:123456789012:workspace/ws-1";
const FUNCTION_ARN = "arn:aws:lambda:eu-west-1:123456789012:function:consumer";
const QUEUE_ARN = "arn:aws:sqs:eu-west-1:123456789012:metrics.fifo";
const NOW_MS = 1_700_000_000_000;

/** By path, or by what an AWS JSON request names as its target. A list holds one answer for each page. */
const ANSWERS: Readonly<Record<string, object | readonly object[]>> = {
  "/workspaces/ws-1": {
    workspace: { workspaceId: "ws-1", arn: WORKSPACE_ARN, createdAt: 0, status: { statusCode: "ACTIVE" } },
  },
  "/workspaces/ws-1/configuration": {
    workspaceConfiguration: {
      status: { statusCode: "ACTIVE" },
      retentionPeriodInDays: 150,
      outOfOrderTimeWindowInSeconds: 600,
      limitsPerLabelSet: [{ labelSet: { team: "a" }, limits: { maxSeries: 5 } }],
    },
  },
  "/2015-03-31/event-source-mappings": {
    EventSourceMappings: [
      {
        FunctionArn: FUNCTION_ARN,
        State: "Enabled",
        BatchSize: 10,
        FunctionResponseTypes: ["ReportBatchItemFailures"],
        ScalingConfig: { MaximumConcurrency: 16 },
      },
    ],
  },
  [`/2015-03-31/functions/${encodeURIComponent(FUNCTION_ARN)}/configuration`]: { Timeout: 30 },
  "/2016-08-19/account-settings": { AccountLimit: { ConcurrentExecutions: 1000 } },
  ListAWSDefaultServiceQuotas: {
    Quotas: [
      { QuotaCode: "L-5A151448", Value: 2_000_000, Unit: "None" },
      { QuotaCode: "L-B71C1602", Value: 1, Unit: "Megabytes" },
    ],
  },
  ListServiceQuotas: [
    { Quotas: [{ QuotaCode: "L-5A151448", Value: 900, QuotaContext: { ContextId: WORKSPACE_ARN } }], NextToken: "2" },
    {
      Quotas: [
        { QuotaCode: "L-5A151448", Value: 50_000_000, QuotaContext: { ContextId: "*" } },
        { QuotaCode: "L-5A151448", Value: 7, QuotaContext: { ContextId: `${WORKSPACE_ARN}2` } },
        { QuotaCode: "L-CDA4AB0F", Value: 150 },
      ],
    },
  ],
  GetMetricData: [
    { MetricDataResults: [{ Id: "q0", Values: [600, 850] }], NextToken: "2" },
    {
      MetricDataResults: [
        { Id: "q0", Values: [840] },
        { Id: "q1", Values: [] },
      ],
    },
  ],
};

let server: Server;
let asked: { readonly target: string; readonly body: string; readonly authorization: string }[];

afterEach(() => {
  server.close();
  vi.unstubAllEnvs();
});

async function serve(answers: Readonly<Record<string, object>> = ANSWERS): Promise<string> {
  asked = [];
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const named = String(request.headers["x-amz-target"] ?? "").split(".")[1];
    const target = named ?? request.url!.split("?")[0]!.replace(/\/$/, "");
    const page = asked.filter((one) => one.target === target).length;
    const { authorization = "" } = request.headers;
    asked.push({ target, body: Buffer.concat(chunks).toString(), authorization });
    const answer = [answers[target]].flat()[page];
    response.writeHead(answer ? 200 : 403, { "Content-Type": "application/json" });
    response.end(JSON.stringify(answer ?? { __type: "AccessDeniedException", message: `no ${target}` }));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  vi.stubEnv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "secret");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test("the workspace's window is read though the SDK does not know it", async () => {
  expect(await openAws("eu-west-1", await serve()).workspace("ws-1")).toEqual({
    arn: WORKSPACE_ARN,
    status: "ACTIVE",
    retentionDays: 150,
    outOfOrderWindowS: 600,
    seriesLimits: [{ labels: '{"team":"a"}', maxSeries: 5 }],
  });
});

test("the queue's mapping, its function's timeout and the account's concurrency are read", async () => {
  const aws = openAws("eu-west-1", await serve());
  const [mapping] = await aws.mappings(QUEUE_ARN);
  expect(mapping).toEqual({
    functionArn: FUNCTION_ARN,
    state: "Enabled",
    batchSize: 10,
    responseTypes: ["ReportBatchItemFailures"],
    hasFilters: false,
    maximumConcurrency: 16,
  });
  expect(await aws.functionTimeoutS(FUNCTION_ARN)).toBe(30);
  expect(await aws.accountConcurrency()).toBe(1000);
});

test("a workspace's own quota goes before the account's, and that before AWS's default", async () => {
  const quotas = await openAws("eu-west-1", await serve()).quotas(WORKSPACE_ARN);
  expect(Object.fromEntries(quotas)).toEqual({
    "L-5A151448": 900,
    "L-B71C1602": 1024 * 1024,
    "L-CDA4AB0F": 150,
  });
});

test("the use of a resource is its peak in the last hour, over all pages", async () => {
  const aws = openAws("eu-west-1", await serve());
  const peaks = await aws.peaks("ws-1", ["ActiveSeries", "IngestionRate"], NOW_MS);
  expect(Object.fromEntries(peaks)).toEqual({ ActiveSeries: 850 });
  const { StartTime, EndTime, MetricDataQueries } = JSON.parse(asked[0]!.body);
  expect([StartTime, EndTime].map((at) => at * 1000)).toEqual([NOW_MS - 3_600_000, NOW_MS]);
  expect(MetricDataQueries[1].Expression).toContain('Resource="IngestionRate" "ws-1"');
});

test("a workspace near its quota is a warning that names use, quota and cure", async () => {
  const checks = await examineWorkspace(openAws("eu-west-1", await serve()), "ws-1", NOW_MS);
  expect(checks.find(({ id }) => id === "quota.active-series")).toMatchObject({
    status: "WARN",
    seen: "At most 850 of 900 in the last hour, 94 %.",
    cure: expect.stringContaining("L-5A151448"),
  });
  expect(checks.filter(({ status }) => status === "FAIL")).toEqual([]);
});

test("what these credentials may not ask is said with the permission, and the rest is still looked at", async () => {
  const { ListServiceQuotas: _, "/2016-08-19/account-settings": __, ...allowed } = ANSWERS;
  const aws = openAws("eu-west-1", await serve(allowed));
  const workspace = await examineWorkspace(aws, "ws-1", NOW_MS);
  expect(workspace.map(({ id }) => id)).toContain("workspace.window");
  expect(workspace.at(-1)).toMatchObject({
    id: "quota",
    status: "WARN",
    cure: expect.stringContaining("servicequotas:ListServiceQuotas"),
  });
  const { checks, timeoutS } = await examineMapping(aws, QUEUE_ARN);
  expect(timeoutS).toBe(30);
  expect(checks.at(-1)).toMatchObject({ status: "WARN", cure: expect.stringContaining("lambda:GetAccountSettings") });
});

test("a function that may not be looked at hides nothing of its mapping", async () => {
  const { [`/2015-03-31/functions/${encodeURIComponent(FUNCTION_ARN)}/configuration`]: _, ...allowed } = ANSWERS;
  const { checks, timeoutS } = await examineMapping(openAws("eu-west-1", await serve(allowed)), QUEUE_ARN);
  expect(timeoutS).toBeUndefined();
  expect(checks).toContainEqual(expect.objectContaining({ id: "mapping.failures", status: "PASS" }));
  expect(checks).toContainEqual(expect.objectContaining({ id: "mapping.concurrency", status: "PASS" }));
  const timeout = checks.find(({ id }) => id === "mapping.timeout");
  expect(timeout).toMatchObject({ status: "WARN", cure: expect.stringContaining("lambda:GetFunctionConfiguration") });
});

test("a workspace is asked about in its own region, whatever the queue's is", async () => {
  const endpoint = await serve();
  vi.stubEnv("AWS_ENDPOINT_URL", endpoint);
  vi.stubEnv("AWS_REGION", "us-east-1");
  const checks: Check[] = [];
  const examined = examine({
    queueUrl: `${endpoint}/1/metrics.fifo`,
    deadLetterQueueUrl: `${endpoint}/1/dead.fifo`,
    receiverUrl: "https://aps-workspaces.eu-west-1.amazonaws.com/workspaces/ws-1/",
    probe: "read",
  });
  for await (const check of examined) checks.push(check);
  expect(checks).toContainEqual(expect.objectContaining({ id: "quota.active-series", status: "WARN" }));
  const quotas = asked.filter(({ target }) => target === "ListServiceQuotas");
  expect(quotas.map(({ authorization }) => authorization.split("/")[2])).toEqual(["eu-west-1", "eu-west-1"]);
});
