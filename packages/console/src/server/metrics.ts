import { RemoteError } from "@penstock/operator";
import type { Books } from "../api.ts";
import { addUp } from "./book.ts";

const TIMEOUT_MS = 3_000;
/** A worker's own page has some kilobytes. */
const MAX_BYTES: number = 1024 * 1024;
/** Reasons are few; a page that says otherwise is not a worker's. */
const MAX_REASONS = 100;

/**
 * The account of workers, by what they tell a Prometheus.
 *
 * @param urls each worker's `/metrics`
 * @throws {RemoteError} when one of them does not answer: a sum without it would be wrong
 */
export async function scrapeBooks(urls: readonly string[]): Promise<Books> {
  const pages = await Promise.all(urls.map(scrape));
  return addUp(pages.map(readBooks));
}

async function scrape(url: string): Promise<string> {
  const failed = (why: string): RemoteError => new RemoteError(`The worker's ${url} could not be read: ${why}`);
  const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS), redirect: "error" }).catch((error) => {
    const { message, cause } = error as Error;
    throw failed(cause instanceof Error ? cause.message : message);
  });
  if (!response.ok || !response.body) throw failed(`it answered ${response.status}`);
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body) {
    bytes += chunk.length;
    if (bytes > MAX_BYTES) throw failed(`it has more than ${MAX_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

const LINE = /^(penstock_[a-z_]+)(?:\{([^}]*)\})? ([0-9.e+-]+)$/;
const REASON = /(?:^|,)reason="((?:[^"\\]|\\.)*)"/;

/** The account in a page of the Prometheus text format; what it does not have is 0. */
export function readBooks(text: string): Books {
  const counts = new Map<string, number>();
  const rejected: Record<string, number> = {};
  for (const line of text.split("\n")) {
    const [, name = "", labels = "", value] = LINE.exec(line) ?? [];
    const reason = REASON.exec(labels)?.[1];
    if (name !== "penstock_samples_rejected_total") counts.set(name, (counts.get(name) ?? 0) + Number(value));
    else if (reason !== undefined && (reason in rejected || Object.keys(rejected).length < MAX_REASONS)) {
      rejected[reason] = (rejected[reason] ?? 0) + Number(value);
    }
  }
  const of = (name: string): number => counts.get(`penstock_${name}_total`) ?? 0;
  return {
    received: of("samples_received"),
    stored: of("samples_stored"),
    duplicate: of("samples_duplicate"),
    returned: of("samples_returned"),
    restamped: of("samples_restamped"),
    laneMoves: of("lane_moves"),
    rejected,
  };
}
