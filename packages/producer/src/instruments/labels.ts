import { type Labels, NAME_LABEL, show } from "@penstock/model";

/** Labels as a service has them at hand. Numbers become text; a label that is undefined or empty is left out. */
export type LabelValues = Readonly<Record<string, string | number | boolean | undefined>>;

export type ReadLabels =
  | { readonly ok: true; readonly labels: Labels }
  /** What was expected, and what was there. */
  | { readonly ok: false; readonly sentence: string };

/** Labels as a message has them. Never throws: a caller without types may hand in anything. */
export function readLabels(given: unknown, reserved: readonly string[]): ReadLabels {
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    return { ok: false, sentence: `Expected labels to be an object, got ${show(given)}` };
  }
  try {
    const labels: [string, string][] = [];
    for (const [label, value] of Object.entries(given)) {
      if (value === undefined || value === "") continue;
      if (label === NAME_LABEL || reserved.includes(label)) {
        return { ok: false, sentence: `Expected no label ${show(label)}: it belongs to the metric itself` };
      }
      if (typeof value !== "string" && typeof value !== "number" && typeof value !== "boolean") {
        return { ok: false, sentence: `Expected label ${show(label)} to be text or a number, got ${show(value)}` };
      }
      labels.push([label, String(value)]);
    }
    return { ok: true, labels: Object.fromEntries(labels) };
  } catch (error) {
    // A getter or a proxy may do anything.
    return { ok: false, sentence: `Expected labels to be plain data: reading them threw ${show(error)}` };
  }
}

/** Recordings are called as in prom-client: with labels and a value, or either alone. */
export function readArguments(first: unknown, second: unknown, missing?: number): { labels: unknown; value: unknown } {
  if (typeof first === "number") return { labels: {}, value: first };
  return { labels: first ?? {}, value: second ?? missing };
}
