import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { COUNTERS, DISTRIBUTIONS, LABELLED_COUNTERS } from "../../packages/consumer/src/measures.ts";
import { describeWith } from "../require.ts";
import { allOf, type Graph, type Resource } from "./graph.ts";
import { SYNTH_TIMEOUT_MS, type Synth, synth } from "./synth.ts";

const ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm";

describeWith("sst", "the alarms", () => {
  let everything: Synth;
  let least: Synth;
  beforeAll(async () => {
    everything = await synth("production", "settings/everything.ts");
    least = await synth("test", "settings/least.ts");
  }, SYNTH_TIMEOUT_MS);
  afterAll(async () => {
    for (const synthesised of [everything, least]) await synthesised?.remove();
  });

  interface Watched {
    readonly namespace: string;
    readonly metricName: string;
    readonly dimensions: Record<string, string>;
  }

  /** All metrics of an alarm. */
  const watched = ({ inputs }: Resource): Watched[] => {
    const queries = (inputs.metricQueries as { metric?: never }[] | undefined) ?? [];
    return [inputs, ...queries.map(({ metric }) => metric)].filter((each) => each && "namespace" in each) as never;
  };
  /** Of the consumer's own. */
  const published = [...COUNTERS, ...LABELLED_COUNTERS, ...DISTRIBUTIONS].map(({ name }) => name);

  test("there is one for everything that somebody must do something about", () => {
    const names = (graph: Graph): string[] =>
      allOf(graph, ALARM).map(({ inputs }) => String(inputs.name).replace(/^penstock-(production|test)-/, ""));
    const always = [
      "accounting-gap",
      "amp-discarded-greater-than-max-sample-age",
      "amp-discarded-new-value-for-timestamp",
      "amp-discarded-out-of-order-rate-limit",
      "amp-discarded-per-labelset-series-limit",
      "amp-discarded-per-metric-series-limit",
      "amp-discarded-per-user-series-limit",
      "amp-discarded-rate-limited",
      "amp-discarded-sample-out-of-order",
      "amp-discarded-sample-too-old",
      "consumer-errors",
      "consumer-throttles",
      "dead-letters",
      "oldest-message",
      "receipts-missing",
      "samples-returned",
    ];
    expect(names(least.graph)).toEqual(always);
    const optional = ["cloudfront-dead-letters", "cloudfront-errors", "intake-errors", "intake-throttles"];
    expect(names(everything.graph).sort()).toEqual([...always, ...optional].sort());
  });

  test("each watches something that exists", () => {
    for (const { graph } of [everything, least]) {
      const named = (type: string): unknown[] => allOf(graph, type).map(({ inputs, name }) => inputs.name ?? name);
      const real: Record<string, (dimensions: Record<string, string>) => boolean> = {
        "AWS/SQS": ({ QueueName }) => named("aws:sqs/queue:Queue").includes(QueueName),
        "AWS/Lambda": ({ FunctionName }) => named("aws:lambda/function:Function").includes(FunctionName),
        "AWS/Prometheus": ({ Workspace, Reason }) => /^ws-(Workspace|existing)$/.test(Workspace!) && Reason !== "",
        Penstock: ({ service }) => service === `penstock-${graph.app.stage}`,
      };
      for (const alarm of allOf(graph, ALARM)) {
        expect(watched(alarm)).not.toEqual([]);
        for (const { namespace, metricName, dimensions } of watched(alarm)) {
          expect(real[namespace]!(dimensions), `${alarm.name} ${JSON.stringify(dimensions)}`).toBe(true);
          if (namespace === "Penstock") expect(published).toContain(metricName);
        }
      }
    }
  });

  test("each has a page in the runbook, and calls who is to be called", () => {
    const runbook = readFileSync(new URL("../../docs/runbook.md", import.meta.url), "utf8");
    const headings = [...runbook.matchAll(/^#+ ([a-z-]+)$/gm)].map(([, heading]) => heading);
    for (const { inputs } of allOf(everything.graph, ALARM)) {
      const [, anchor] = /https:\/\/example\.org\/penstock\/docs\/runbook\.md#([a-z-]+)$/.exec(
        String(inputs.alarmDescription),
      )!;
      expect(headings).toContain(anchor);
      const topics = [
        "arn:aws:sns:eu-west-1:123456789012:penstock-production-alarms",
        "arn:aws:sns:eu-west-1:123456789012:pager",
      ];
      expect(inputs).toMatchObject({ alarmActions: topics, okActions: topics, treatMissingData: "notBreaching" });
    }
    expect(allOf(least.graph, "aws:sns/topic:Topic")).toEqual([]);
  });

  test("the gap is what was received and neither stored, rejected, seen before nor returned", () => {
    const gap = allOf(least.graph, ALARM).find(({ name }) => name === "Alarm-accounting-gap")!;
    const queries = gap.inputs.metricQueries as { id: string; expression?: string; metric?: { metricName: string } }[];
    const [{ expression }, ...metrics] = queries as [{ expression: string }, ...typeof queries];
    expect(expression).toBe("ABS(received - stored - rejected - duplicate - returned)");
    expect(metrics.map(({ id, metric }) => [id, metric!.metricName])).toEqual(
      ["received", "stored", "rejected", "duplicate", "returned"].map((kind) => [
        kind,
        `penstock_samples_${kind}_total`,
      ]),
    );
  });

  test("the dashboard draws what exists", () => {
    for (const { graph } of [everything, least]) {
      const { dashboardBody } = allOf(graph, "aws:cloudwatch/dashboard:Dashboard")[0]!.inputs;
      const { widgets } = JSON.parse(String(dashboardBody)) as { widgets: { properties: { metrics: string[][] } }[] };
      const lines = widgets.flatMap(({ properties }) => properties.metrics);
      const names = [...allOf(graph, "aws:sqs/queue:Queue"), ...allOf(graph, "aws:lambda/function:Function")];
      const known = new Set(names.map(({ inputs, name }) => inputs.name ?? name));
      for (const [, metric, dimension, value] of lines.filter((line) => line.length > 1)) {
        if (dimension === "service") {
          expect(value).toBe(`penstock-${graph.app.stage}`);
          expect(published).toContain(metric);
        } else expect(known).toContain(value);
      }
    }
  });
});
