/** `SKIP`: it could not be looked at here, and that is no fault. */
export type Status = "PASS" | "WARN" | "FAIL" | "SKIP";

/** One thing that was looked at. */
export interface Check {
  /** Stable, for scripts: `queue.visibility`. */
  readonly id: string;
  readonly status: Status;
  /** What was looked at, in a few words. */
  readonly title: string;
  /** What was seen, one sentence. */
  readonly seen: string;
  /** What to do; undefined when there is nothing to do. */
  readonly cure?: string | undefined;
}

/** A check whose status follows from one question. */
export function judge(
  id: string,
  title: string,
  seen: string,
  verdict: { readonly status: "WARN" | "FAIL"; readonly cure: string } | undefined,
): Check {
  return verdict ? { id, title, seen, ...verdict } : { id, title, seen, status: "PASS" };
}

export function skipped(id: string, title: string, seen: string): Check {
  return { id, title, seen, status: "SKIP" };
}

export function failed(id: string, title: string, seen: string, cure: string): Check {
  return { id, title, seen, status: "FAIL", cure };
}
