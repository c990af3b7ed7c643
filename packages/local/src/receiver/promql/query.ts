import type { StoredSeries } from "../series.ts";
import { evaluateScalar, evaluateVector } from "./evaluate.ts";
import { parseQuery } from "./parse.ts";
import { badData } from "./query-error.ts";
import { Budget, evaluateRange, type Source } from "./select.ts";
import { isScalar, type ScalarExpression, type VectorExpression } from "./syntax.ts";
import { isEmpty, type Scalar, type Steps, type Vector } from "./value.ts";

export interface QueryOptions {
  readonly source: Source;
  /** Samples that one query may load (`--query.max-samples`). */
  readonly maxSamples: number;
}

/** What a query gives: rows have a value or none for each step. */
export type QueryResult =
  | { readonly type: "scalar"; readonly values: Scalar }
  | { readonly type: "vector"; readonly rows: Vector }
  | { readonly type: "matrix"; readonly series: readonly StoredSeries[] };

/**
 * A query at one time.
 *
 * @throws {QueryError}
 */
export function queryInstant(query: string, atMs: number, { source, maxSamples }: QueryOptions): QueryResult {
  const expression = parseQuery(query);
  const budget = new Budget(source, maxSamples);
  if (expression.kind === "range selector") {
    return { type: "matrix", series: evaluateRange(expression, atMs, budget) };
  }
  return evaluate(expression, { startMs: atMs, stepMs: 1, count: 1 }, budget);
}

/**
 * A query at several times.
 *
 * @throws {QueryError}
 */
export function queryRange(query: string, steps: Steps, { source, maxSamples }: QueryOptions): QueryResult {
  const expression = parseQuery(query);
  if (expression.kind === "range selector") {
    throw badData('invalid expression type "range vector" for range query, must be Scalar or instant Vector');
  }
  return evaluate(expression, steps, new Budget(source, maxSamples));
}

function evaluate(expression: ScalarExpression | VectorExpression, steps: Steps, budget: Budget): QueryResult {
  if (isScalar(expression)) return { type: "scalar", values: evaluateScalar(expression, steps) };
  return { type: "vector", rows: evaluateVector(expression, steps, budget).filter((row) => !isEmpty(row)) };
}
