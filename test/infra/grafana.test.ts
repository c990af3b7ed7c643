import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { COUNTERS, DISTRIBUTIONS, LABELLED_COUNTERS } from "../../packages/consumer/src/measures.ts";
import { describeWith } from "../require.ts";
import { promtool } from "./promtool.ts";

interface Target {
  readonly expr?: string;
  readonly namespace?: string;
  readonly metricName?: string;
}

const dashboard = JSON.parse(readFileSync(new URL("../../stacks/grafana.json", import.meta.url), "utf8")) as {
  panels: { title: string; targets: Target[] }[];
};
const targets = dashboard.panels.flatMap((panel) => panel.targets);

test("Grafana's dashboard draws metrics that the consumer has", () => {
  const known = [...COUNTERS, ...LABELLED_COUNTERS, ...DISTRIBUTIONS].map(({ name }) => name);
  const drawn = targets.filter(({ namespace }) => namespace === "Penstock").map(({ metricName }) => metricName);
  expect(drawn.length).toBeGreaterThan(0);
  for (const name of drawn) expect(known).toContain(name);
});

describeWith("promtool", "Grafana's dashboard", () => {
  test("asks in PromQL that promtool takes", () => {
    const expressions = targets.flatMap(({ expr }) => expr ?? []);
    expect(expressions.length).toBeGreaterThan(0);
    const rules = expressions.map((expr, i) => ({ record: `panel_${i}`, expr }));
    // JSON is YAML.
    const file = JSON.stringify({ groups: [{ name: "panels", rules }] });
    expect(promtool({ "panels.yml": file }, "check", "rules", "panels.yml")).toBe("");
  });
});
