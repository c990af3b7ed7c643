import { ConfigError, type Environment } from "@penstock/model";
import fc from "fast-check";
import { expect, test } from "vitest";
import { readConfig, readWorkerConfig } from "./config.ts";
import { SETTINGS } from "./settings.ts";

const WORKSPACE = "https://aps-workspaces.eu-west-1.amazonaws.com/workspaces/ws-0a1b2c3d/";
const GOOD = {
  PENSTOCK_RECEIVER_URL: WORKSPACE,
  PENSTOCK_DEAD_LETTER_QUEUE_URL: "https://sqs.eu-west-1.amazonaws.com/123456789012/dead.fifo",
  PENSTOCK_QUEUE_URL: "https://sqs.eu-west-1.amazonaws.com/123456789012/metrics.fifo",
  AWS_REGION: "eu-west-1",
};

function problemsOf(environment: Environment): readonly string[] {
  try {
    readWorkerConfig(environment);
    return [];
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as ConfigError).problems;
  }
}

test("needs three URLs for a worker, two for Lambda, and has a default for the rest", () => {
  expect(readWorkerConfig(GOOD)).toEqual({
    receiver: {
      writeUrl: `${WORKSPACE}api/v1/remote_write`,
      queryUrl: `${WORKSPACE}api/v1/query`,
      region: undefined,
      headers: {},
    },
    region: "eu-west-1",
    deadLetterQueueUrl: GOOD.PENSTOCK_DEAD_LETTER_QUEUE_URL,
    queueUrl: GOOD.PENSTOCK_QUEUE_URL,
    visibilityTimeoutMs: 30_000,
    flusher: { lanes: 10, groupLabel: "_group", maxAgeMs: 3_600_000, requestTimeoutMs: 5_000 },
    concurrency: 4,
    metricsPort: undefined,
    service: "penstock",
    logLevel: "info",
  });
  const { PENSTOCK_QUEUE_URL, ...lambda } = GOOD;
  expect(readConfig(lambda).deadLetterQueueUrl).toBe(GOOD.PENSTOCK_DEAD_LETTER_QUEUE_URL);
  expect(problemsOf(lambda)).toEqual([expect.stringMatching(/^Expected `PENSTOCK_QUEUE_URL` to be .*, got nothing$/)]);
});

test("reads every setting", () => {
  const config = readWorkerConfig({
    ...GOOD,
    PENSTOCK_RECEIVER_URL: "https://cortex.example/api/v1/push",
    PENSTOCK_QUERY_URL: "https://cortex.example/prometheus",
    PENSTOCK_RECEIVER_HEADERS: '{"X-Scope-OrgID":"team-a"}',
    PENSTOCK_SIGNING_REGION: "us-east-2",
    PENSTOCK_VISIBILITY_TIMEOUT: "2m",
    PENSTOCK_LANES: "3",
    PENSTOCK_GROUP_LABEL: "",
    PENSTOCK_MAX_SAMPLE_AGE: "1h30m",
    PENSTOCK_REQUEST_TIMEOUT: "250ms",
    PENSTOCK_CONCURRENCY: "7",
    PENSTOCK_METRICS_PORT: "0",
    PENSTOCK_SERVICE: "penstock-staging",
    PENSTOCK_LOG_LEVEL: "debug",
  });
  expect(config).toMatchObject({
    receiver: {
      writeUrl: "https://cortex.example/api/v1/push",
      queryUrl: "https://cortex.example/prometheus/api/v1/query",
      region: "us-east-2",
      headers: { "X-Scope-OrgID": "team-a" },
    },
    visibilityTimeoutMs: 120_000,
    flusher: { lanes: 3, groupLabel: "", maxAgeMs: 5_400_000, requestTimeoutMs: 250 },
    concurrency: 7,
    metricsPort: 0,
    service: "penstock-staging",
    logLevel: "debug",
  });
});

