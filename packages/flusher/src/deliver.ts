import { backoffMs } from "@penstock/model";
import type { Sample } from "./batch.ts";
import { judge, type Verdict } from "./judge.ts";
import { toRequest } from "./request.ts";
import type { Run } from "./run.ts";

/** A verdict that is about this request, or `wait`: no more can be done about it in this flush. */
export type Outcome =
  | Exclude<Verdict, { kind: "throttled" | "unavailable" | "misconfigured" }>
  | SendLess
  | { readonly kind: "wait" };

/** The receiver's rate was exceeded: after the wait that is over now, send at most so many at a time. */
interface SendLess {
  readonly kind: "send-less";
  readonly samples: number;
}

/**
 * Sends one request, and again while the receiver is throttling or unavailable: the same samples to the same lanes,
 * for nobody knows whether they landed. Waits by Retry-After where it is given, else with full jitter, and gives up
 * when attempts, requests or time run out.
 *
 * @param placed in time order, each with its lane
 */
export async function deliver(placed: readonly Sample[], run: Run): Promise<Outcome> {
  const { options, budget, tally, ports } = run;
  for (let attempt = 1; budget.takeRequest(); attempt++) {
    const verdict = await post(placed, run);
    if (verdict.kind === "stored") {
      for (const { part } of placed) part.receipted ||= !part.receiptRefused;
      return verdict;
    }
    if (verdict.kind === "misconfigured") {
      tally.warn(`The receiver refuses our configuration: HTTP ${verdict.status} ${verdict.body}`);
      budget.close();
      return { kind: "wait" };
    }
    if (verdict.kind !== "throttled" && verdict.kind !== "unavailable") return verdict;
    const less = verdict.kind === "throttled" ? sendLess(placed, verdict.samplesPerSecond) : undefined;
    if (attempt === options.maxAttempts && !less) break;
    const backoff = backoffMs(attempt, ports.clock.random(), options.backoffBaseMs, options.backoffMaxMs);
    if (!(await budget.wait(verdict.retryAfterMs ?? backoff))) break;
    if (less) return less;
  }
  tally.warn("Samples wait in the queue: the receiver could not be written to in time");
  return { kind: "wait" };
}

/** A request over the burst size can never pass, so what exceeded the rate is sent in smaller pieces. */
function sendLess(placed: readonly Sample[], samplesPerSecond: number | undefined): SendLess | undefined {
  if (samplesPerSecond === undefined || placed.length === 1) return undefined;
  const samples = Math.max(1, Math.min(Math.floor(placed.length / 2), Math.floor(samplesPerSecond)));
  return { kind: "send-less", samples };
}

async function post(placed: readonly Sample[], { ports, options, book, tally }: Run): Promise<Verdict> {
  const { clock, receiver } = ports;
  const startedMs = clock.now();
  // Receipts are written anew at each attempt: an earlier answer that is still on its way cannot put them out of order.
  const receipts = receiver.read ? book.write(placed, startedMs) : new Map();
  const request = toRequest(placed, receipts, options.groupLabel);
  const answer = await receiver.write(request, options.requestTimeoutMs);
  const verdict = judge(answer);
  const said =
    answer.kind === "answered"
      ? { status: answer.status, detail: answer.body }
      : { status: undefined, detail: answer.detail };
  tally.requests.push({
    atMs: startedMs,
    durationMs: clock.now() - startedMs,
    series: request.length - receipts.size,
    samples: placed.length,
    status: said.status,
    detail: verdict.kind === "stored" ? "" : said.detail,
  });
  return verdict;
}
