import { cut, type WriteAnswer } from "@penstock/model";

/** What the receiver said when it did not store all of a request. */
export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly requestId: string | undefined;
}

/** What one answer to a write means. */
export type Verdict =
  /** All of it is stored. */
  | { readonly kind: "stored" }
  /** Some of it may be stored: look again. */
  | ({ readonly kind: "refused" } & Answer)
  | { readonly kind: "too-large" }
  /** Nothing is stored. `samplesPerSecond` when the receiver's ingestion rate is what was exceeded. */
  | {
      readonly kind: "throttled";
      readonly retryAfterMs: number | undefined;
      readonly samplesPerSecond: number | undefined;
    }
  /** Nobody knows what is stored: the same samples to the same lanes, later. */
  | { readonly kind: "unavailable"; readonly retryAfterMs: number | undefined }
  /** Our configuration, never the sample: wait, loudly. */
  | ({ readonly kind: "misconfigured" } & Answer)
  /** Not stored: the receiver keeps only one replica of a cluster. */
  | ({ readonly kind: "other-replica" } & Answer);

/** Cortex answers an oversized body with 400, AMP's front door with 413 (transcript `oversize`; docs/remote-write.md#what-is-known-of-amp). */
const TOO_LARGE = /received message larger than max/;
/** Prometheus 2.42 with an out-of-order window answers a sample that is too old with 500 (transcript `old-new-series`). */
const TOO_OLD = /too old sample/;
const INGESTION_RATE = /ingestion rate limit \((\d+(?:\.\d+)?)\) exceeded/;

/** Reads an answer by its status; of its text only what tells two kinds of one status apart. Pure. */
export function judge(answer: WriteAnswer): Verdict {
  if (answer.kind === "unanswered") return { kind: "unavailable", retryAfterMs: undefined };
  const { status, body, retryAfterMs, requestId } = answer;
  if (status === 202) return { kind: "other-replica", status, body, requestId };
  if (status >= 200 && status < 300) return { kind: "stored" };
  if (status === 413 || (status === 400 && TOO_LARGE.test(body))) return { kind: "too-large" };
  if (status === 400 || status === 409 || status === 422) return { kind: "refused", status, body, requestId };
  if (status === 500 && TOO_OLD.test(body)) return { kind: "refused", status, body, requestId };
  if (status === 429) {
    const rate = INGESTION_RATE.exec(body)?.[1];
    return { kind: "throttled", retryAfterMs, samplesPerSecond: rate === undefined ? undefined : Number(rate) };
  }
  // 408 and 499 say that time ran out on the way, not that anything is wrong with the request.
  if (status >= 500 || status === 408 || status === 499) return { kind: "unavailable", retryAfterMs };
  return { kind: "misconfigured", status, body, requestId };
}

/** A dead letter carries this much of the receiver's words, in characters. */
const MAX_DETAIL_LENGTH = 1_000;

/** The receiver's own words, cut; when it had none, that it had none. */
export function wordsOf({ body, status }: Answer): string {
  return body === "" ? `Answered with ${status} and no words` : cut(body.trimEnd(), MAX_DETAIL_LENGTH);
}
