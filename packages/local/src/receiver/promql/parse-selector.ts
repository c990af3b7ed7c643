import { type Matcher, NAME_LABEL } from "@penstock/model";
import { compileMatchers } from "../matching.ts";
import { RegExpError } from "../regexp.ts";
import { parseDuration, parseString } from "./literals.ts";
import { badData, notInSubset } from "./query-error.ts";
import type { RangeSelector, Selector } from "./syntax.ts";
import type { Node } from "./tree.ts";

/** `m{a="b"}` */
export function parseSelector(node: Node): Selector {
  const name = node.child("Identifier")?.text;
  const list = node.child("LabelMatchers");
  const quoted = list?.child("QuotedLabelMatcher") ?? list?.child("QuotedLabelName");
  if (quoted) throw notInSubset(`The quoted label name in ${quoted.text}`);
  const listed = list?.childrenNamed("UnquotedLabelMatcher").map(parseMatcher) ?? [];
  if (name !== undefined && listed.some((matcher) => matcher.name === NAME_LABEL)) {
    throw badData(`parse error: metric name must not be set twice: ${node.text}`);
  }
  const matchers = name === undefined ? listed : [{ name: NAME_LABEL, op: "=" as const, value: name }, ...listed];
  if (compile(matchers).every((matches) => matches([]))) {
    throw badData("parse error: vector selector must contain at least one non-empty matcher");
  }
  return { kind: "selector", matchers, offsetMs: 0 };
}

/** `m[5m]` */
export function parseRangeSelector(node: Node): RangeSelector {
  const [inner] = node.expressions;
  if (inner!.name === "OffsetExpr") throw badData("parse error: no offset modifiers allowed before range");
  refuseLoosePostfix("A range", inner!);
  if (inner!.name !== "VectorSelector") throw badData("parse error: ranges only allowed for vector selectors");
  const rangeMs = durationOf(node.child("DurationExpr")!);
  if (rangeMs === 0) throw badData("parse error: duration must be greater than 0");
  return { kind: "range selector", selector: parseSelector(inner!), rangeMs };
}

/** `m offset 5m`, `m[5m] offset -5m` */
export function parseOffset(node: Node): Selector | RangeSelector {
  const [inner] = node.expressions;
  const offsetMs = durationOf(node.child("OffsetDurationExpr")!);
  if (inner!.name === "VectorSelector") return { ...parseSelector(inner!), offsetMs };
  if (inner!.name === "MatrixSelector") {
    const range = parseRangeSelector(inner!);
    return { ...range, selector: { ...range.selector, offsetMs } };
  }
  refuseLoosePostfix("An offset", inner!);
  if (inner!.name === "SubqueryExpr" || inner!.name === "StepInvariantExpr") throw notInSubset(inner!.text);
  throw badData("parse error: offset modifier must be preceded by an instant vector selector or range vector selector");
}

/** This grammar reads `2 * m offset 1m` as `(2 * m) offset 1m`, and what follows accordingly; Prometheus does not. */
function refuseLoosePostfix(what: string, inner: Node): void {
  if (inner.name !== "BinaryExpr" && inner.name !== "UnaryExpr") return;
  throw notInSubset(`${what} after an operator without parentheses around its selector`);
}

function parseMatcher(node: Node): Matcher {
  const op = node.child("MatchOp")!.text as Matcher["op"];
  return { name: node.child("LabelName")!.text, op, value: parseString(node.child("StringLiteral")!.text) };
}

function compile(matchers: readonly Matcher[]): ReturnType<typeof compileMatchers>[] {
  try {
    return matchers.map((matcher) => compileMatchers([matcher]));
  } catch (error) {
    if (error instanceof RegExpError) throw notInSubset(error.message);
    throw error;
  }
}

/** Later Prometheuses compute durations and take bare numbers as seconds. */
function durationOf(node: Node): number {
  const [, sign, digits] = /^(-?)\s*(.*)$/s.exec(node.text)!;
  const ms = parseDuration(digits!);
  if (ms === undefined) throw notInSubset(`The duration \`${node.text}\``);
  return sign ? -ms : ms;
}
