import { encodeMessage, jsonValue, type Kind, type Late, type MessageSeries } from "@penstock/model";
import { parseLine } from "../send/line.ts";

/**
 * A message's body from what a person has at hand: a message, a line of `penstock dlq export`, a series or sample as JSON,
 * or a line of the Prometheus text format.
 *
 * @param envelope for what is no message yet
 * @throws {SyntaxError} saying what was expected
 */
export function toBody(
  text: string,
  nowMs: number,
  envelope: { readonly kind?: Kind; readonly late?: Late } = {},
): string | undefined {
  const object = asObject(text);
  if (object !== undefined && ("v" in object || "encoding" in object)) return text;
  if (object !== undefined && typeof object.sha256 === "string") {
    return typeof object.body === "string" ? object.body : JSON.stringify(object.message);
  }
  const input = parseLine(text);
  if (input === undefined) return undefined;
  const series: MessageSeries =
    "value" in input
      ? { metric: input.metric, timestamps: [input.timestamp ?? nowMs], values: [asValue(input.value)] }
      : input;
  return encodeMessage({ v: 1, ...envelope, series: [series] });
}

/** A person's NaN is meant. */
function asValue(value: number | string): MessageSeries["values"][number] {
  return typeof value === "number" ? jsonValue(value) : (value as "NaN");
}

function asObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    // Not JSON: perhaps a line of the text format, whose parser says what it expected.
    return undefined;
  }
}

export function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    // Lines of JSON, perhaps.
    return false;
  }
}
