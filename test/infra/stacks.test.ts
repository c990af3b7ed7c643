import { readdirSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { describeWith } from "../require.ts";
import { allOf, environmentOf, type Graph, oneOf, type Statement, statementsIn, statementsOf } from "./graph.ts";
import { allow, arn, logs, TAKE } from "./statements.ts";
import { SYNTH_TIMEOUT_MS, type Synth, synth } from "./synth.ts";

const QUEUE = "aws:sqs/queue:Queue";
const FUNCTION = "aws:lambda/function:Function";
const SOURCE = "aws:lambda/eventSourceMapping:EventSourceMapping";
const FOURTEEN_DAYS_S: number = 14 * 24 * 60 * 60;

const CONFIGURATIONS = {
  everything: {
    stage: "production",
    settings: "settings/everything.ts",
    functions: ["CloudFront", "Consumer", "Intake"],
  },
  least: { stage: "test", settings: "settings/least.ts", functions: ["Consumer"] },
  secrets: { stage: "test", settings: "settings/secrets.ts", functions: ["Consumer", "Intake"] },
} as const;

describeWith("sst", "the stacks", () => {
  const built = new Map<string, Synth>();
  beforeAll(async () => {
    for (const [name, { stage, settings }] of Object.entries(CONFIGURATIONS))
      built.set(name, await synth(stage, settings));
  }, SYNTH_TIMEOUT_MS);
  afterAll(async () => {
    for (const { remove } of built.values()) await remove();
  });
  const graphOf = (name: keyof typeof CONFIGURATIONS): Graph => built.get(name)!.graph;
  const nameOf = (graph: Graph, type: string, name: string): string => String(oneOf(graph, type, name).inputs.name);
  const queueArn = (graph: Graph, name: string): string => arn("sqs", nameOf(graph, QUEUE, `${name}Queue`));

  describe.each(Object.keys(CONFIGURATIONS) as (keyof typeof CONFIGURATIONS)[])("%s", (name) => {
    const { functions, stage } = CONFIGURATIONS[name];

    test("the queue is FIFO in high-throughput mode, encrypted, keeps 14 days, and redrives after an hour to such another", () => {
      const graph = graphOf(name);
      for (const queue of ["SamplesQueue", "DeadLettersQueue"]) {
        expect(oneOf(graph, QUEUE, queue).inputs).toMatchObject({
          name: expect.stringMatching(new RegExp(`^penstock-${stage}-.*\\.fifo$`)),
          fifoQueue: true,
          contentBasedDeduplication: false,
          deduplicationScope: "messageGroup",
          fifoThroughputLimit: "perMessageGroupId",
          sqsManagedSseEnabled: true,
          messageRetentionSeconds: FOURTEEN_DAYS_S,
        });
      }
      const { visibilityTimeoutSeconds, redrivePolicy } = oneOf(graph, QUEUE, "SamplesQueue").inputs;
      const { deadLetterTargetArn, maxReceiveCount } = JSON.parse(String(redrivePolicy));
      expect(deadLetterTargetArn).toBe(queueArn(graph, "DeadLetters"));
      expect(maxReceiveCount * Number(visibilityTimeoutSeconds)).toBeGreaterThan(3_600);
      expect(maxReceiveCount).toSatisfy((count: number) => Number.isInteger(count) && count >= 5 && count <= 1_000);
      const { redriveAllowPolicy } = oneOf(
        graph,
        "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy",
        "DeadLettersRedriveAllow",
      ).inputs;
      expect(JSON.parse(String(redriveAllowPolicy))).toEqual({
        redrivePermission: "byQueue",
        sourceQueueArns: [queueArn(graph, "Samples")],
      });
    });

    test("the consumer is small, gets ten messages at a time and says which failed, and its lock outlives it", () => {
      const graph = graphOf(name);
      const consumer = oneOf(graph, FUNCTION, "ConsumerFunction").inputs;
      expect(consumer).toMatchObject({ runtime: "nodejs24.x", architectures: ["arm64"], handler: "bundle.handler" });
      expect(consumer.memorySize).toBeLessThanOrEqual(512);
      expect(consumer.reservedConcurrentExecutions).toBeUndefined();
      const { visibilityTimeoutSeconds } = oneOf(graph, QUEUE, "SamplesQueue").inputs;
      expect(Number(visibilityTimeoutSeconds)).toBeGreaterThanOrEqual(6 * Number(consumer.timeout));
      const source = oneOf(graph, SOURCE, "ConsumerSource").inputs;
      expect(source).toEqual({
        eventSourceArn: queueArn(graph, "Samples"),
        functionName: arn("lambda", `function:${consumer.name ?? "ConsumerFunction"}`),
        batchSize: 10,
        functionResponseTypes: ["ReportBatchItemFailures"],
        scalingConfig: { maximumConcurrency: name === "everything" ? 32 : 16 },
      });
      const environment = environmentOf(graph, "Consumer");
      expect(environment.PENSTOCK_VISIBILITY_TIMEOUT).toBe(`${visibilityTimeoutSeconds}s`);
      expect(environment.PENSTOCK_SERVICE).toBe(`penstock-${stage}`);
      expect(environment.PENSTOCK_DEAD_LETTER_QUEUE_URL).toContain(nameOf(graph, QUEUE, "DeadLettersQueue"));
    });

    test("the consumer may write and read one workspace, take from one queue, send to another, and log", () => {
      const graph = graphOf(name);
      const workspace = name === "least" ? "ws-existing" : "ws-Workspace";
      expect(environmentOf(graph, "Consumer").PENSTOCK_RECEIVER_URL).toBe(
        `https://aps-workspaces.eu-west-1.amazonaws.com/workspaces/${workspace}/`,
      );
      expect(statementsOf(graph, "Consumer")).toEqual([
        allow(["aps:RemoteWrite", "aps:QueryMetrics"], arn("aps", `workspace/${workspace}`)),
        allow(TAKE, queueArn(graph, "Samples")),
        allow(["sqs:SendMessage"], queueArn(graph, "DeadLetters")),
        logs(stage, "consumer"),
      ]);
    });

    test("there are the functions that were chosen; only Lambda may take their roles, which have no policies of others", () => {
      const graph = graphOf(name);
      expect(allOf(graph, FUNCTION).map((each) => each.name)).toEqual(functions.map((each) => `${each}Function`));
      expect(allOf(graph, "aws:iam/role:Role")).toHaveLength(functions.length);
      for (const { inputs } of allOf(graph, "aws:iam/role:Role")) {
        const { Statement: statements } = inputs.assumeRolePolicy as { Statement: Statement[] };
        expect(statements).toEqual([
          {
            Sid: "AllowAssumeRole",
            Effect: "Allow",
            Action: "sts:AssumeRole",
            Principal: { Service: "lambda.amazonaws.com" },
          },
        ]);
        expect(inputs.managedPolicyArns).toEqual([]);
      }
    });

    test("nothing is allowed with a wildcard, but the streams of a log and the files of a prefix", () => {
      const graph = graphOf(name);
      for (const { Action, Resource } of functions.flatMap((each) => statementsOf(graph, each))) {
        expect([Action].flat().join()).not.toContain("*");
        for (const resource of [Resource!].flat()) {
          if (/^arn:aws:logs:[^*]+:log-group:\/aws\/lambda\/[^*]+:\*$/.test(resource)) continue;
          if (/^arn:aws:s3:::example-logs\/cdn\/\*$/.test(resource)) continue;
          expect(resource).not.toContain("*");
        }
      }
    });

    test("no queue, topic or function is open to everyone, and queues take no call without TLS", () => {
      const graph = graphOf(name);
      const policies = [
        ...allOf(graph, "aws:sqs/queuePolicy:QueuePolicy"),
        ...allOf(graph, "aws:sns/topicPolicy:TopicPolicy"),
      ].map(({ inputs }) => statementsIn(inputs.policy));
      for (const { Effect, Principal } of policies.flat()) {
        if (Effect === "Allow") expect(JSON.stringify(Principal)).not.toContain("*");
      }
      expect(allOf(graph, "aws:sqs/queuePolicy:QueuePolicy")).toHaveLength(allOf(graph, QUEUE).length);
      for (const { inputs } of allOf(graph, "aws:sqs/queuePolicy:QueuePolicy")) {
        expect(statementsIn(inputs.policy)[0]).toMatchObject({
          Effect: "Deny",
          Principal: "*",
          Action: "sqs:*",
          Condition: { Bool: { "aws:SecureTransport": "false" } },
        });
      }
      const open = allOf(graph, "aws:lambda/permission:Permission").filter(({ inputs }) => inputs.principal === "*");
      const urls = allOf(graph, "aws:lambda/functionUrl:FunctionUrl").map(({ inputs }) => inputs.authorizationType);
      if (name === "secrets") {
        // Open on purpose, and so the function asks for the secret.
        expect(urls).toEqual(["NONE"]);
        expect(environmentOf(graph, "Intake").PENSTOCK_BEARER_SHA256).toMatch(/^[0-9a-f]{64}$/);
      } else {
        expect(open).toEqual([]);
        expect(urls).toEqual(name === "everything" ? ["AWS_IAM"] : []);
      }
    });

    test("every function logs to a group of its own that forgets", () => {
      const graph = graphOf(name);
      for (const { inputs } of allOf(graph, "aws:cloudwatch/logGroup:LogGroup"))
        expect(inputs.retentionInDays).toBe(30);
      for (const each of functions) {
        const { loggingConfig } = oneOf(graph, FUNCTION, `${each}Function`).inputs;
        expect(loggingConfig).toEqual({
          logFormat: "Text",
          logGroup: nameOf(graph, "aws:cloudwatch/logGroup:LogGroup", `${each}Logs`),
        });
      }
    });

    test("the consumer's zip has the binary that compresses beside the bundle", () => {
      const { directory } = graphOf(name).bundles.find(({ handler }) => handler.includes("/consumer/"))!;
      expect(readdirSync(directory)).toEqual(expect.arrayContaining(["bundle.mjs", "snappy_bg.wasm"]));
    });

    test("bundles stay small", () => {
      const bytes = graphOf(name).bundles.map(({ handler, importedBytes }) => [handler.split("/")[1], importedBytes]);
      for (const [handler, imported] of bytes) expect(imported, String(handler)).toBeLessThan(500_000);
    });
  });

  test("what cannot be had again outlives a stage that is not to be thrown away, and production cannot be removed", () => {
    const precious = ["DeadLettersQueue", "SamplesQueue", "Workspace", "WorkspaceConfiguration"];
    const everything = graphOf("everything");
    expect(everything.app).toMatchObject({ removal: "retain", protect: true });
    const kept = everything.resources.filter(({ retainOnDelete, type }) => retainOnDelete && type.startsWith("aws:"));
    expect(kept.map((resource) => resource.name)).toEqual(expect.arrayContaining(precious));
    const least = graphOf("least");
    expect(least.app).toMatchObject({ removal: "remove", protect: false });
    expect(least.resources.filter(({ retainOnDelete }) => retainOnDelete)).toEqual([]);
  });

  test("a workspace of ours is configured; one that exists is left as it is", () => {
    const configuration = "aws:amp/workspaceConfiguration:WorkspaceConfiguration";
    expect(oneOf(graphOf("everything"), configuration, "WorkspaceConfiguration").inputs).toEqual({
      workspaceId: "ws-Workspace",
      retentionPeriodInDays: 1_095,
      outOfOrderTimeWindowInSeconds: 600,
      ruleQueryOffsetInSeconds: 600,
    });
    expect(oneOf(graphOf("secrets"), configuration, "WorkspaceConfiguration").inputs).toEqual({
      workspaceId: "ws-Workspace",
      retentionPeriodInDays: 150,
      outOfOrderTimeWindowInSeconds: 0,
      ruleQueryOffsetInSeconds: 120,
    });
    const amp = graphOf("least").resources.filter(({ type }) => type.startsWith("aws:amp/"));
    expect(amp).toEqual([]);
  });

  test("the workspace gets the recording rules, and logs its expensive queries where it may", () => {
    const graph = graphOf("everything");
    const rules = oneOf(graph, "aws:amp/ruleGroupNamespace:RuleGroupNamespace", "Rules").inputs;
    expect(rules).toMatchObject({ workspaceId: "ws-Workspace", name: "penstock-production" });
    for (const record of ["orders_total:sum1m", "queue_depth:last", "process_cpu_seconds_total:rate5m"]) {
      expect(rules.data).toContain(`record: 'penstock:${record}'`);
    }
    const logging = oneOf(graph, "aws:amp/queryLoggingConfiguration:QueryLoggingConfiguration", "QueryLogging").inputs;
    const logGroupArn = arn("logs", "log-group:/aws/vendedlogs/prometheus/penstock-production:*");
    expect(logging.destinations).toEqual([{ cloudwatchLogs: { logGroupArn }, filters: { qspThreshold: 1_000_000 } }]);
  });

  test("producers of other accounts may send, and do nothing else", () => {
    const graph = graphOf("everything");
    const { policy } = oneOf(graph, "aws:sqs/queuePolicy:QueuePolicy", "SamplesPolicy").inputs;
    expect(statementsIn(policy).filter(({ Effect }) => Effect === "Allow")).toEqual([
      {
        Sid: "Producers",
        Effect: "Allow",
        Principal: { AWS: ["210987654321", "arn:aws:iam::210987654321:role/checkout"] },
        Action: "sqs:SendMessage",
        Resource: queueArn(graph, "Samples"),
      },
    ]);
  });

  test("the intake may send to the queue, with as many groups as everybody", () => {
    const graph = graphOf("everything");
    expect(statementsOf(graph, "Intake")).toEqual([
      allow(["sqs:SendMessage"], queueArn(graph, "Samples")),
      logs("production", "intake"),
    ]);
    expect(environmentOf(graph, "Intake").PENSTOCK_GROUPS).toBe("128");
    expect(oneOf(graph, FUNCTION, "IntakeFunction").inputs.reservedConcurrentExecutions).toBe(20);
  });

  test("the reader of CloudFront's logs hears of one prefix of one bucket, gathers, and may read nothing else", () => {
    const graph = graphOf("everything");
    const files = oneOf(graph, QUEUE, "LogFilesQueue").inputs;
    const { timeout } = oneOf(graph, FUNCTION, "CloudFrontFunction").inputs;
    expect(files).toMatchObject({ sqsManagedSseEnabled: true, messageRetentionSeconds: FOURTEEN_DAYS_S });
    expect(Number(files.visibilityTimeoutSeconds)).toBeGreaterThanOrEqual(6 * Number(timeout));
    expect(JSON.parse(String(files.redrivePolicy)).deadLetterTargetArn).toBe(queueArn(graph, "LogFilesDead"));
    expect(oneOf(graph, SOURCE, "CloudFrontSource").inputs).toMatchObject({
      eventSourceArn: queueArn(graph, "LogFiles"),
      batchSize: 100,
      maximumBatchingWindowInSeconds: 300,
      functionResponseTypes: ["ReportBatchItemFailures"],
    });
    expect(oneOf(graph, "aws:s3/bucketNotification:BucketNotification", "LogFilesNotification").inputs).toEqual({
      bucket: "example-logs",
      queues: [{ queueArn: queueArn(graph, "LogFiles"), events: ["s3:ObjectCreated:*"], filterPrefix: "cdn/" }],
    });
    const { policy } = oneOf(graph, "aws:sqs/queuePolicy:QueuePolicy", "LogFilesPolicy").inputs;
    expect(statementsIn(policy)[1]).toMatchObject({
      Effect: "Allow",
      Principal: { Service: "s3.amazonaws.com" },
      Action: "sqs:SendMessage",
      Condition: {
        ArnEquals: { "aws:SourceArn": "arn:aws:s3:::example-logs" },
        StringEquals: { "aws:SourceAccount": "123456789012" },
      },
    });
    expect(statementsOf(graph, "CloudFront")).toEqual([
      allow(["s3:GetObject"], "arn:aws:s3:::example-logs/cdn/*"),
      allow(["s3:ListBucket"], "arn:aws:s3:::example-logs"),
      allow(TAKE, queueArn(graph, "LogFiles")),
      allow(["sqs:SendMessage"], queueArn(graph, "Samples")),
      logs("production", "cloudfront"),
    ]);
  });

  test(
    "the same configuration makes the same graph",
    async () => {
      const again = await synth("test", CONFIGURATIONS.least.settings);
      try {
        expect(again.graph.resources).toEqual(graphOf("least").resources);
      } finally {
        await again.remove();
      }
    },
    SYNTH_TIMEOUT_MS,
  );
});
