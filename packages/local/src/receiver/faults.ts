import { type Answer, refuse } from "./answer.ts";

/**
 * What can go wrong with a request on demand:
 * - `throttled`: 429, nothing is done; Retry-After when it is given;
 * - `unavailable`: a 5xx, 503 by default, and nothing is done;
 * - `failed-after`: a 5xx, 500 by default, and it was done;
 * - `slow`: it is done, and answered late;
 * - `wordless`: answered without words, as AMP may have been seen to (docs/remote-write.md#what-is-known-of-amp);
 * - `reset`: the connection is cut, and nothing is done;
 * - `answer-lost`: it is done, and the connection is cut without an answer.
 */
export type Fault =
  | { readonly kind: "throttled"; readonly retryAfterSeconds?: number }
  | { readonly kind: "unavailable" | "failed-after"; readonly status?: number }
  | { readonly kind: "slow"; readonly delayMs: number }
  | { readonly kind: "wordless" | "reset" | "answer-lost" };

/** Faults for the requests to come, for tests and chaos. */
export class Faults {
  #planned: Fault[] = [];
  #choose: (() => Fault | undefined) | undefined;

  /** The next `times` requests fail like this, after those planned before. */
  plan(fault: Fault, times = 1): void {
    this.#planned.push(...Array.from({ length: times }, () => fault));
  }

  /** Asked at every request that has no planned fault. Chance is the caller's. */
  choose(choose: () => Fault | undefined): void {
    this.#choose = choose;
  }

  /** Nothing fails any more. */
  clear(): void {
    this.#planned = [];
    this.#choose = undefined;
  }

  /** The fault of this request, which is used up by it. */
  take(): Fault | undefined {
    return this.#planned.shift() ?? this.#choose?.();
  }
}

/** What a request comes to: an answer after a while, or a cut connection. */
export interface Outcome {
  readonly answer: Answer | "cut";
  readonly delayMs: number;
}

/** Does a request, or not, as its fault has it. */
export async function doWith(fault: Fault | undefined, act: () => Promise<Answer>): Promise<Outcome> {
  const instead = fault && insteadOf(fault);
  if (instead) return { answer: instead, delayMs: 0 };
  const answer = await act();
  switch (fault?.kind) {
    case "failed-after":
      return { answer: refuse(fault.status ?? 500, "context deadline exceeded"), delayMs: 0 };
    case "slow":
      return { answer, delayMs: fault.delayMs };
    case "wordless":
      return { answer: { ...answer, body: "" }, delayMs: 0 };
    case "answer-lost":
      return { answer: "cut", delayMs: 0 };
    default:
      return { answer, delayMs: 0 };
  }
}

/** The answer of faults that keep a request from being done. */
function insteadOf(fault: Fault): Answer | "cut" | undefined {
  switch (fault.kind) {
    case "throttled": {
      const { retryAfterSeconds: seconds } = fault;
      // The words of AMP's front end (AMP, troubleshooting).
      const words = '{"message":"Rate exceeded"}';
      return refuse(429, words, seconds === undefined ? {} : { "retry-after": String(seconds) });
    }
    case "unavailable":
      return refuse(fault.status ?? 503, "Service Unavailable");
    case "reset":
      return "cut";
    default:
      return undefined;
  }
}
