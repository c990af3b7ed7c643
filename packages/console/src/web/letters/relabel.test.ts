import { compileRelabel } from "@penstock/operator";
import fc from "fast-check";
import { expect, test } from "vitest";
import { newStep, rulesOf, type Step } from "./relabel.ts";

const name = fc.stringMatching(/^[a-z][a-z.*$(]{0,5}$/);
const value = fc.string({ minLength: 1 });
const labels = fc.dictionary(name, value, { noNullPrototype: true });

function apply(step: Partial<Step>, before: Record<string, string>): Record<string, string> {
  return compileRelabel(rulesOf([{ ...newStep(), ...step }]))(before);
}

test("a rename moves the label with its value, and nothing else", () => {
  fc.assert(
    fc.property(labels, name, name, (before, label, to) => {
      const { [label]: moved, ...rest } = before;
      const expected = moved === undefined ? before : { ...rest, [to]: moved };
      expect(apply({ what: "rename", label, to }, before)).toEqual(label === to ? before : expected);
    }),
  );
});

test("a label is set to the very text, and taken away by the very name", () => {
  fc.assert(
    fc.property(labels, name, value, (before, label, to) => {
      expect(apply({ what: "set", label, to }, before)).toEqual({ ...before, [label]: to });
      const { [label]: _, ...rest } = before;
      expect(apply({ what: "drop", label }, before)).toEqual(rest);
    }),
  );
});

test("a rule is Prometheus' own, and an empty line is none", () => {
  const rule = { action: "lowercase", source_labels: ["a"], target_label: "a" };
  expect(rulesOf([{ ...newStep(), what: "rule", label: JSON.stringify(rule) }, newStep()])).toEqual([rule]);
  expect(() => rulesOf([{ ...newStep(), what: "rule", label: "{" }])).toThrow(SyntaxError);
});