const BAD: readonly (readonly [name: string, value: string, sentence: string])[] = [
  ["PENSTOCK_RECEIVER_URL", "localhost:9090", "an http or https URL without user name and password, got"],
  ["PENSTOCK_RECEIVER_URL", "", 'an http or https URL without user name and password, got ""'],
  ["PENSTOCK_RECEIVER_URL", "https://me:secret@host/", 'without user name and password, got "https://…@host/"'],
  ["PENSTOCK_RECEIVER_URL", "https://aps-workspaces.eu-west-1.amazonaws.com/", "to be a workspace's URL"],
  ["PENSTOCK_QUERY_URL", "no", "an http or https URL without user name and password, or `none`, got"],
  ["PENSTOCK_RECEIVER_HEADERS", "Authorization: Bearer t0ken", "a JSON object of HTTP headers, got something else"],
  ["PENSTOCK_RECEIVER_HEADERS", '{"no header":"t0ken"}', "a JSON object of HTTP headers, got something else"],
  ["PENSTOCK_RECEIVER_HEADERS", '{"a":1}', "a JSON object of HTTP headers, got something else"],
  ["PENSTOCK_SIGNING_REGION", "Ireland", 'an AWS region such as `eu-west-1`, got "Ireland"'],
  ["PENSTOCK_DEAD_LETTER_QUEUE_URL", "dead.fifo", "the http or https URL of a FIFO queue"],
  ["PENSTOCK_DEAD_LETTER_QUEUE_URL", "https://sqs.eu-west-1.amazonaws.com/1/dead", "which ends in `.fifo`, got"],
  ["PENSTOCK_QUEUE_URL", "https://sqs.eu-west-1.amazonaws.com/1/metrics", "which ends in `.fifo`, got"],
  ["PENSTOCK_VISIBILITY_TIMEOUT", "30", 'whole seconds from 1s to 12h, got "30"'],
  ["PENSTOCK_VISIBILITY_TIMEOUT", "13h", 'whole seconds from 1s to 12h, got "13h"'],
  ["PENSTOCK_VISIBILITY_TIMEOUT", "30s500ms", "whole seconds from 1s to 12h, got"],
  ["PENSTOCK_LANES", "0", 'an integer from 1 to 10, got "0"'],
  ["PENSTOCK_LANES", "11", 'an integer from 1 to 10, got "11"'],
  ["PENSTOCK_LANES", "2.5", 'an integer from 1 to 10, got "2.5"'],
  ["PENSTOCK_LANES", "", 'an integer from 1 to 10, got ""'],
  ["PENSTOCK_GROUP_LABEL", "my_group", '`_group`, or empty, got "my_group"'],
  ["PENSTOCK_MAX_SAMPLE_AGE", "an hour", "a duration from 1s to 366d, such as `1h`, got"],
  ["PENSTOCK_MAX_SAMPLE_AGE", "0s", "a duration from 1s to 366d, such as `1h`, got"],
  ["PENSTOCK_REQUEST_TIMEOUT", "5", "a duration from 100ms to 1m, such as `5s`, got"],
  ["PENSTOCK_REQUEST_TIMEOUT", "2m", "a duration from 100ms to 1m, such as `5s`, got"],
  ["PENSTOCK_CONCURRENCY", "many", "an integer from 1 to 64, got"],
  ["PENSTOCK_METRICS_PORT", "65536", "an integer from 0 to 65535, got"],
  ["PENSTOCK_SERVICE", "", "1 to 100 characters, got"],
  ["PENSTOCK_LOG_LEVEL", "trace", 'one of debug, info, warn, error, got "trace"'],
  ["AWS_REGION", "eu west", "an AWS region such as `eu-west-1`, got"],
];

test.each(BAD)("says in one sentence what is wrong with %s=%j", (name, value, sentence) => {
  const problems = problemsOf({ ...GOOD, [name]: value });
  expect(problems).toEqual([expect.stringContaining(sentence)]);
  expect(problems[0]).toMatch(new RegExp(`^Expected \`${name}\` to be .*, got .`));
  expect(problems[0]).not.toMatch(/secret|t0ken/);
});

test("has a bad value on trial for each setting", () => {
  expect(new Set(BAD.map(([name]) => name))).toEqual(new Set(Object.keys(SETTINGS)));
});

