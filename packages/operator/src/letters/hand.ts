import type { HeldMessage, Queue } from "../queue.ts";

interface Held {
  readonly group: string;
  /** Kept for what may have to be queued again; undefined for the rest, of which the handle will do. */
  readonly message: HeldMessage | undefined;
  receiptHandle: string;
}

/** The messages that are in flight by us, to be given back, queued again or deleted. */
export class Hand {
  readonly #queue: Queue;
  readonly #held = new Map<string, Held>();
  readonly #undeleted = new Set<string>();
  #bytes = 0;

  constructor(queue: Queue) {
    this.#queue = queue;
  }

  /** Of the bodies that are kept. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Messages that the queue would not delete; they come again. */
  get undeleted(): number {
    return this.#undeleted.size;
  }

  /** Takes the new handle of a message whose visibility ended while it was held; false for one that is not held. */
  renew({ messageId, receiptHandle }: HeldMessage): boolean {
    const held = this.#held.get(messageId);
    if (held) held.receiptHandle = receiptHandle;
    return held !== undefined;
  }

  hold(message: HeldMessage, keep: "body" | "handle"): void {
    this.letGo(message.messageId);
    const { messageId, group, receiptHandle, body } = message;
    this.#held.set(messageId, { group, message: keep === "body" ? message : undefined, receiptHandle });
    if (keep === "body") this.#bytes += body.length;
  }

  letGo(messageId: string): void {
    this.#bytes -= this.#held.get(messageId)?.message?.body.length ?? 0;
    this.#held.delete(messageId);
  }

  /** The messages whose bodies are kept, in the order in which they came. */
  kept(): HeldMessage[] {
    return [...this.#held.values()].flatMap(({ message, receiptHandle }) =>
      message ? [{ ...message, receiptHandle }] : [],
    );
  }

  /** Never rejects: what is not deleted comes again. */
  async delete(messages: readonly HeldMessage[]): Promise<void> {
    if (messages.length === 0) return;
    const handles = messages.map(({ receiptHandle }) => receiptHandle);
    const outcomes = await this.#queue.delete(handles).catch(() => handles.map(() => "no answer"));
    for (const [i, { messageId }] of messages.entries()) {
      if (outcomes[i] === undefined) this.#undeleted.delete(messageId);
      else this.#undeleted.add(messageId);
    }
  }

  /**
   * Gives back what is held, of these groups or of all. Resolves with how many could not be: they come back by
   * themselves. Never rejects.
   */
  async giveBack(groups?: ReadonlySet<string>): Promise<number> {
    const given = [...this.#held].filter(([, { group }]) => groups?.has(group) ?? true);
    for (const [messageId] of given) this.letGo(messageId);
    const handles = given.map(([, { receiptHandle }]) => receiptHandle);
    const outcomes = await this.#queue.release(handles).catch(() => handles.map(() => "no answer"));
    return outcomes.filter((outcome) => outcome !== undefined).length;
  }
}
