import type { LabelPairs, Matcher } from "@penstock/model";
import { labelValue } from "./labels.ts";
import { compileAnchored } from "./regexp.ts";

/**
 * Whether a series has all that is asked for; a label it has not is an empty one.
 *
 * @throws {RegExpError}
 */
export function compileMatchers(matchers: readonly Matcher[]): (labels: LabelPairs) => boolean {
  const tests = matchers.map(compileMatcher);
  return (labels) => tests.every((test) => test(labels));
}

function compileMatcher({ name, op, value }: Matcher): (labels: LabelPairs) => boolean {
  const matches = op === "=~" || op === "!~" ? testOf(compileAnchored(value)) : (text: string) => text === value;
  const expected = op === "=" || op === "=~";
  return (labels) => matches(labelValue(labels, name) ?? "") === expected;
}

function testOf(expression: RegExp): (text: string) => boolean {
  return (text) => expression.test(text);
}
