import {
  GROUP_LABEL,
  type Kind,
  LANE_LABEL,
  type Labels,
  type Matcher,
  type Receiver,
  seriesKey,
} from "@penstock/model";
import { readSamples } from "../receiver.ts";

/** One sample as it is stored. */
export interface Point {
  readonly atMs: number;
  readonly value: number;
  /** `_unique_id`; "" for a series that somebody else wrote, without one. */
  readonly lane: string;
  readonly group: string;
}

/** What one lane of a series holds. */
export interface Lane {
  readonly lane: string;
  readonly group: string;
  readonly samples: number;
  readonly oldestMs: number;
  readonly newestMs: number;
  readonly newestValue: number;
}

/** A series as its senders know it: without `_unique_id` and `_group`. */
export interface StoredSeries {
  readonly key: string;
  readonly labels: Labels;
  /** By lane, then by group. One series in two groups has senders that disagree about the group. */
  readonly lanes: readonly Lane[];
  readonly samples: number;
  readonly newestMs: number;
  /** All lanes, in time order. */
  readonly points: readonly Point[];
}

export interface SeriesQuery {
  /** At least one on the metric's name, as receivers ask. */
  readonly matchers: readonly Matcher[];
  readonly startMs: number;
  readonly endMs: number;
}

/** The series that match, by key, with their raw samples. @throws {RemoteError} when the receiver cannot be read */
export async function readSeries(
  receiver: Receiver,
  { matchers, startMs, endMs }: SeriesQuery,
): Promise<StoredSeries[]> {
  const found = await readSamples(receiver, matchers, startMs, endMs);
  const parts = found
    .filter(({ timestamps }) => timestamps.length > 0)
    .map(({ labels, timestamps, values }) => {
      const { [LANE_LABEL]: lane = "", [GROUP_LABEL]: group = "", ...own } = labels;
      return { key: seriesKey(own), labels: own, lane, group, timestamps, values };
    });
  return [...Map.groupBy(parts, ({ key }) => key)]
    .map(([key, some]) => join(key, some))
    .sort((a, b) => (a.key < b.key ? -1 : 1));
}

interface Part {
  readonly labels: Labels;
  readonly lane: string;
  readonly group: string;
  readonly timestamps: readonly number[];
  readonly values: readonly number[];
}

function join(key: string, parts: readonly Part[]): StoredSeries {
  const lanes = parts
    .map(({ lane, group, timestamps, values }) => ({
      lane,
      group,
      samples: timestamps.length,
      oldestMs: timestamps[0]!,
      newestMs: timestamps.at(-1)!,
      newestValue: values.at(-1)!,
    }))
    .sort((a, b) => Number(a.lane) - Number(b.lane) || (a.group < b.group ? -1 : 1));
  const points = parts
    .flatMap(({ lane, group, timestamps, values }) =>
      timestamps.map((atMs, i): Point => ({ atMs, value: values[i]!, lane, group })),
    )
    .sort((a, b) => a.atMs - b.atMs || Number(a.lane) - Number(b.lane));
  const newestMs = Math.max(...lanes.map((lane) => lane.newestMs));
  return { key, labels: parts[0]!.labels, lanes, samples: points.length, newestMs, points };
}

/** One value for each step, at the step's beginning. */
export interface Step {
  readonly atMs: number;
  readonly value: number;
}

/**
 * The lanes of a series as one line, as its kind adds up: deltas as the sum of each step, over all lanes; gauges as the
 * newest value of each step; cumulative ones as the newest of each step too, since they have one lane. Steps without
 * samples are left out: nothing is made up.
 *
 * @throws {RangeError} for a step that is no positive number of milliseconds
 */
export function combineLanes(points: readonly Point[], kind: Kind, stepMs: number): Step[] {
  if (!(stepMs >= 1)) throw new RangeError(`Expected \`stepMs\` to be at least 1, got \`${stepMs}\``);
  const steps: { atMs: number; value: number }[] = [];
  for (const { atMs, value } of points) {
    const beginMs = Math.floor(atMs / stepMs) * stepMs;
    const last = steps.at(-1);
    if (last?.atMs !== beginMs) steps.push({ atMs: beginMs, value });
    else last.value = kind === "delta" ? last.value + value : value;
  }
  return steps;
}
