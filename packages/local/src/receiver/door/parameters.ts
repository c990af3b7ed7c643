import { parseDuration } from "../promql/literals.ts";
import { badData } from "../promql/query-error.ts";
import type { Steps } from "../promql/value.ts";

/** Points of one series in one range query (Prometheus web/api/v1). */
const MAX_STEPS = 11_000;

/** Parameters of the query API; those of a form body and those of the URL. */
export type Parameters = URLSearchParams;

/** @throws {QueryError} */
export function required(parameters: Parameters, name: string): string {
  const text = parameters.get(name);
  if (text === null) throw invalid(name, "it is missing");
  return text;
}

/** Unix seconds, or a date of RFC 3339, in milliseconds. Throws QueryError. */
export function timeOf(parameters: Parameters, name: string, otherwise?: number): number {
  const text = parameters.get(name) ?? "";
  if (text === "" && otherwise !== undefined) return otherwise;
  const ms = /^-?\d+(?:\.\d*)?(?:[eE][+-]?\d+)?$/.test(text) ? Math.round(Number(text) * 1000) : parseDate(text);
  if (!Number.isSafeInteger(ms)) throw invalid(name, `cannot parse ${JSON.stringify(text)} to a valid timestamp`);
  return ms;
}

/** The times of a range query. Throws QueryError. */
export function stepsOf(parameters: Parameters): Steps {
  const startMs = timeOf(parameters, "start");
  const endMs = timeOf(parameters, "end");
  if (endMs < startMs) throw invalid("end", "end timestamp must not be before start time");
  const stepMs = stepOf(required(parameters, "step"));
  if ((endMs - startMs) / stepMs > MAX_STEPS) {
    const limit = `exceeded maximum resolution of ${MAX_STEPS.toLocaleString("en")} points per timeseries`;
    throw badData(`${limit}. Try decreasing the query resolution (?step=XX)`);
  }
  return { startMs, stepMs, count: Math.floor((endMs - startMs) / stepMs) + 1 };
}

function stepOf(text: string): number {
  const ms = /^-?\d+(?:\.\d*)?$/.test(text) ? Math.floor(Number(text) * 1000) : parseDuration(text);
  if (ms === undefined) throw invalid("step", `cannot parse ${JSON.stringify(text)} to a valid duration`);
  if (ms < 1) {
    throw invalid("step", "zero or negative query resolution step widths are not accepted. Try a positive integer");
  }
  return ms;
}

function parseDate(text: string): number {
  return /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$/.test(text)
    ? Date.parse(text)
    : Number.NaN;
}

export function invalid(name: string, why: string): Error {
  return badData(`invalid parameter "${name}": ${why}`);
}
