import { RECEIVE_ATTEMPT_WINDOW_MS } from "./limits.ts";
import { LinkedList } from "./linked-list.ts";
import type { StoredMessage } from "./message.ts";

/** One message of a receive, and what it looked like then: whatever changes it changes one of the two. */
interface Handed {
  readonly message: StoredMessage;
  readonly delivery: number;
  readonly dueMs: number;
}

interface Attempt {
  readonly id: string;
  readonly atMs: number;
  readonly handed: readonly Handed[];
}

/**
 * What each ReceiveRequestAttemptId of the last five minutes was handed. A receive whose answer was lost is repeated
 * under the same id and gets the same messages, unless one of them was deleted, re-timed or became visible since
 * (SQS API reference, ReceiveMessage).
 */
export class ReceiveAttempts {
  readonly #byId = new Map<string, Attempt>();
  readonly #byAge = new LinkedList<Attempt>();

  /** The messages to hand out again. */
  recall(id: string, nowMs: number): StoredMessage[] | undefined {
    this.#forget(nowMs);
    const handed = this.#byId.get(id)?.handed;
    return handed?.every(isUntouched) ? handed.map(({ message }) => message) : undefined;
  }

  /** Call it once the messages are in flight. */
  remember(id: string, messages: readonly StoredMessage[], nowMs: number): void {
    const handed = messages.map((message) => ({ message, delivery: message.receiveCount, dueMs: message.dueMs }));
    const attempt = { id, atMs: nowMs, handed };
    this.#byId.set(id, attempt);
    this.#byAge.append(attempt);
  }

  #forget(nowMs: number): void {
    for (;;) {
      const oldest = this.#byAge.first;
      if (!oldest || oldest.atMs + RECEIVE_ATTEMPT_WINDOW_MS > nowMs) return;
      this.#byAge.shift();
      if (this.#byId.get(oldest.id) === oldest) this.#byId.delete(oldest.id);
    }
  }
}

function isUntouched({ message, delivery, dueMs }: Handed): boolean {
  return message.stage === "in-flight" && message.receiveCount === delivery && message.dueMs === dueMs;
}
