import type { HeldMessage, Outgoing, Queue } from "@penstock/operator";
import { type FifoQueue, QueueError } from "../../packages/local/src/queue/index.ts";

/** The queue model as the operator's port: virtual time, no HTTP between them. */
export function modelQueue(queue: FifoQueue, now: () => number): Queue {
  return {
    url: `model:${queue.name}`,
    receive: async ({ max, visibilityMs }) =>
      queue.receive({ max, visibilityTimeoutMs: visibilityMs }).map(
        (delivery): HeldMessage => ({
          messageId: delivery.messageId,
          receiptHandle: delivery.receiptHandle,
          body: delivery.body,
          group: delivery.group,
          deduplicationId: delivery.deduplicationId,
          sentAtMs: delivery.sentAtMs,
          receiveCount: delivery.receiveCount,
          sourceArn: delivery.deadLetterSourceArn,
          attributes: (delivery.attributes ?? {}) as HeldMessage["attributes"],
        }),
      ),
    delete: async (handles) => handles.map((handle) => attempt(() => queue.delete(handle))),
    release: async (handles) => handles.map((handle) => attempt(() => queue.changeVisibility(handle, 0))),
    send: async (entries) => entries.map((entry) => sendOne(queue, entry)),
    figures: async () => {
      const { visible, inFlight, delayed } = queue.inspect();
      return { visible, inFlight, delayed, attributes: {}, serverNowMs: now() };
    },
  };
}

function sendOne(queue: FifoQueue, { body, group, deduplicationId, attributes }: Outgoing) {
  try {
    const { messageId } = queue.sendOne({ body, group, deduplicationId, attributes: attributes as never });
    return { ok: true as const, messageId };
  } catch (error) {
    if (!(error instanceof QueueError)) throw error;
    return { ok: false as const, detail: error.message };
  }
}

function attempt(change: () => void): string | undefined {
  try {
    change();
    return undefined;
  } catch (error) {
    if (!(error instanceof QueueError)) throw error;
    return error.message;
  }
}

/** What a process that was killed does at the port: at its nth call it dies, before the call takes effect or after it. */
export function mortal(queue: Queue, life: { callsLeft: number; readonly dies: "before" | "after" }): Queue {
  const during = async <T>(call: () => Promise<T>): Promise<T> => {
    life.callsLeft--;
    if (life.callsLeft < 0 || (life.callsLeft === 0 && life.dies === "before")) throw new Error("killed");
    const result = await call();
    if (life.callsLeft === 0) throw new Error("killed");
    return result;
  };
  return {
    url: queue.url,
    receive: (options) => during(() => queue.receive(options)),
    delete: (handles) => during(() => queue.delete(handles)),
    release: (handles) => during(() => queue.release(handles)),
    send: (entries) => during(() => queue.send(entries)),
    figures: () => during(() => queue.figures()),
  };
}
