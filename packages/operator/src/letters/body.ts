import { gunzipSync } from "node:zlib";
import {
  BILLING_CHUNK_BYTES,
  encodeGzipMessage,
  encodeMessage,
  MAX_DECODED_BYTES,
  type Message,
  utf8Length,
} from "@penstock/model";

/** The JSON object of a body, unpacked; undefined when there is none. */
export function openBody(body: string): Record<string, unknown> | undefined {
  try {
    const outer: unknown = JSON.parse(body);
    if (!isObject(outer) || outer.encoding !== "gzip" || typeof outer.data !== "string") return asObject(outer);
    const bytes = gunzipSync(Buffer.from(outer.data, "base64"), { maxOutputLength: MAX_DECODED_BYTES });
    return asObject(JSON.parse(bytes.toString()));
  } catch {
    // Not JSON, not gzip, or too large: there is no object in it, which is an answer.
    return undefined;
  }
}

/** Plain while SQS bills it as one request, as the producer packs. */
export function packBody(message: Message): string {
  const plain = encodeMessage(message);
  return utf8Length(plain) <= BILLING_CHUNK_BYTES ? plain : encodeGzipMessage(message);
}

/** What a Date can hold. */
const MAX_TIME_MS = 8.64e15;

/** Milliseconds since the epoch that a letter may name. */
export function asTime(value: unknown): number | undefined {
  return typeof value === "number" && value >= 0 && value <= MAX_TIME_MS ? value : undefined;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function asObject(value: unknown): Record<string, unknown> | undefined {
  return isObject(value) ? value : undefined;
}
