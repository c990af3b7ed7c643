import type { Queue } from "@penstock/operator";

/** A queue that waits for nothing: SQS is given a second so that all of its servers are asked, and here there is one. */
export function impatient(queue: Queue): Queue {
  return { ...queue, receive: (options) => queue.receive({ ...options, waitMs: 0 }) };
}
