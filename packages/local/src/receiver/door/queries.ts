import type { LabelPairs, Matcher } from "@penstock/model";
import type { Answer } from "../answer.ts";
import { asObject, instantData, rangeData } from "../promql/data.ts";
import { parseQuery } from "../promql/parse.ts";
import { type QueryOptions, queryInstant, queryRange } from "../promql/query.ts";
import { QueryError } from "../promql/query-error.ts";
import type { LocalReceiver } from "../receiver.ts";
import { invalid, type Parameters, required, stepsOf, timeOf } from "./parameters.ts";

/** One endpoint of Prometheus' HTTP API: parameters to `data`. Throws QueryError. */
export type Endpoint = (parameters: Parameters, context: QueryContext) => object;

export interface QueryContext extends QueryOptions {
  readonly source: LocalReceiver;
}

/** By their path below `/api/v1/`. */
export const ENDPOINTS: Readonly<Record<string, Endpoint>> = {
  query: (parameters, context) => {
    const atMs = timeOf(parameters, "time", context.source.now());
    return instantData(queryInstant(required(parameters, "query"), atMs, context), atMs);
  },
  query_range: (parameters, context) => {
    const steps = stepsOf(parameters);
    return rangeData(queryRange(required(parameters, "query"), steps, context), steps);
  },
  series: (parameters, { source }) => {
    if (!parameters.has("match[]")) throw invalid("match[]", "no match[] parameter provided");
    return labelSets(parameters, source).map(asObject);
  },
  labels: (parameters, { source }) =>
    sortedSet(labelSets(parameters, source).flatMap((labels) => labels.map(([name]) => name))),
  "status/buildinfo": () => ({ application: "Penstock local receiver", version: "2.42.0" }),
};

/** `/api/v1/label/NAME/values` */
export function labelValues(name: string, parameters: Parameters, { source }: QueryContext): string[] {
  const values = labelSets(parameters, source).flatMap((labels) =>
    labels.filter(([label]) => label === name).map(([, value]) => value),
  );
  return sortedSet(values);
}

/** Answers by `read`, or by what it throws. Rethrows what is no QueryError. */
export function answerQuery(read: () => object): Answer {
  try {
    return json(200, { status: "success", data: read() });
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    return json(error.status, { status: "error", errorType: error.errorType, error: error.message });
  }
}

function json(status: number, body: object): Answer {
  return { status, body: JSON.stringify(body), headers: { "content-type": "application/json" } };
}

/** Of the series that match any of `match[]`, or of all without one, and have samples in the range. */
function labelSets(parameters: Parameters, source: LocalReceiver): LabelPairs[] {
  const startMs = timeOf(parameters, "start", Number.MIN_SAFE_INTEGER);
  const endMs = timeOf(parameters, "end", Number.MAX_SAFE_INTEGER);
  const selectors = parameters.getAll("match[]");
  const matchers = selectors.length === 0 ? [[]] : selectors.map(matchersOf);
  const found = matchers.flatMap((matcher) => source.select(matcher, startMs, endMs)).map(({ labels }) => labels);
  // One series has one list of labels, whichever selector finds it.
  return [...new Set(found)];
}

function matchersOf(selector: string): readonly Matcher[] {
  const expression = parseQuery(selector);
  if (expression.kind === "selector" && expression.offsetMs === 0) return expression.matchers;
  throw invalid("match[]", `expected a series selector, got ${JSON.stringify(selector)}`);
}

function sortedSet(texts: readonly string[]): string[] {
  return [...new Set(texts)].sort();
}
