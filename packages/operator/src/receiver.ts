import type { Matcher, ReadSeries, Receiver } from "@penstock/model";
import { createReceiver, type ReceiverOptions, receiverUrls } from "@penstock/remote-write";
import { RemoteError } from "./queue.ts";
import { cureOf } from "./trouble.ts";

/** One reading; a receiver's own bound on a query is two minutes or less (AMP: 1; Prometheus: 2). */
const READ_TIMEOUT_MS = 60_000;

export interface OpenReceiverOptions extends Pick<ReceiverOptions, "region" | "headers"> {
  /** An AMP workspace's URL, a Prometheus's base URL, or a remote-write URL. */
  readonly url: string;
  /** Where it is queried, when its URL does not say. */
  readonly queryUrl?: string | undefined;
}

/** @throws {TypeError} for a URL, region or header that cannot be */
export function openReceiver({ url, queryUrl, ...options }: OpenReceiverOptions): Receiver {
  return createReceiver({ ...receiverUrls({ url, queryUrl }), ...options });
}

/**
 * Raw samples of the series that match, all lanes.
 *
 * @throws {RemoteError} when they cannot be read, also when they are too many
 */
export async function readSamples(
  receiver: Receiver,
  matchers: readonly Matcher[],
  startMs: number,
  endMs: number,
): Promise<readonly ReadSeries[]> {
  if (!receiver.read) {
    throw new RemoteError("The receiver's URL does not say where it is queried", "Name that too, with `--query`.");
  }
  const answer = await receiver.read({ matchers, startMs, endMs }, READ_TIMEOUT_MS);
  if (answer.kind === "read") return answer.series;
  if (answer.kind === "heavy") {
    throw new RemoteError(`Too much at once: ${answer.detail}`, "Ask for less time or fewer series.");
  }
  throw new RemoteError(`The receiver could not be read: ${answer.detail}`, cureOf(answer.detail));
}
