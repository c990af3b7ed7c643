import type { HeldMessage, MessageAttribute, Outgoing } from "../queue.ts";
import { asTime, openBody } from "./body.ts";

/**
 * The message attribute that a letter carries once it was queued again in its own queue (turned over, or imported): SQS
 * gives such a copy a new message id and a new time.
 */
export const LETTER_ATTRIBUTE = "Penstock.Letter";

/** What a turned or imported letter keeps of its first arrival. */
export interface Arrival {
  /** SQS's message id when it came to this queue. */
  readonly id: string;
  readonly arrivedAtMs: number;
  readonly shape: "rejected" | "moved";
}

/** When a message came to this queue, as what; for a copy, what the first one knew. */
export function arrivalOf({ messageId, sentAtMs, sourceArn, attributes }: HeldMessage, isRejected: boolean): Arrival {
  const shape = sourceArn !== undefined || !isRejected ? "moved" : "rejected";
  const fresh: Arrival = { id: messageId, arrivedAtMs: sentAtMs, shape };
  // What SQS itself has just moved here is a new arrival, whatever it carries from an earlier stay.
  if (sourceArn !== undefined) return fresh;
  const kept = openBody(attributes[LETTER_ATTRIBUTE]?.StringValue ?? "");
  if (typeof kept?.id !== "string" || asTime(kept.arrivedAtMs) === undefined) return fresh;
  return { id: kept.id, arrivedAtMs: kept.arrivedAtMs as number, shape: kept.shape === "moved" ? "moved" : shape };
}

/** The attributes of a letter's copy: under them it stays the letter that it was. */
export function keepArrival({ id, arrivedAtMs, shape }: Arrival): NonNullable<Outgoing["attributes"]> {
  const kept: MessageAttribute = { DataType: "String", StringValue: JSON.stringify({ id, arrivedAtMs, shape }) };
  return { [LETTER_ATTRIBUTE]: kept };
}
