import { jsonValue, type Kind, type Matcher, NAME_LABEL, type Receiver } from "@penstock/model";
import { combineLanes, parseMatchers, readSeries, type StoredSeries } from "@penstock/operator";
import type { SeriesAnswer, SeriesView } from "../api.ts";

/** Series that are listed. */
const MAX_LISTED = 300;
/** Series whose points are sent along. */
const MAX_DRAWN = 20;
/** Points of one series, newest first. */
const MAX_POINTS = 5_000;

export interface SeriesRequest {
  readonly selector: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly kind: Kind;
  readonly stepMs: number;
  /** Keys whose points are wanted; the first ones when there is none. */
  readonly keys: readonly string[];
}

/**
 * The series that match, with the points of those that are to be drawn.
 *
 * @throws {SyntaxError} for a selector that is none
 * @throws {RemoteError} when the receiver cannot be read
 */
export async function answerSeries(receiver: Receiver, request: SeriesRequest): Promise<SeriesAnswer> {
  const { selector, startMs, endMs, keys, stepMs } = request;
  const found = await readSeries(receiver, { matchers: withName(parseMatchers(selector)), startMs, endMs });
  const listed = found.slice(0, MAX_LISTED);
  const wanted = new Set(keys.length > 0 ? keys : listed.map(({ key }) => key));
  const drawn = new Set([...wanted].slice(0, MAX_DRAWN));
  const series = listed.map((one) => viewOf(one, drawn.has(one.key), request));
  return { startMs, endMs, stepMs, series, total: found.length };
}

/** Receivers ask for a name; without one it is any. */
function withName(matchers: readonly Matcher[]): readonly Matcher[] {
  if (matchers.some(({ name, op }) => name === NAME_LABEL && (op === "=" || op === "=~"))) return matchers;
  return [...matchers, { name: NAME_LABEL, op: "=~", value: ".+" }];
}

function viewOf(series: StoredSeries, isDrawn: boolean, { kind, stepMs }: SeriesRequest): SeriesView {
  const { key, lanes, samples, newestMs } = series;
  const points = isDrawn ? series.points.slice(-MAX_POINTS) : [];
  const steps = combineLanes(points, kind, stepMs);
  return {
    key,
    lanes: lanes.map((lane) => ({ ...lane, newestValue: jsonValue(lane.newestValue) })),
    samples,
    newestMs,
    points: {
      atMs: points.map(({ atMs }) => atMs),
      values: points.map(({ value }) => jsonValue(value)),
      lanes: points.map(({ lane }) => lane),
    },
    combined: { atMs: steps.map(({ atMs }) => atMs), values: steps.map(({ value }) => jsonValue(value)) },
  };
}
