/** No receiver means more than this; what says so anyway (a proxy's maintenance page) is asked again sooner. */
export const MAX_RETRY_AFTER_MS: number = 60 * 60_000;

const SECONDS = /^\d{1,15}$/;
/** IMF-fixdate, the one form that may be sent (RFC 9110 §5.6.7). Date.parse alone would read "-5" as a year. */
const HTTP_DATE = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/**
 * A Retry-After header (RFC 9110 §10.2.3) in milliseconds from now, 0 to {@link MAX_RETRY_AFTER_MS}; undefined when
 * there is none or it is neither seconds nor a date.
 */
export function retryAfterMs(header: string | null, nowMs: number): number | undefined {
  const text = header?.trim() ?? "";
  if (SECONDS.test(text)) return Math.min(Number(text) * 1000, MAX_RETRY_AFTER_MS);
  const atMs = HTTP_DATE.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(atMs) ? undefined : Math.min(Math.max(atMs - nowMs, 0), MAX_RETRY_AFTER_MS);
}
