import { expect, test } from "vitest";
import { readConfig } from "./config.ts";
import { DEFAULT_LABEL_RULES } from "./labels.ts";

const PENSTOCK_QUEUE_URL = "https://sqs.eu-west-1.amazonaws.com/123456789012/metrics.fifo";

test("the queue is all that must be said", () => {
  expect(readConfig({ PENSTOCK_QUEUE_URL, PATH: "/bin" })).toEqual({
    queueUrl: PENSTOCK_QUEUE_URL,
    groups: 1,
    rules: DEFAULT_LABEL_RULES,
  });
});

test("labels, paths and guards are read as they are written", () => {
  const { groups, rules } = readConfig({
    PENSTOCK_QUEUE_URL,
    PENSTOCK_GROUPS: "4",
    PENSTOCK_LABELS: "status_code, path",
    PENSTOCK_LATENCY_LABELS: "",
    PENSTOCK_PATHS: "/, /blog/*",
    PENSTOCK_MAX_LABEL_VALUES: "7",
  });
  expect(groups).toBe(4);
  expect(rules).toMatchObject({ labels: ["status_code", "path"], latencyLabels: [], maxLabelValues: 7 });
  expect(rules.paths.map(({ text }) => text)).toEqual(["/", "/blog/*"]);
});

test.each([
  [{}, "Expected `PENSTOCK_QUEUE_URL` to be the http or https URL of a FIFO queue, which ends in `.fifo`, got nothing"],
  [{ PENSTOCK_QUEUE_URL: "https://sqs.eu-west-1.amazonaws.com/1/logs" }, "Expected `PENSTOCK_QUEUE_URL` to be"],
  [{ PENSTOCK_GROUPS: "0" }, 'Expected `PENSTOCK_GROUPS` to be an integer from 1 to 1024, got "0"'],
  [
    { PENSTOCK_LABELS: "status_code,ip" },
    "Expected `PENSTOCK_LABELS` to be a comma-separated list of different labels",
  ],
  [{ PENSTOCK_LABELS: "host,host" }, "Expected `PENSTOCK_LABELS` to be a comma-separated list of different labels"],
  [{ PENSTOCK_LABELS: "path" }, "Expected `PENSTOCK_PATHS` to name the paths of the label `path`"],
  [
    { PENSTOCK_PATHS: "/" },
    "Expected `path` in `PENSTOCK_LABELS` or `PENSTOCK_LATENCY_LABELS` beside `PENSTOCK_PATHS`",
  ],
  [{ PENSTOCK_LABELS: "path", PENSTOCK_PATHS: "blog" }, "Expected `PENSTOCK_PATHS` to be a comma-separated list"],
  [{ PENSTOCK_LABELS: "path", PENSTOCK_PATHS: Array(101).fill("/a").join(",") }, "at most 100 paths"],
  [{ PENSTOCK_MAX_LABEL_VALUES: "many" }, "Expected `PENSTOCK_MAX_LABEL_VALUES` to be an integer from 1 to 1000"],
  [{ PENSTOCK_LABEL: "host" }, "Expected no `PENSTOCK_LABEL` in the environment: the settings are"],
])("%j is one sentence", (environment, sentence) => {
  const all =
    "PENSTOCK_QUEUE_URL" in environment || Object.keys(environment).length === 0 ? {} : { PENSTOCK_QUEUE_URL };
  let message = "";
  try {
    readConfig({ ...all, ...environment });
  } catch (error) {
    message = (error as Error).message;
  }
  expect(message.split("\n")).toEqual([expect.stringContaining(sentence)]);
});
