import { STATUS_METRIC } from "@penstock/cloudfront";
import { LANE_LABEL, NAME_LABEL, type Receiver } from "@penstock/model";
import { CommandError, EXIT } from "../exit.ts";

const READ_TIMEOUT_MS = 60_000;

/** What a receiver has at the end. */
export interface Stored {
  /** Requests by status. */
  readonly byStatus: ReadonlyMap<string, number>;
  /** Active series: those of each lane. */
  readonly series: number;
  /** The highest lane that a series uses. */
  readonly highestLane: number;
}

/** Reads these metrics back. @throws CommandError when the receiver does not answer */
export async function readStored(
  receiver: Receiver,
  names: readonly string[],
  startMs: number,
  endMs: number,
): Promise<Stored> {
  const byStatus = new Map<string, number>();
  let series = 0;
  let highestLane = 0;
  for (const name of names) {
    const matchers = [{ name: NAME_LABEL, op: "=", value: name }] as const;
    const answer = await receiver.read!({ matchers, startMs, endMs }, READ_TIMEOUT_MS);
    if (answer.kind !== "read")
      throw new CommandError(EXIT.remote, `Expected to read \`${name}\` back, got: ${answer.detail}`);
    series += answer.series.length;
    for (const { labels, values } of answer.series) {
      highestLane = Math.max(highestLane, Number(labels[LANE_LABEL]));
      if (name !== STATUS_METRIC) continue;
      const status = labels.status_code ?? "";
      byStatus.set(
        status,
        values.reduce((sum, value) => sum + value, byStatus.get(status) ?? 0),
      );
    }
  }
  return { byStatus, series, highestLane };
}
