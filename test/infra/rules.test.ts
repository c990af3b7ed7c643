import fc from "fast-check";
import { expect, test } from "vitest";
import { recordingRules } from "../../stacks/rules.ts";
import { describeWith } from "../require.ts";
import { promtool } from "./promtool.ts";

test("a metric's name is checked, so that nothing else gets into an expression", () => {
  expect(() => recordingRules({ "orders_total{": "delta" })).toThrow(/^Expected the metrics to have names/);
});

describeWith("promtool", "the recording rules, as promtool takes them", () => {
  /** Values a minute after each other, by rules evaluated each minute, as promtool's own tests say it. */
  function evaluate(metrics: Parameters<typeof recordingRules>[0], tests: object): string {
    // JSON is YAML.
    const file = JSON.stringify({ rule_files: ["rules.yml"], evaluation_interval: "1m", tests: [tests] });
    return promtool({ "rules.yml": recordingRules(metrics), "test.yml": file }, "test", "rules", "test.yml");
  }

  test("any list of metrics makes a file that it accepts", () => {
    const name = fc.stringMatching(/^[a-zA-Z_][a-zA-Z0-9_]{0,30}$/);
    const kinds = fc.constantFrom("delta", "gauge", "cumulative");
    const metrics = fc.uniqueArray(fc.tuple(name, kinds), { selector: ([each]) => each, minLength: 1, maxLength: 50 });
    fc.assert(
      fc.property(metrics, (entries) => {
        const rules = recordingRules(Object.fromEntries(entries));
        expect(promtool({ "rules.yml": rules }, "check", "rules", "rules.yml")).toBe("");
      }),
      { numRuns: 10 },
    );
  });

  test("delta: every sample of every lane and group is counted in exactly one minute, and an idle minute counts nothing", () => {
    // Every 20 s from 0; nothing on the minutes themselves, which Prometheus before version 3 has in two ranges.
    const input_series = [
      { series: 'orders_total{country="is",_unique_id="1",_group="g1"}', values: "_ 1 2 _ 3 4 _ _ _ _ 5 6 _ _ _" },
      { series: 'orders_total{country="is",_unique_id="2",_group="g1"}', values: "_ 10 _ _ _ _ _ _ _ _ 20 _ _ _ _" },
      { series: 'orders_total{country="is",_unique_id="1",_group="g2"}', values: "_ _ 100 _ _ _ _ _ _ _ _ _ _ _ _" },
    ];
    const recorded = (eval_time: string, values: number[]): object => ({
      expr: "penstock:orders_total:sum1m",
      eval_time,
      exp_samples: values.map((value) => ({ labels: 'penstock:orders_total:sum1m{country="is"}', value })),
    });
    const promql_expr_test = [
      recorded("1m", [113]),
      recorded("2m", [7]),
      recorded("3m", []),
      recorded("4m", [31]),
      {
        expr: "sum_over_time(penstock:orders_total:sum1m[10m])",
        eval_time: "9m",
        exp_samples: [{ labels: '{country="is"}', value: 151 }],
      },
    ];
    expect(evaluate({ orders_total: "delta" }, { interval: "20s", input_series, promql_expr_test })).toBe("");
  });

  test("gauge: the newest value, also while two groups hold the series", () => {
    const input_series = [
      { series: 'queue_depth{queue="a",_unique_id="1",_group="g1"}', values: "5 7 9 _ _ _ _ _ _ _ _ _" },
      { series: 'queue_depth{queue="a",_unique_id="1",_group="g2"}', values: "_ _ _ 2 _ _ _ _ _ _ _ _" },
      { series: 'queue_depth{queue="b",_unique_id="1",_group="g1"}', values: "1 1 1 1 1 1 1 1 1 1 1 1" },
    ];
    const recorded = (eval_time: string, values: Record<string, number>): object => ({
      expr: "penstock:queue_depth:last",
      eval_time,
      exp_samples: Object.entries(values).map(([queue, value]) => ({
        labels: `penstock:queue_depth:last{queue="${queue}"}`,
        value,
      })),
    });
    const promql_expr_test = [
      recorded("2m", { a: 9, b: 1 }),
      recorded("3m", { a: 2, b: 1 }),
      recorded("6m", { a: 2, b: 1 }),
      recorded("9m", { b: 1 }),
    ];
    expect(evaluate({ queue_depth: "gauge" }, { interval: "1m", input_series, promql_expr_test })).toBe("");
  });

  test("cumulative: the rate, through a reset", () => {
    const input_series = [
      { series: 'cpu_seconds_total{host="a",_unique_id="1",_group="g1"}', values: "0 60 120 0 60 120 180" },
    ];
    const promql_expr_test = [
      {
        expr: "penstock:cpu_seconds_total:rate5m",
        eval_time: "6m",
        exp_samples: [{ labels: 'penstock:cpu_seconds_total:rate5m{host="a"}', value: 0.8 }],
      },
    ];
    expect(evaluate({ cpu_seconds_total: "cumulative" }, { interval: "1m", input_series, promql_expr_test })).toBe("");
  });
});
