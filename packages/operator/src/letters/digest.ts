import { cut } from "@penstock/model";
import type { Letter } from "./letter.ts";

/** A letter in a list: small, whatever the letter holds. */
export interface LetterDigest
  extends Pick<Letter, "id" | "shape" | "reason" | "group" | "writer" | "kind" | "samples"> {
  readonly detail: string;
  /** Milliseconds since the epoch. */
  readonly diedAtMs: number;
  readonly arrivedAtMs: number;
  readonly status: number | undefined;
  /** How many series, and the keys of the first few. */
  readonly seriesCount: number;
  readonly series: readonly string[];
}

const MAX_SERIES = 3;
const MAX_KEY = 300;
const MAX_DETAIL = 300;

export function digestOf(letter: Letter): LetterDigest {
  const { id, shape, reason, group, writer, kind, samples, detail, diedAtMs, arrivedAtMs, status, series } = letter;
  return {
    id,
    shape,
    reason,
    detail: cut(detail, MAX_DETAIL),
    status,
    group,
    writer,
    kind,
    samples,
    diedAtMs,
    arrivedAtMs,
    seriesCount: series.length,
    series: series.slice(0, MAX_SERIES).map(({ key }) => cut(key, MAX_KEY)),
  };
}
