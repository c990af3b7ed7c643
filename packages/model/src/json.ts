/** A value as JSON text holds it: a number, or one of the three words for which JSON has no number. */
export type JsonValue = number | "NaN" | "Infinity" | "-Infinity";

const WORDS: Readonly<Record<string, number>> = { NaN: Number.NaN, Infinity, "-Infinity": -Infinity };

/** A number as a message carries it. {@link numberOf} is the way back. */
export function jsonValue(value: number): JsonValue {
  if (Number.isFinite(value)) return value;
  return Number.isNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity";
}

/** The number that a value in a message stands for; NaN also for what is no value at all. */
export function numberOf(value: unknown): number {
  // Adding zero turns -0 into 0, as Cortex does on ingestion: what is read back must equal what was sent.
  if (typeof value === "number") return value + 0;
  return isNumberWord(value) ? WORDS[value]! : Number.NaN;
}

/** Whether it is one of the three words: text such as `"3"` is never read as a number. */
export function isNumberWord(value: unknown): value is string {
  return typeof value === "string" && Object.hasOwn(WORDS, value);
}

/** Whether it is an object with names in it, and no list. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
