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
 * One remote-write request: each series with its lane once, its timestamps strictly increasing (receivers answer 2xx
 * and silently lose what breaks that: facts, oracle rows 19 and 20), and the receipts of the parts it holds.
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
    const ofSeries = lanes.get(series) ?? [];
    lanes.set(series, ofSeries);
    const written = ofSeries[lane] ?? { labels: laneLabels(series, lane, groupLabel), timestamps: [], values: [] };
    if (!ofSeries[lane]) {
      ofSeries[lane] = written;
      request.push(written);
    }
    written.timestamps.push(atMs);
    written.values.push(value);
  }
  for (const [group, receipt] of receipts) request.push({ labels: receiptLabels(group), ...receipt });
  return request;
}

/** The labels of a series in one of its lanes, as they go to the receiver. */
export function laneLabels(series: Series, lane: number, groupLabel: string): LabelPairs {
  const group = groupLabel === "" ? {} : { [GROUP_LABEL]: series.group };
  return withLabels(series.labels, { [LANE_LABEL]: String(lane), ...group });
}

function receiptLabels(group: string): LabelPairs {
  return [
    [NAME_LABEL, RECEIPT_METRIC],
    [GROUP_LABEL, group],
  ];
}
