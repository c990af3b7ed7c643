import { setImmediate as others } from "node:timers/promises";
import type { FifoQueue } from "@penstock/local";
import type { HeldMessage, Queue } from "@penstock/operator";

/** A queue of this process as operators use it, without the two thousand calls of HTTP that ten thousand letters take. */
export function directQueue(queue: FifoQueue): Queue {
  return {
    url: `http://127.0.0.1/000000000000/${queue.name}`,
    async receive({ max, visibilityMs }) {
      await others();
      return queue.receive({ max, visibilityTimeoutMs: visibilityMs }).map(
        ({ deadLetterSourceArn, attributes, ...message }): HeldMessage => ({
          ...message,
          body: asByWire(message.body),
          sourceArn: deadLetterSourceArn,
          attributes: Object.fromEntries(
            Object.entries(attributes ?? {}).map(([name, { DataType, StringValue }]) => [
              name,
              { DataType, StringValue },
            ]),
          ),
        }),
      );
    },
    async delete(handles) {
      await others();
      for (const handle of handles) queue.delete(handle);
      return handles.map(() => undefined);
    },
    async release(handles) {
      await others();
      for (const handle of handles) queue.changeVisibility(handle, 0);
      return handles.map(() => undefined);
    },
    async send(entries) {
      await others();
      return entries.map(({ body, group, deduplicationId, attributes = {} }) => {
        const texts = Object.entries(attributes).map(
          ([name, { DataType, StringValue }]) => [name, { DataType, StringValue }] as const,
        );
        const sent = queue.sendOne({
          body: asByWire(body),
          group,
          deduplicationId,
          attributes: Object.fromEntries(texts),
        });
        return { ok: true, messageId: sent.messageId };
      });
    },
    async figures() {
      const { visible, inFlight, delayed } = queue.inspect();
      return { visible, inFlight, delayed, attributes: {}, serverNowMs: Date.now() };
    },
  };
}

/** A text of its own, as a socket would make it: who keeps it keeps its bytes. */
function asByWire(text: string): string {
  return Buffer.from(text).toString();
}
