/** Why a request is not taken, or not wholly: a status, and one sentence for the client. */
export class Problem extends Error {
  override readonly name = "Problem";
  readonly status: ProblemStatus;
  /** When to come again; undefined where coming again would not help. */
  readonly retryAfterSeconds: number | undefined;

  constructor(status: ProblemStatus, sentence: string, retryAfterSeconds?: number) {
    super(sentence);
    this.status = status;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

export type ProblemStatus = 400 | 401 | 403 | 404 | 405 | 408 | 413 | 415 | 500 | 503;

/** The headers that every protocol's answer to a problem has. */
export function problemHeaders({ status, retryAfterSeconds }: Problem): Record<string, string> {
  return {
    ...(retryAfterSeconds !== undefined && { "retry-after": String(retryAfterSeconds) }),
    ...(status === 401 && { "www-authenticate": "Bearer" }),
  };
}

/** A problem as one line of text. */
export function textAnswer(problem: Problem): Response {
  const headers = { ...problemHeaders(problem), "content-type": "text/plain; charset=utf-8" };
  return new Response(`${problem.message}\n`, { status: problem.status, headers });
}
