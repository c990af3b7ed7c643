import type { Clock, Kind, Late, MessageSeries, SendBatch } from "@penstock/model";
import { createProducerOver, type Refusal } from "@penstock/producer";
import { Problem } from "./problem.ts";

/** Series of one kind, as a door read them. */
export interface Load {
  readonly kind: Kind;
  /** Default `reject`. */
  readonly late?: Late | undefined;
  readonly series: readonly MessageSeries[];
}

export interface Identity {
  /** Who sends, for operators. */
  readonly writer: string | undefined;
  /** Names the samples for good: the same request again counts once. Without it the same samples again are more samples. */
  readonly id: string | undefined;
}

/** What became of a request's samples. */
export interface Delivered {
  /** Samples that the queue took. */
  readonly accepted: number;
  readonly refused: readonly Refusal[];
}

/**
 * Resolves once the queue has taken every sample that is any good.
 *
 * @throws {Problem} 503 when it has not: the client is to come again with the whole request
 */
export type Deliver = (loads: readonly Load[], identity: Identity) => Promise<Delivered>;

/** Tries of one SendMessageBatch, each of at most five seconds: most clients, and our own stack, give a request 10 to 15. */
const MAX_ATTEMPTS = 2;

const RETRY_AFTER_SECONDS = 5;

export interface DeliverySettings {
  readonly groups?: number | undefined;
  readonly clock?: Clock | undefined;
}

/**
 * Delivers each request by a producer of its own: what could not be sent is then forgotten with it. A shared one would
 * keep it and send it later, after the client was told to come again.
 */
export function createDelivery(queue: SendBatch, { groups, clock }: DeliverySettings): Deliver {
  return async (loads, { writer, id }) => {
    let detail = "";
    const producer = createProducerOver(queue, {
      flushIntervalMs: 0,
      maxAttempts: MAX_ATTEMPTS,
      // A request is bounded already, and nothing comes after it.
      maxPendingBytes: Number.MAX_SAFE_INTEGER,
      onError: ({ fate, message }) => {
        if (fate !== "refused") detail = message;
      },
      ...(groups !== undefined && { groups }),
      ...(clock !== undefined && { clock }),
    });
    const refused: Refusal[] = [];
    let accepted = 0;
    for (const { kind, late, series } of loads) {
      const result = await producer.send(series, {
        kind,
        ...(late !== undefined && { late }),
        ...(writer !== undefined && { writer }),
        ...(id !== undefined && { id: loads.length === 1 ? id : `${id}/${kind}` }),
      });
      accepted += result.accepted;
      refused.push(...result.refused);
    }
    const { unsent, lost } = await producer.close();
    if (unsent > 0)
      throw new Problem(503, `The queue did not take ${unsent} samples now. ${detail}`, RETRY_AFTER_SECONDS);
    if (lost > 0) refused.push({ reason: "refused", detail, samples: lost, metric: undefined });
    return { accepted: accepted - lost, refused };
  };
}
