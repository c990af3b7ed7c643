/** Whether this is an `AbortSignal.timeout` that fired. */
export function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.name === "TimeoutError";
}

/** What went wrong, with its causes: fetch says "fetch failed" and keeps the reason in `cause`. */
export function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // An AggregateError of several addresses has a code and no message.
  const own = error.message || String((error as NodeJS.ErrnoException).code ?? error.name);
  return error.cause === undefined ? own : `${own}: ${explain(error.cause)}`;
}
