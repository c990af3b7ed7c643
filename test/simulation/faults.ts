import type { Place } from "./places.ts";
import type { Statement } from "./statements.ts";
import { storyKeys } from "./story.ts";

/** Something that breaks the promise. */
export interface Fault {
  readonly kind: "lost" | "twice" | "unexplained" | "unjustified" | "disordered" | "miscounted" | "breach" | "stuck";
  readonly what: string;
  /** What the story of it is about: messages, series, invocations. */
  readonly about: readonly string[];
}

export function unexplained(series: string, { atMs, value, labels, by }: Place): Fault {
  const where = labels.map(([name, label]) => `${name}=${label}`).join(" ");
  const what = `The receiver has a sample that nobody stated, or one more than was: ${where} @${atMs} = ${value}, by request ${by}`;
  return { kind: "unexplained", what, about: storyKeys(series.slice(1, -1), atMs, value) };
}

export function fault(kind: Fault["kind"], what: string, { source, series, atMs, value }: Statement): Fault {
  const keys = series === undefined ? [] : storyKeys(series.slice(1, -1), atMs, value);
  return { kind, what, about: [source.identity, ...keys] };
}