test("names everything that is wrong at once, typing errors too", () => {
  const problems = problemsOf({
    PENSTOCK_LANE: "3",
    PENSTOCK_LANES: "30",
    PENSTOCK_LOG_LEVEL: "loud",
    OTHER_LANE: "1",
  });
  expect(problems).toEqual([
    expect.stringMatching(/^Expected no `PENSTOCK_LANE` in the environment: the settings are .*PENSTOCK_LANES/),
    expect.stringContaining("`PENSTOCK_RECEIVER_URL`"),
    expect.stringContaining("`PENSTOCK_DEAD_LETTER_QUEUE_URL`"),
    expect.stringContaining("`PENSTOCK_QUEUE_URL`"),
    expect.stringContaining("`PENSTOCK_LANES`"),
    expect.stringContaining("`PENSTOCK_LOG_LEVEL`"),
  ]);
});

test("refuses a region that contradicts a URL, naming both", () => {
  expect(problemsOf({ ...GOOD, AWS_REGION: "us-east-1" })).toEqual([
    'Expected `AWS_REGION` to be "eu-west-1", the region of `PENSTOCK_RECEIVER_URL`, got "us-east-1": ' +
      'set `PENSTOCK_SIGNING_REGION` to "eu-west-1" if that is meant',
    'Expected `AWS_REGION` to be "eu-west-1", the region of `PENSTOCK_DEAD_LETTER_QUEUE_URL`, got "us-east-1"',
    'Expected `AWS_REGION` to be "eu-west-1", the region of `PENSTOCK_QUEUE_URL`, got "us-east-1"',
  ]);
});

test("writes to a workspace in another region when that is said", () => {
  const elsewhere = { ...GOOD, PENSTOCK_RECEIVER_URL: WORKSPACE.replace("eu-west-1", "us-west-2") };
  expect(problemsOf(elsewhere)).toHaveLength(1);
  expect(problemsOf({ ...elsewhere, PENSTOCK_SIGNING_REGION: "us-west-2" })).toEqual([]);
  expect(problemsOf({ ...elsewhere, PENSTOCK_SIGNING_REGION: "us-east-1" })).toEqual([
    expect.stringMatching(/`PENSTOCK_SIGNING_REGION` to be "us-west-2", the region of `PENSTOCK_RECEIVER_URL`/),
  ]);
});

test("signs nothing for a Prometheus, wherever it runs", () => {
  const config = readConfig({ ...GOOD, PENSTOCK_RECEIVER_URL: "http://127.0.0.1:9090" });
  expect(config.receiver).toMatchObject({ queryUrl: "http://127.0.0.1:9090/api/v1/query", region: undefined });
});

test("goes without a query endpoint only when told to", () => {
  const cortex = { ...GOOD, PENSTOCK_RECEIVER_URL: "https://cortex.example/api/v1/push" };
  expect(problemsOf(cortex)).toEqual([expect.stringContaining("Expected `PENSTOCK_QUERY_URL` beside")]);
  for (const none of ["none", ""]) {
    expect(readConfig({ ...cortex, PENSTOCK_QUERY_URL: none }).receiver.queryUrl).toBeUndefined();
    expect(readConfig({ ...GOOD, PENSTOCK_QUERY_URL: none }).receiver.queryUrl).toBeUndefined();
  }
});

test("refuses a visibility timeout in which nothing could be written", () => {
  expect(problemsOf({ ...GOOD, PENSTOCK_VISIBILITY_TIMEOUT: "11s" })).toEqual([
    expect.stringMatching(/^Expected `PENSTOCK_VISIBILITY_TIMEOUT` to hold a look and a write, at least 11500 ms/),
  ]);
  expect(problemsOf({ ...GOOD, PENSTOCK_VISIBILITY_TIMEOUT: "11s", PENSTOCK_REQUEST_TIMEOUT: "4s" })).toEqual([]);
});

test("finds the queues' region in their URLs when the environment has none", () => {
  expect(readConfig({ ...GOOD, AWS_REGION: undefined }).region).toBe("eu-west-1");
});

test("complains in sentences whatever the environment holds", () => {
  const names = fc.constantFrom(...Object.keys(SETTINGS));
  const values = fc.oneof(fc.string(), fc.webUrl(), fc.json(), fc.nat().map(String));
  fc.assert(
    fc.property(fc.dictionary(names, values), (environment) => {
      for (const problem of problemsOf({ ...GOOD, ...environment }))
        expect(problem).toMatch(/^Expected .* got .|beside/s);
    }),
    { examples: [[{ PENSTOCK_RECEIVER_URL: "http://a.example//%00/" }]] },
  );
});
