import { formatSelector, type ReadAnswer, type ReadQuery, type Receiver } from "@penstock/model";
import { readBody } from "./body.ts";
import type { Endpoint } from "./endpoint.ts";
import { parseMatrix } from "./matrix.ts";
import { readWords } from "./words.ts";

/** What one reading may weigh, unpacked: some 2.5 million samples at 25 bytes each. */
export const DEFAULT_MAX_RESPONSE_BYTES: number = 64 * 1024 * 1024;

const HEADERS = { "Content-Type": "application/x-www-form-urlencoded", Accept: "application/json" };

/**
 * How receivers say that a query was too much: Prometheus's samples and time (promql/engine.go), the limits of Cortex's
 * queriers and store gateways (frontend/transport/handler.go), AMP's minute.
 */
const TOO_MUCH = /too many samples|timed out|hit the max number|hit the aggregated|exceeds the limit|exceeded .*limit/i;

/** Reads raw samples back from one query endpoint. */
export function createReader(endpoint: Endpoint, maxResponseBytes: number): NonNullable<Receiver["read"]> {
  return async (query, timeoutMs) => {
    const posted = await endpoint(HEADERS, form(query), timeoutMs);
    if (posted.kind === "unanswered") return missing(posted.timedOut, undefined, posted.detail);
    const { response, signed } = posted;
    if (response.status !== 200) return refused(response.status, await readWords(response, signed));
    const body = await readBody(response, maxResponseBytes);
    if (body.kind === "broken") return missing(body.timedOut, 200, `The answer broke off: ${body.detail}`);
    if (body.kind === "over") return { kind: "heavy", detail: `The answer has more than ${maxResponseBytes} bytes` };
    const matrix = parseMatrix(body.text, query);
    if (!matrix.ok) return { kind: "failed", status: 200, detail: matrix.detail };
    return { kind: "read", series: matrix.series, bytes: body.bytes };
  };
}

/**
 * An instant query of a range selector, which is how PromQL gives raw samples. Its range has its left end outside since
 * Prometheus 3 and inside before, so one millisecond more is asked for, and what is outside is dropped when it comes.
 *
 * @throws {TypeError} when the range is none
 */
function form({ matchers, startMs, endMs }: ReadQuery): string {
  if (!Number.isSafeInteger(startMs) || !Number.isSafeInteger(endMs) || startMs > endMs) {
    throw new TypeError(`Expected \`startMs\` and \`endMs\` to be a range of milliseconds, got ${startMs} to ${endMs}`);
  }
  const query = `${formatSelector(matchers)}[${endMs - startMs + 1}ms]`;
  return new URLSearchParams({ query, time: (endMs / 1000).toFixed(3) }).toString();
}

/** What takes too long takes less time when less is asked for. */
function missing(timedOut: boolean, status: number | undefined, detail: string): ReadAnswer {
  return timedOut ? { kind: "heavy", detail } : { kind: "failed", status, detail };
}

function refused(status: number, detail: string): ReadAnswer {
  // Prometheus says 503 when its own time is over, Cortex and AMP 422 for time and every limit.
  const tooMuch = (status === 422 || status === 503) && TOO_MUCH.test(detail);
  if (tooMuch || status === 413 || status === 414) return { kind: "heavy", detail: detail || `HTTP ${status}` };
  return { kind: "failed", status, detail };
}
