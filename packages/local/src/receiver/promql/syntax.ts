import type { Matcher } from "@penstock/model";

/** A query that the local subset has. */
export type Expression = ScalarExpression | VectorExpression | RangeSelector;

export type ScalarExpression =
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "time" }
  | { readonly kind: "negate"; readonly type: "scalar"; readonly of: ScalarExpression }
  | {
      readonly kind: "binary";
      readonly type: "scalar";
      readonly operator: Operator;
      readonly left: ScalarExpression;
      readonly right: ScalarExpression;
    };

export type VectorExpression =
  | Selector
  | { readonly kind: "negate"; readonly type: "vector"; readonly of: VectorExpression }
  /** `+m`: the same numbers, but no longer samples with times of their own. */
  | { readonly kind: "plus"; readonly of: VectorExpression }
  | {
      readonly kind: "aggregate";
      readonly aggregation: Aggregation;
      readonly grouping: Grouping;
      readonly of: VectorExpression;
    }
  | { readonly kind: "over range"; readonly function: RangeFunction; readonly of: RangeSelector }
  | { readonly kind: "timestamp"; readonly of: VectorExpression }
  | {
      readonly kind: "binary";
      readonly type: "vector";
      readonly operator: Operator;
      /** A comparison that gives 0 and 1 instead of leaving out. */
      readonly bool: boolean;
      readonly vector: VectorExpression;
      readonly scalar: ScalarExpression;
      readonly vectorSide: "left" | "right";
    };

export interface Selector {
  readonly kind: "selector";
  readonly matchers: readonly Matcher[];
  readonly offsetMs: number;
}

export interface RangeSelector {
  readonly kind: "range selector";
  readonly selector: Selector;
  readonly rangeMs: number;
}

export interface Grouping {
  readonly kind: "by" | "without";
  readonly labels: readonly string[];
}

export type Aggregation = "sum" | "avg" | "min" | "max" | "count";

export type RangeFunction =
  | "rate"
  | "increase"
  | "sum_over_time"
  | "count_over_time"
  | "max_over_time"
  | "min_over_time"
  | "avg_over_time"
  | "last_over_time";

export type Comparison = "==" | "!=" | ">" | "<" | ">=" | "<=";
export type Operator = "+" | "-" | "*" | "/" | "%" | "^" | Comparison;

export const AGGREGATIONS: readonly Aggregation[] = ["sum", "avg", "min", "max", "count"];

export const RANGE_FUNCTIONS: readonly RangeFunction[] = [
  "rate",
  "increase",
  "sum_over_time",
  "count_over_time",
  "max_over_time",
  "min_over_time",
  "avg_over_time",
  "last_over_time",
];

export const OPERATORS: readonly Operator[] = ["+", "-", "*", "/", "%", "^", "==", "!=", ">", "<", ">=", "<="];

export function isComparison(operator: Operator): operator is Comparison {
  return operator === "==" || operator === "!=" || /^[<>]/.test(operator);
}

/** What an expression gives at each time. */
export function typeOf(expression: Expression): "scalar" | "instant vector" | "range vector" {
  switch (expression.kind) {
    case "number":
    case "time":
      return "scalar";
    case "range selector":
      return "range vector";
    case "negate":
    case "binary":
      return expression.type === "scalar" ? "scalar" : "instant vector";
    default:
      return "instant vector";
  }
}

export function isScalar(expression: Expression): expression is ScalarExpression {
  return typeOf(expression) === "scalar";
}

export function isVector(expression: Expression): expression is VectorExpression {
  return typeOf(expression) === "instant vector";
}
