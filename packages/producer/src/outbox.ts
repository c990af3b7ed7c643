import { type Clock, MAX_BATCH_ENTRIES, packEntries, type SendBatch, sendEntries, type Unsent } from "@penstock/model";
import type { Packed } from "./pack.ts";

/** A packed message with the number of the earliest send it holds samples of. */
export interface Outgoing extends Packed {
  readonly ticket: number;
}

/** What became of messages. Called as it happens; must not throw. */
export interface OutboxEvents {
  taken(messages: readonly Outgoing[]): void;
  /** Not now; they stay where they are. */
  waiting(messages: readonly Outgoing[], detail: string): void;
  /** Never: SQS says the message itself is at fault. */
  lost(messages: readonly Outgoing[], detail: string): void;
}

export interface OutboxOptions {
  readonly clock: Clock;
  /** Sends of one call in one round. */
  readonly maxAttempts: number;
  readonly maxCallsInFlight: number;
}

/** Between two attempts of one call, with full jitter. SQS recovers from throttling within a second. */
const BACKOFF_BASE_MS = 100;
const BACKOFF_MAX_MS = 2_000;

interface GroupQueue {
  readonly messages: Outgoing[];
  /** Its first message is in a call. */
  busy: boolean;
  /** The round in which its first message was given up; 0 when it was not. */
  failedRound: number;
}

/**
 * Messages on their way, in order within each group. A call holds the first message of up to ten groups, and a group is
 * in one call at a time: SQS may take an entry and refuse the one before it, so two messages of a group in one call
 * could change places. That costs nothing where it matters: a group has a second message when the first is full, and
 * SQS bills full messages one by one anyway.
 *
 * A message that is given up stays at the head of its group until the next round, and the group waits behind it.
 */
export class Outbox {
  readonly #send: SendBatch;
  readonly #options: OutboxOptions;
  readonly #events: OutboxEvents;
  readonly #groups = new Map<string, GroupQueue>();
  #listeners: (() => void)[] = [];
  #calls = 0;
  #round = 1;

  constructor(send: SendBatch, options: OutboxOptions, events: OutboxEvents) {
    this.#send = send;
    this.#options = options;
    this.#events = events;
  }

  /** Puts a message behind those of its group. */
  add(message: Outgoing): void {
    const queue = this.#groups.get(message.group);
    if (queue) queue.messages.push(message);
    else this.#groups.set(message.group, { messages: [message], busy: false, failedRound: 0 });
  }

  /** A new round: what was given up is tried again from now on. Returns its number. */
  nextRound(): number {
    return ++this.#round;
  }

  /** Starts calls while a group has something to send and a call is free. */
  pump(): void {
    const free = this.#options.maxCallsInFlight - this.#calls;
    const heads: Outgoing[] = [];
    for (const { messages, busy, failedRound } of this.#groups.values()) {
      if (heads.length >= free * MAX_BATCH_ENTRIES) break;
      if (!busy && failedRound < this.#round) heads.push(messages[0]!);
    }
    for (const call of packEntries(heads).slice(0, free)) void this.#deliver(call);
  }

  /** Whether each message up to this ticket was taken, lost, or given up in this round or a later one. */
  isSettled(ticket: number, round: number): boolean {
    // Tickets do not decrease within a group: the first message speaks for all.
    return [...this.#groups.values()].every(
      ({ messages, failedRound }) => messages[0]!.ticket > ticket || failedRound >= round,
    );
  }

  /** Samples of the messages up to this ticket that were not taken yet. */
  samplesUpTo(ticket: number): number {
    let samples = 0;
    for (const { messages } of this.#groups.values()) {
      for (const message of messages) if (message.ticket <= ticket) samples += message.samples;
    }
    return samples;
  }

  /** Resolves when the next call ends. */
  progress(): Promise<void> {
    return new Promise((resolve) => this.#listeners.push(resolve));
  }

  async #deliver(call: readonly Outgoing[]): Promise<void> {
    const round = this.#round;
    this.#calls++;
    for (const { group } of call) this.#groups.get(group)!.busy = true;
    const { clock, maxAttempts: attempts } = this.#options;
    const options = { clock, attempts, baseMs: BACKOFF_BASE_MS, maxMs: BACKOFF_MAX_MS };
    const unsent = await sendEntries(call, this.#send, options);
    this.#calls--;
    this.#settle(call, unsent, round);
    this.pump();
    const listeners = this.#listeners;
    this.#listeners = [];
    for (const listener of listeners) listener();
  }

  #settle(call: readonly Outgoing[], unsent: readonly Unsent<Outgoing>[], round: number): void {
    const why = new Map(unsent.map((one) => [one.entry, one]));
    const taken = call.filter((message) => !why.has(message));
    const lost = call.filter((message) => why.get(message)?.senderFault === true);
    const waiting = call.filter((message) => why.get(message)?.senderFault === false);
    for (const { group } of waiting) this.#giveUp(group, round);
    for (const { group } of [...taken, ...lost]) this.#remove(group);
    if (taken.length > 0) this.#events.taken(taken);
    if (lost.length > 0) this.#events.lost(lost, why.get(lost[0]!)!.detail);
    if (waiting.length > 0) this.#events.waiting(waiting, why.get(waiting[0]!)!.detail);
  }

  #giveUp(group: string, round: number): void {
    const queue = this.#groups.get(group)!;
    queue.busy = false;
    queue.failedRound = round;
  }

  /** Takes the first message of a group away; the group's next turn comes after all others'. */
  #remove(group: string): void {
    const { messages } = this.#groups.get(group)!;
    this.#groups.delete(group);
    messages.shift();
    if (messages.length > 0) this.#groups.set(group, { messages, busy: false, failedRound: 0 });
  }
}
