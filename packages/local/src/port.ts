import { NAME_LABEL, type ReadAnswer, type Receiver, type WriteAnswer } from "@penstock/model";
import type { LocalReceiver } from "./receiver/index.ts";

/** The local receiver as the port of a flush, without HTTP between them: for virtual time. */
export function receiverPort(local: LocalReceiver): Receiver {
  return {
    write(series): Promise<WriteAnswer> {
      const { status, body } = local.write(series);
      return Promise.resolve({ kind: "answered", status, body, retryAfterMs: undefined, requestId: undefined });
    },
    read({ matchers, startMs, endMs }): Promise<ReadAnswer> {
      if (!matchers.some(({ name }) => name === NAME_LABEL)) {
        return Promise.resolve({ kind: "failed", status: 422, detail: "Expected a matcher on the metric name" });
      }
      const series = local.select(matchers, startMs, endMs).map(({ labels, timestamps, values }) => ({
        labels: Object.fromEntries(labels),
        timestamps: plain(timestamps),
        values: plain(values),
      }));
      const bytes = series.reduce((sum, { timestamps }) => sum + timestamps.length * 24, 0);
      return Promise.resolve({ kind: "read", series, bytes });
    },
  };
}

/** Spreading a typed array took 24 times as long: every look of a simulation pays for it. */
function plain(column: Float64Array): number[] {
  const numbers = new Array<number>(column.length);
  for (let i = 0; i < column.length; i++) numbers[i] = column[i]!;
  return numbers;
}
