import { expect, test } from "vitest";
import { compileRelabel, type RelabelRule } from "./relabel.ts";

const labels = { __name__: "http_total", "http.method": "GET", path: "/a/b?token=1", zone: "EU" };

test.each<[string, RelabelRule[], Record<string, string>]>([
  [
    "replace writes what the expression found",
    [{ source_labels: ["path"], regex: "([^?]*).*", target_label: "path" }],
    { ...labels, path: "/a/b" },
  ],
  [
    "replace leaves the labels alone when the expression does not match",
    [{ source_labels: ["zone"], regex: "US", target_label: "path", replacement: "x" }],
    labels,
  ],
  [
    "source labels are joined",
    [{ source_labels: ["zone", "none", "__name__"], separator: "-", target_label: "all" }],
    { ...labels, all: "EU--http_total" },
  ],
  ["an empty value takes a label away", [{ target_label: "path", replacement: "" }], without("path")],
  ["labeldrop takes whole names", [{ action: "labeldrop", regex: "http\\..*|zon" }], without("http.method")],
  [
    "labelkeep keeps whole names",
    [{ action: "labelkeep", regex: "__name__|zone" }],
    { __name__: "http_total", zone: "EU" },
  ],
  [
    "labelmap copies names, labeldrop takes the old ones",
    [
      { action: "labelmap", regex: "http\\.(.+)", replacement: "http_$1" },
      { action: "labeldrop", regex: "http\\..+" },
    ],
    { ...without("http.method"), http_method: "GET" },
  ],
  ["lowercase", [{ action: "lowercase", source_labels: ["zone"], target_label: "zone" }], { ...labels, zone: "eu" }],
  [
    "named groups, braces and dollars",
    [
      {
        source_labels: ["path"],
        regex: "/(?<first>\\w+)/.*",
        target_label: "path",
        replacement: ["$", "{first}$$1"].join(""),
      },
    ],
    { ...labels, path: "a$1" },
  ],
])("%s, as in Prometheus", (_, rules, expected) => {
  expect(compileRelabel(rules)(labels)).toEqual(expected);
});

test.each<[string, unknown]>([
  ["keep chooses targets, which matchers do here", { action: "keep", source_labels: ["a"], regex: "b" }],
  ["replace without a target", { source_labels: ["a"] }],
  ["a misspelt field", { sourceLabels: ["a"], target_label: "b" }],
  ["a broken expression", { target_label: "b", regex: "(" }],
])("refuses a rule with a sentence: %s", (_, rule) => {
  expect(() => compileRelabel([rule as RelabelRule])).toThrow(/^Expected .*got/s);
});

function without(name: keyof typeof labels): Record<string, string> {
  const { [name]: _, ...rest } = labels;
  return rest;
}
