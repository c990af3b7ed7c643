import { type LabelPairs, NAME_LABEL } from "@penstock/model";
import type { Landed } from "./transcripts.ts";

/** Every series of a scenario carries the scenario's name in this label. */
export const SCENARIO_LABEL = "oracle";
/** As far as the transcripts' reader looked, either way. */
export const READ_MS: number = 500 * 24 * 60 * 60_000;
/** Longer texts are abbreviated. */
const MAX_TEXT = 100;

interface Stored {
  readonly labels: LabelPairs;
  readonly timestamps: ArrayLike<number>;
  readonly values: ArrayLike<number>;
}

/** What lies in a receiver, in a transcript's form. */
export function landedFrom(stored: readonly Stored[], baseMs: number): Landed {
  return Object.fromEntries(stored.map((series) => [seriesName(series), samplesOf(series, baseMs)]));
}

/** In as many words as the transcript used: all of it, or how much. */
export function likeRecorded(landed: Landed, recorded: Landed): Landed {
  if (typeof recorded.series !== "number") return landed;
  const series = Object.values(landed) as unknown[][];
  return { series: series.length, samples: series.reduce((sum, samples) => sum + samples.length, 0) };
}

/** What of a landing a query shows: no stale markers, and every NaN as the same. */
export function asQueried(landed: Landed): Landed {
  if (typeof landed.series === "number") return landed;
  const series = Object.entries(landed as Exclude<Landed, { series: number }>).map(
    ([name, samples]) =>
      [
        name,
        samples
          .filter(([, value]) => value !== "stale")
          .map(([offset, value]) => [offset, value.startsWith("NaN(") ? "NaN" : value] as const),
      ] as const,
  );
  return Object.fromEntries(series.filter(([, samples]) => samples.length > 0));
}

function seriesName({ labels }: Stored): string {
  const name = labels.find(([label]) => label === NAME_LABEL)?.[1] ?? "";
  const others = labels.filter(([label]) => label !== NAME_LABEL && label !== SCENARIO_LABEL);
  return `${name}{${others.map(([label, value]) => `${abbreviate(label)}=${JSON.stringify(abbreviate(value))}`).join(", ")}}`;
}

function abbreviate(text: string): string {
  return text.length <= MAX_TEXT ? text : `${text.slice(0, 8)}…(${text.length})`;
}

function samplesOf({ timestamps, values }: Stored, baseMs: number): [number, string][] {
  // In a typed array a NaN keeps the bits that it has.
  const bits = new BigUint64Array(Float64Array.from(values).buffer);
  return Array.from(timestamps, (timestamp, i) => [timestamp - baseMs, nameOf(values[i]!, bits[i]!)]);
}

/** A value in the transcripts' words. */
function nameOf(value: number, bits: bigint): string {
  if (!Number.isNaN(value)) return String(value);
  return bits === 0x7ff0000000000002n ? "stale" : `NaN(0x${bits.toString(16)})`;
}
