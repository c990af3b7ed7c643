import fc from "fast-check";
import { expect, test } from "vitest";
import { labelName, metricName, type NameType } from "./names.ts";

/** As Prometheus' own translator has it (prometheus/otlptranslator, metric_namer_test.go, with suffixes). */
const METRICS: [name: string, unit: string, type: NameType, expected: string][] = [
  ["requests", "", "counter", "requests_total"],
  ["requests_total", "", "counter", "requests_total"],
  ["total.requests", "", "counter", "requests_total"],
  ["cpu_usage", "1", "gauge", "cpu_usage_ratio"],
  ["cpu_usage_ratio", "1", "gauge", "cpu_usage_ratio"],
  ["items", "1", "counter", "items_total"],
  ["active_connections", "1", "other", "active_connections"],
  ["response_time", "ms", "gauge", "response_time_milliseconds"],
  ["response_time_seconds", "s", "gauge", "response_time_seconds"],
  ["cpu_seconds_total", "s", "counter", "cpu_seconds_total"],
  ["memory_usage", "By", "gauge", "memory_usage_bytes"],
  ["requests", "1/s", "gauge", "requests_per_second"],
  ["throughput", "By/s", "gauge", "throughput_bytes_per_second"],
  ["requests", "1/s", "counter", "requests_per_second_total"],
  ["custom_metric", "custom_unit", "gauge", "custom_metric_custom_unit"],
  ["custom_metric", "{custom}", "gauge", "custom_metric"],
  ["custom_metric", "By/{custom}", "gauge", "custom_metric_bytes"],
  ["metric__with__underscores", "unit__with__more", "gauge", "metric_with_underscores_unit_with_more"],
  ["custom_metric", "unit@with#special/chars", "gauge", "custom_metric_unit_with_special_per_chars"],
  ["http.server.request.duration", "s", "other", "http_server_request_duration_seconds"],
  ["123_requests", "", "counter", "_123_requests_total"],
  ["@#$%", "", "gauge", ""],
];

test.each(METRICS)("%s in %s, a %s, is %s", (name, unit, type, expected) => {
  expect(metricName(name, unit, type)).toBe(expected);
});

test.each([
  ["http.method", "http_method"],
  ["label:with:colons", "label_with_colons"],
  ["123label", "key_123label"],
  ["_private", "key_private"],
  ["__name__", "key_name_"],
  ["_unique_id", "key_unique_id"],
])("the attribute %s is the label %s", (key, expected) => {
  expect(labelName(key)).toBe(expected);
});

test("whatever a name was, what comes out is a name, and no label is reserved", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.string(), (name, unit) => {
      expect(metricName(name, unit, "counter")).toMatch(/^[a-zA-Z_:][a-zA-Z0-9_:]*$/);
      fc.pre(name !== "");
      expect(labelName(name)).toMatch(/^[a-zA-Z][a-zA-Z0-9_]*$/);
    }),
  );
});
