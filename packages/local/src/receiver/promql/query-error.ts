/** Why a query has no answer, as Prometheus' HTTP API says it. */
export class QueryError extends Error {
  readonly status: 400 | 422;
  readonly errorType: "bad_data" | "execution";

  constructor(errorType: QueryError["errorType"], message: string) {
    super(message);
    this.errorType = errorType;
    this.status = errorType === "bad_data" ? 400 : 422;
  }
}

/** The query or a parameter is wrong for any Prometheus. */
export function badData(message: string): QueryError {
  return new QueryError("bad_data", message);
}

/** Any Prometheus would refuse while it evaluates. */
export function execution(message: string): QueryError {
  return new QueryError("execution", message);
}

/** A Prometheus may well answer it. Never a wrong number instead. */
export function notInSubset(what: string): QueryError {
  return execution(`${what} is not in the local subset; point --receiver at a Prometheus for full PromQL`);
}
