import { LinkedList, type Place } from "./linked-list.ts";
import type { StoredMessage } from "./message.ts";
import { TimerHeap } from "./timer-heap.ts";

/** The messages of one group past their delay, in order: those in flight stay in their places. */
interface Group {
  readonly id: string;
  readonly messages: LinkedList<StoredMessage>;
  inFlight: number;
  /** Among the groups that may be delivered. */
  ready: Place<Group> | undefined;
}

/**
 * The messages of one queue: which are delayed, waiting or in flight, and which group may be delivered next.
 *
 * It knows of times but not of the clock: `settle` brings it to a time. Every other operation costs no more than the
 * logarithm of the messages in flight.
 */
export class Backlog {
  /** The queue's delay and retention; both count from when a message was sent, and hold for messages already here. */
  delayMs: number;
  retentionMs: number;

  readonly #byId = new Map<string, StoredMessage>();
  readonly #arrivals = new LinkedList<StoredMessage>();
  readonly #delayed = new LinkedList<StoredMessage>();
  readonly #groups = new Map<string, Group>();
  readonly #ready = new LinkedList<Group>();
  readonly #inFlight = new TimerHeap<StoredMessage>();

  constructor(delayMs: number, retentionMs: number) {
    this.delayMs = delayMs;
    this.retentionMs = retentionMs;
  }

  get size(): number {
    return this.#arrivals.size;
  }

  get delayed(): number {
    return this.#delayed.size;
  }

  get inFlight(): number {
    return this.#inFlight.size;
  }

  /** Whether some group may be delivered. */
  get ready(): boolean {
    return this.#ready.size > 0;
  }

  get oldest(): StoredMessage | undefined {
    return this.#arrivals.first;
  }

  find(messageId: string): StoredMessage | undefined {
    return this.#byId.get(messageId);
  }

  /** Oldest first. The message just yielded may be removed. */
  [Symbol.iterator](): Iterator<StoredMessage> {
    return this.#arrivals[Symbol.iterator]();
  }

  /** Takes a new message; `settle` lets it out of its delay. */
  add(message: StoredMessage): void {
    this.#byId.set(message.messageId, message);
    message.arrival = this.#arrivals.append(message);
    message.place = this.#delayed.append(message);
  }

  /**
   * The groups that may be delivered, the one that has been ready longest first, each as its messages in order. The
   * messages just yielded may be hidden or removed.
   */
  *deliverable(): Generator<Iterable<StoredMessage>, void, undefined> {
    for (const group of this.#ready) yield group.messages;
  }

  /** Puts a waiting message in flight until `visibleAtMs`, or gives one in flight another end. */
  hide(message: StoredMessage, visibleAtMs: number): void {
    this.#inFlight.set(message, visibleAtMs);
    if (message.stage === "in-flight") return;
    message.stage = "in-flight";
    const group = this.#groups.get(message.group)!;
    group.inFlight++;
    if (group.ready) this.#ready.remove(group.ready);
    group.ready = undefined;
  }

  remove(message: StoredMessage): void {
    this.#byId.delete(message.messageId);
    this.#arrivals.remove(message.arrival!);
    if (message.stage === "delayed") this.#delayed.remove(message.place!);
    else this.#leaveGroup(message);
    message.stage = "gone";
  }

  clear(): void {
    for (const message of this.#arrivals) this.remove(message);
  }

  /** The first waiting message whose group may be delivered, oldest first. */
  oldestDeliverable(): StoredMessage | undefined {
    for (const message of this.#arrivals) {
      if (message.stage === "waiting" && this.#groups.get(message.group)!.inFlight === 0) return message;
    }
    return undefined;
  }

  /** When something changes next by itself: a delay or a visibility timeout runs out, a message expires. */
  nextDueMs(): number {
    const delayed = this.#delayed.first;
    const hidden = this.#inFlight.first;
    const oldest = this.#arrivals.first;
    return Math.min(
      delayed ? delayed.sentAtMs + this.delayMs : Infinity,
      hidden ? hidden.dueMs : Infinity,
      oldest ? oldest.sentAtMs + this.retentionMs : Infinity,
    );
  }

  /** Lets everything happen that is due by `nowMs`, in the order of its times. */
  settle(nowMs: number): void {
    for (;;) {
      const dueMs = this.nextDueMs();
      if (dueMs > nowMs) return;
      this.#happen(dueMs);
    }
  }

  #happen(dueMs: number): void {
    const delayed = this.#delayed.first;
    const hidden = this.#inFlight.first;
    if (this.#arrivals.first!.sentAtMs + this.retentionMs <= dueMs) this.remove(this.#arrivals.first!);
    else if (delayed && delayed.sentAtMs + this.delayMs <= dueMs) this.#line(this.#delayed.shift()!);
    else this.#reveal(hidden!);
  }

  /** Puts a message whose delay is over at the end of its group. */
  #line(message: StoredMessage): void {
    let group = this.#groups.get(message.group);
    if (!group) {
      group = { id: message.group, messages: new LinkedList(), inFlight: 0, ready: undefined };
      this.#groups.set(group.id, group);
    }
    message.stage = "waiting";
    message.place = group.messages.append(message);
    this.#offer(group);
  }

  /** The visibility timeout of a message in flight is over. */
  #reveal(message: StoredMessage): void {
    this.#inFlight.remove(message);
    message.stage = "waiting";
    const group = this.#groups.get(message.group)!;
    group.inFlight--;
    this.#offer(group);
  }

  /** A group is ready while none of it is in flight. */
  #offer(group: Group): void {
    if (group.inFlight === 0 && !group.ready) group.ready = this.#ready.append(group);
  }

  #leaveGroup(message: StoredMessage): void {
    const group = this.#groups.get(message.group)!;
    group.messages.remove(message.place!);
    if (message.stage === "in-flight") {
      this.#inFlight.remove(message);
      group.inFlight--;
    }
    if (group.messages.size > 0) {
      this.#offer(group);
      return;
    }
    if (group.ready) this.#ready.remove(group.ready);
    this.#groups.delete(group.id);
  }
}
