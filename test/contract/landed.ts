import { NAME_LABEL } from "@penstock/model";
import type { LocalReceiver, StoredSeries } from "../../packages/local/src/receiver/index.ts";
import type { Landed } from "./transcripts.ts";

/** Every series of a scenario carries its name in this label. */
const SCENARIO_LABEL = "oracle";
/** As far as the transcripts' reader looked, either way. */
const READ_MS: number = 500 * 24 * 60 * 60_000;
/** Longer texts are abbreviated. */
const MAX_TEXT = 100;

/** What lies in a receiver, in a transcript's form. */
export function landedIn(receiver: LocalReceiver, baseMs: number): Landed {
  const stored = receiver.select([], baseMs - READ_MS, baseMs + READ_MS);
  return Object.fromEntries(stored.map((series) => [seriesName(series), samplesOf(series, baseMs)]));
}

/** In as many words as the transcript used: all of it, or how much. */
export function likeRecorded(landed: Landed, recorded: Landed): Landed {
  if (typeof recorded.series !== "number") return landed;
  const series = Object.values(landed) as unknown[][];
  return { series: series.length, samples: series.reduce((sum, samples) => sum + samples.length, 0) };
}

function seriesName({ labels }: StoredSeries): string {
  const name = labels.find(([label]) => label === NAME_LABEL)?.[1] ?? "";
  const others = labels.filter(([label]) => label !== NAME_LABEL && label !== SCENARIO_LABEL);
  return `${name}{${others.map(([label, value]) => `${abbreviate(label)}=${JSON.stringify(abbreviate(value))}`).join(", ")}}`;
}

function abbreviate(text: string): string {
  return text.length <= MAX_TEXT ? text : `${text.slice(0, 8)}…(${text.length})`;
}

function samplesOf({ timestamps, values }: StoredSeries, baseMs: number): [number, string][] {
  return Array.from(timestamps, (timestamp, i) => [timestamp - baseMs, nameOf(values.subarray(i, i + 1))]);
}

/** A value in the transcripts' words. A view of it, because its bits count. */
function nameOf(value: Float64Array): string {
  if (!Number.isNaN(value[0])) return String(value[0]);
  const bits = new BigUint64Array(value.slice().buffer)[0]!.toString(16);
  return bits === "7ff0000000000002" ? "stale" : `NaN(0x${bits})`;
}
