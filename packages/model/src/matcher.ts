import { escapeValue } from "./series.ts";

/** One condition of a series selector, as PromQL writes it. */
export interface Matcher {
  /** The label's name. */
  readonly name: string;
  /** Equal or not, as text or as a regular expression (RE2) that must match the whole value. */
  readonly op: "=" | "!=" | "=~" | "!~";
  readonly value: string;
}

/** The narrowest matcher that takes any of `values`: `=` for one, an anchored regular expression for more. */
export function anyOf(name: string, values: readonly string[]): Matcher {
  if (values.length === 1) return { name, op: "=", value: values[0]! };
  return { name, op: "=~", value: values.map(escapeRegExp).join("|") };
}

/** Matchers as the text of a selector: `{a="b",c=~"d|e"}`. */
export function formatSelector(matchers: readonly Matcher[]): string {
  return `{${matchers.map(({ name, op, value }) => `${name}${op}"${escapeValue(value)}"`).join(",")}}`;
}

/** Text as a regular expression that matches just this text, in RE2 and in JavaScript. */
function escapeRegExp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}
