import type { Receiver, WriteAnswer, WriteSeries } from "@penstock/model";
import { pushTimeseries } from "prometheus-remote-write";
import type { Endpoint } from "./endpoint.ts";
import { retryAfterMs } from "./retry-after.ts";
import { readWords } from "./words.ts";

/** Remote write 1.0, "Protocol": the headers that a sender must set; Content-Type comes from the library. */
const HEADERS = { "Content-Encoding": "snappy", "X-Prometheus-Remote-Write-Version": "0.1.0" };

type Timeseries = Extract<Parameters<typeof pushTimeseries>[0], readonly unknown[]>[number];

/** Writes remote write 1.0 to one endpoint. */
export function createWriter(url: string, endpoint: Endpoint): Receiver["write"] {
  return async (series, timeoutMs) => {
    if (series.length === 0) throw new TypeError("Expected `series` to have at least one series, got none");
    let answer: WriteAnswer | undefined;
    await pushTimeseries(series.map(toTimeseries), {
      url,
      headers: HEADERS,
      // The library's own result has no headers, so the answer is taken here, where they are still at hand.
      fetch: async (_url, init) => {
        answer = await post(endpoint, init!.headers, asBytes(init!.body), timeoutMs);
        return { status: 204, statusText: "No Content", text: async () => "" };
      },
    });
    return answer!;
  };
}

async function post(
  endpoint: Endpoint,
  headers: Readonly<Record<string, string>>,
  body: Uint8Array<ArrayBuffer>,
  timeoutMs: number,
): Promise<WriteAnswer> {
  const posted = await endpoint(headers, body, timeoutMs);
  if (posted.kind === "unanswered") return { kind: "unanswered", detail: posted.detail };
  const { response, signed } = posted;
  return {
    kind: "answered",
    status: response.status,
    body: await readWords(response, signed),
    retryAfterMs: retryAfterMs(response.headers.get("retry-after"), Date.now()),
    requestId: response.headers.get("x-amzn-requestid") ?? undefined,
  };
}

/**
 * The library writes the time of sending for a timestamp that is 0 or missing, and 0 for a missing value: silently wrong
 * data. So what gets there by mistake is refused.
 *
 * @throws {TypeError}
 */
function toTimeseries({ labels, timestamps, values }: WriteSeries): Timeseries {
  if (timestamps.length !== values.length) {
    const lengths = `got ${timestamps.length} and ${values.length}`;
    throw new TypeError(`Expected \`timestamps\` and \`values\` to have one length, ${lengths}`);
  }
  const samples = timestamps.map((timestamp, i) => {
    const value = values[i];
    if (!Number.isSafeInteger(timestamp) || timestamp <= 0) {
      throw new TypeError(`Expected \`timestamps[${i}]\` to be a positive whole number, got ${timestamp}`);
    }
    if (typeof value !== "number") throw new TypeError(`Expected \`values[${i}]\` to be a number, got ${value}`);
    return { timestamp, value };
  });
  // Defines properties, so a label named `__proto__` stays a label; the order is the wire's.
  return { labels: Object.fromEntries(labels) as Timeseries["labels"], samples };
}

/** The library's types say ArrayBufferLike; what it hands over is a view, often of a part of a buffer. */
function asBytes(body: unknown): Uint8Array<ArrayBuffer> {
  return body as Uint8Array<ArrayBuffer>;
}
