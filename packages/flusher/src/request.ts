import {
  GROUP_LABEL,
  LANE_LABEL,
  type LabelPairs,
  NAME_LABEL,
  RECEIPT_METRIC,
  type WriteSeries,
  withLabels,
} from "@penstock/model";
import type { Sample, Series } from "./batch.ts";
import type { ReceiptSeries } from "./receipts.ts";

interface Lane extends WriteSeries {
  readonly timestamps: number[];
  readonly values: number[];
}

/**
 * One remote-write request: each series with its lane once, its timestamps strictly increasing and the receipts of
 * the parts it holds. Receivers answer 2xx and silently lose what breaks that order (transcripts
 * `merged-request-reversed`, `same-ts-diff-value-one-request`).
 *
 * @param placed in time order, each with its lane
 */
export function toRequest(
  placed: readonly Sample[],
  receipts: ReadonlyMap<string, ReceiptSeries>,
  groupLabel: string,
): WriteSeries[] {
  const lanes = new Map<Series, Lane[]>();
  const request: WriteSeries[] = [];
  for (const { series, lane, atMs, value } of placed) {
    const ofSeries = lanes.get(series);
    const written = ofSeries?.[lane - 1];
    if (written) {
      written.timestamps.push(atMs);
      written.values.push(value);
      continue;
    }
    // Lists that begin with what they hold: most hold one, and an empty one makes room for seventeen at its first.
    const begun = { labels: laneLabels(series, lane, groupLabel), timestamps: [atMs], values: [value] };
    request.push(begun);
    if (ofSeries) ofSeries[lane - 1] = begun;
    else lanes.set(series, newLanes(begun, lane));
  }
  for (const [group, receipt] of receipts) request.push({ labels: receiptLabels(group), ...receipt });
  return request;
}

function newLanes(first: Lane, lane: number): Lane[] {
  if (lane === 1) return [first];
  const lanes: Lane[] = [];
  lanes[lane - 1] = first;
  return lanes;
}

/** Of so many series the labels are kept: at some 2 KB each, what fits in a small function's memory. */
const MAX_KEPT_SERIES = 10_000;

/** By group label, series and lane. */
const kept: Readonly<Record<string, Map<string, LabelPairs[]>>> = { [GROUP_LABEL]: new Map(), "": new Map() };

/**
 * The labels of a series in one of its lanes, as they go to the receiver. The same object each time while it is kept, so
 * that what a client makes of it, its wire form, need be made only once. It says nothing of what is in the lane.
 */
export function laneLabels(series: Series, lane: number, groupLabel: string): LabelPairs {
  const known = kept[groupLabel]!;
  let lanes = known.get(series.id);
  if (!lanes) {
    if (known.size >= MAX_KEPT_SERIES) known.clear();
    lanes = [];
    known.set(series.id, lanes);
  }
  lanes[lane] ??= newLaneLabels(series, lane, groupLabel);
  return lanes[lane];
}

function newLaneLabels(series: Series, lane: number, groupLabel: string): LabelPairs {
  const laneLabel = [LANE_LABEL, String(lane)] as const;
  return withLabels(series.labels, groupLabel === "" ? [laneLabel] : [[GROUP_LABEL, series.group], laneLabel]);
}

function receiptLabels(group: string): LabelPairs {
  return [
    [NAME_LABEL, RECEIPT_METRIC],
    [GROUP_LABEL, group],
  ];
}
