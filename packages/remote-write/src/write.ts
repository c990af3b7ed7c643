import type { Receiver, WriteAnswer, WriteSeries } from "@penstock/model";
import type { Encode } from "./codec.ts";
import type { Endpoint } from "./endpoint.ts";
import { retryAfterMs } from "./retry-after.ts";
import { readWords } from "./words.ts";

/** Remote write 1.0, "Protocol": the headers that a sender must set. */
const HEADERS = {
  "Content-Type": "application/x-protobuf",
  "Content-Encoding": "snappy",
  "X-Prometheus-Remote-Write-Version": "0.1.0",
};

/** Writes remote write 1.0 to one endpoint. */
export function createWriter(endpoint: Endpoint, encode: Encode): Receiver["write"] {
  return async (series, timeoutMs): Promise<WriteAnswer> => {
    checkSeries(series);
    const posted = await endpoint(HEADERS, await encode(series), timeoutMs);
    if (posted.kind === "unanswered") return { kind: "unanswered", detail: posted.detail };
    const { response, signed } = posted;
    return {
      kind: "answered",
      status: response.status,
      body: await readWords(response, signed),
      retryAfterMs: retryAfterMs(response.headers.get("retry-after"), Date.now()),
      requestId: response.headers.get("x-amzn-requestid") ?? undefined,
    };
  };
}

/**
 * A timestamp of 0 or none would be sent as the time of sending, and no value as 0: silently wrong data. So what gets
 * here by mistake is refused.
 *
 * @throws {TypeError}
 */
function checkSeries(series: readonly WriteSeries[]): void {
  if (series.length === 0) throw new TypeError("Expected `series` to have at least one series, got none");
  for (const { timestamps, values } of series) {
    if (timestamps.length !== values.length) {
      const lengths = `got ${timestamps.length} and ${values.length}`;
      throw new TypeError(`Expected \`timestamps\` and \`values\` to have one length, ${lengths}`);
    }
    for (let i = 0; i < timestamps.length; i++) {
      const timestamp = timestamps[i]!;
      if (!Number.isSafeInteger(timestamp) || timestamp <= 0) {
        throw new TypeError(`Expected \`timestamps[${i}]\` to be a positive whole number, got ${timestamp}`);
      }
      if (typeof values[i] !== "number") {
        throw new TypeError(`Expected \`values[${i}]\` to be a number, got ${values[i]}`);
      }
    }
  }
}
