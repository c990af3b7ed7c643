import { invalidReceiptHandle } from "./errors.ts";

/** What a receipt handle says: one delivery of one message of one queue. Clients must take it as opaque. */
export interface Receipt {
  readonly queue: string;
  readonly messageId: string;
  /** The message's receive count at that delivery. */
  readonly delivery: number;
}

export function formatReceiptHandle({ queue, messageId, delivery }: Receipt): string {
  return `${queue}/${messageId}/${delivery}`;
}

const HANDLE = /^([^/]+)\/([^/]+)\/([1-9][0-9]*)$/;

/** @throws QueueError when it is no handle of this queue */
export function readReceiptHandle(handle: string, queue: string): Receipt {
  const [, handleQueue, messageId, delivery] = HANDLE.exec(handle) ?? [];
  if (handleQueue !== queue || !messageId) throw invalidReceiptHandle(handle);
  return { queue, messageId, delivery: Number(delivery) };
}
