import { pairsOf } from "../labels.ts";

/** What a matcher can name. A series may have labels with other names; those cannot be chosen by. */
const NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
const METRIC = /^[a-zA-Z_:][a-zA-Z0-9_:]*/;
const MATCHERS = /[a-zA-Z_][a-zA-Z0-9_]*\s*(?:=~|!~|!=|=)\s*"(?:[^"\\]|\\.)*"/gs;

/** `name="value"`, as a selector has it. */
export function matcher(name: string, value: string): string {
  const escaped = value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
  return `${name}="${escaped}"`;
}

/** A selector with some more matchers; those that it has already are not said twice. */
export function narrowed(selector: string, matchers: readonly string[]): string {
  const text = selector.trim();
  const name = METRIC.exec(text)?.[0] ?? "";
  // `name{…}` and `a="b"` begin alike; only the first is a metric's name.
  const isNamed = name !== "" && !/^\s*[=!]/.test(text.slice(name.length));
  const inside = (isNamed ? text.slice(name.length) : text).trim().replace(/^\{/, "").replace(/\}$/, "");
  const before = [...(isNamed ? [matcher("__name__", name)] : []), ...(inside.match(MATCHERS) ?? [])];
  return `{${[...new Set([...before, ...matchers])].join(",")}}`;
}

/** The matchers that a row of a pivot stands for. There is none for an hour. */
export function matchersOf(by: readonly string[], values: readonly string[]): string[] {
  return by.flatMap((dimension, i) => {
    const value = values[i]!;
    if (dimension === "hour") return [];
    if (dimension === "metric") return [matcher("__name__", value)];
    if (dimension !== "series") return [matcher(dimension, value)];
    return (pairsOf(value) ?? []).filter(([name]) => NAME.test(name)).map(([name, text]) => matcher(name, text));
  });
}
