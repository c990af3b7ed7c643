import { expect, test } from "vitest";
import type { QueueFigures } from "../queue.ts";
import type { Check } from "./check.ts";
import { mappingChecks, workspaceChecks } from "./deployed.ts";
import { clockCheck, deadLetterChecks, queueChecks, visibilityCheck } from "./queues.ts";

const DEAD_ARN = "arn:aws:sqs:eu-west-1:1:dead.fifo";
const GOOD = {
  FifoQueue: "true",
  DeduplicationScope: "messageGroup",
  FifoThroughputLimit: "perMessageGroupId",
  VisibilityTimeout: "60",
  MessageRetentionPeriod: "345600",
  DelaySeconds: "0",
  RedrivePolicy: JSON.stringify({ deadLetterTargetArn: DEAD_ARN, maxReceiveCount: 100 }),
};

function figures(attributes: Record<string, string | undefined>): QueueFigures {
  const given = Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined));
  return { visible: 0, inFlight: 0, delayed: 0, attributes: given as Record<string, string>, serverNowMs: undefined };
}

const troubles = (checks: readonly Check[]): string[] =>
  checks.filter(({ status }) => status === "WARN" || status === "FAIL").map(({ id, status }) => `${status} ${id}`);

test("a queue as it should be has nothing to complain of", () => {
  expect(troubles(queueChecks(figures(GOOD), DEAD_ARN))).toEqual([]);
  expect(troubles([visibilityCheck(figures(GOOD), 10)])).toEqual([]);
});

test.each<[string, Record<string, string | undefined>, string]>([
  ["a standard queue", { FifoQueue: undefined }, "FAIL queue.fifo"],
  ["normal throughput", { FifoThroughputLimit: "perQueue" }, "WARN queue.throughput"],
  ["no redrive policy", { RedrivePolicy: undefined }, "FAIL queue.redrive"],
  [
    "another dead-letter queue",
    { RedrivePolicy: JSON.stringify({ deadLetterTargetArn: "arn:other", maxReceiveCount: 100 }) },
    "FAIL queue.redrive",
  ],
  [
    "a policy that an outage of an hour exhausts",
    { RedrivePolicy: JSON.stringify({ deadLetterTargetArn: DEAD_ARN, maxReceiveCount: 5 }) },
    "WARN queue.redrive",
  ],
  ["a day's retention", { MessageRetentionPeriod: "86400" }, "WARN queue.retention"],
  ["a delay", { DelaySeconds: "10" }, "WARN queue.delay"],
])("%s is told, with a cure", (_, attributes, expected) => {
  const checks = queueChecks(figures({ ...GOOD, ...attributes }), DEAD_ARN);
  expect(troubles(checks)).toEqual([expected]);
  expect(checks.filter(({ status }) => status !== "PASS").every(({ cure }) => cure !== undefined)).toBe(true);
});

test("the dead-letter queue is the last one, keeps letters for long, and is best empty", () => {
  const good = { FifoQueue: "true", MessageRetentionPeriod: "1209600" };
  expect(troubles(deadLetterChecks(figures(good)))).toEqual([]);
  expect(troubles(deadLetterChecks({ ...figures(good), visible: 3 }))).toEqual(["WARN dead-letters.empty"]);
  expect(troubles(deadLetterChecks(figures({ ...good, RedrivePolicy: "{}" })))).toEqual(["FAIL dead-letters.last"]);
});

test("a visibility timeout below six times the function's is told, below the function's is a fault", () => {
  expect(visibilityCheck(figures(GOOD), 11).status).toBe("WARN");
  expect(visibilityCheck(figures(GOOD), 60).status).toBe("FAIL");
  expect(visibilityCheck(figures(GOOD), undefined).status).toBe("PASS");
});

test("a clock that is off is told, and one that signatures do not bear is a fault", () => {
  expect(clockCheck(1_000_000, 1_000_900).status).toBe("PASS");
  expect(clockCheck(1_000_000, 1_030_000).status).toBe("WARN");
  expect(clockCheck(1_000_000, 2_000_000).status).toBe("FAIL");
});

test("a mapping that loses what is returned, or filters, is a fault", () => {
  const mapping = {
    functionArn: "f",
    state: "Enabled",
    batchSize: 10,
    responseTypes: ["ReportBatchItemFailures"],
    hasFilters: false,
    maximumConcurrency: undefined,
  };
  expect(troubles(mappingChecks([mapping]))).toEqual([]);
  expect(troubles(mappingChecks([{ ...mapping, responseTypes: [] }]))).toEqual(["FAIL mapping.failures"]);
  expect(troubles(mappingChecks([{ ...mapping, hasFilters: true }]))).toEqual(["FAIL mapping.filters"]);
  expect(troubles(mappingChecks([{ ...mapping, state: "Disabled", batchSize: 1 }]))).toEqual([
    "FAIL mapping.state",
    "WARN mapping.batch",
  ]);
  expect(troubles(mappingChecks([]))).toEqual(["WARN mapping.one"]);
  expect(troubles(mappingChecks([mapping, mapping]))).toEqual(["FAIL mapping.one"]);
});

test("a workspace that is not active, or refuses a label set's series, is told", () => {
  const workspace = {
    arn: "arn:aws:aps:eu-west-1:1:workspace/ws-1",
    status: "ACTIVE",
    retentionDays: 150,
    outOfOrderWindowS: 600,
    seriesLimits: [],
  };
  expect(troubles(workspaceChecks(workspace))).toEqual([]);
  const odd = { ...workspace, status: "UPDATING", seriesLimits: [{ labels: "{}", maxSeries: 0 }] };
  expect(troubles(workspaceChecks(odd))).toEqual(["FAIL workspace.status", "WARN workspace.limits"]);
});
