import { MAX_BATCH_ENTRIES } from "@penstock/model";
import { Backlog } from "./backlog.ts";
import { Deduplication } from "./deduplication.ts";
import { checkCall, checkEntry, deduplicationIdOf, type SendEntry, type SendOutcome, type Sent } from "./entry.ts";
import { expiredReceiptHandle, notAvailableForVisibility, purgeInProgress, QueueError } from "./errors.ts";
import { MAX_IN_FLIGHT, PURGE_INTERVAL_MS } from "./limits.ts";
import { type Delivery, type NewMessage, type QueuedMessage, type StoredMessage, storedOf, viewOf } from "./message.ts";
import { checkRange, checkVisibility, checkVisibilityInAll } from "./ranges.ts";
import { formatReceiptHandle, readReceiptHandle } from "./receipt-handle.ts";
import { ReceiveAttempts } from "./receive-attempts.ts";
import { checkRedrivePolicy } from "./redrive-policy.ts";
import { checkSettings, type QueueSettings } from "./settings.ts";
import type { Surroundings } from "./surroundings.ts";

export interface ReceiveOptions {
  /** 1 to 10 messages, 10 by default. */
  readonly max?: number | undefined;
  /** By default the queue's. */
  readonly visibilityTimeoutMs?: number | undefined;
  /** ReceiveRequestAttemptId: a receive repeated under the same one gets the same messages again. */
  readonly attemptId?: string | undefined;
}

/** The queue from outside: how many messages, and how old. */
export interface QueueInspection {
  /** Past their delay and not in flight, those behind a locked group included, as SQS counts. */
  readonly visible: number;
  readonly inFlight: number;
  readonly delayed: number;
  /** SentTimestamp of the oldest message, epoch milliseconds. */
  readonly oldestSentAtMs: number | undefined;
}

/**
 * An SQS FIFO queue: several messages of one group per receive, and nothing of a group while any of it is in flight.
 *
 * Nothing happens by itself: every operation first lets happen what its clock says is due. Beyond SQS it keeps no
 * quota of calls per second, and it looks past the first 120,000 messages for a group that may be delivered.
 */
export class FifoQueue {
  readonly name: string;
  readonly arn: string;
  readonly createdAtMs: number;
  readonly #around: Surroundings;
  readonly #backlog: Backlog;
  readonly #deduplication = new Deduplication();
  readonly #attempts = new ReceiveAttempts();
  #settings: QueueSettings;
  #modifiedAtMs: number;
  #purgedAtMs = -Infinity;

  constructor(name: string, arn: string, settings: QueueSettings, around: Surroundings) {
    this.name = name;
    this.arn = arn;
    this.#around = around;
    this.#check(settings);
    this.#settings = settings;
    this.#backlog = new Backlog(settings.delayMs, settings.retentionMs);
    this.createdAtMs = around.now();
    this.#modifiedAtMs = this.createdAtMs;
  }

  get settings(): QueueSettings {
    return this.#settings;
  }

  /** When its settings were changed last, epoch milliseconds. */
  get modifiedAtMs(): number {
    return this.#modifiedAtMs;
  }

  /** Whether a receive would find something now. */
  get deliverable(): boolean {
    this.#settle();
    return this.#backlog.ready && this.#backlog.inFlight < MAX_IN_FLIGHT;
  }

  /** @throws QueueError when a setting is refused; nothing is changed then */
  configure(changes: Partial<QueueSettings>): void {
    const settings = { ...this.#settings, ...changes };
    this.#check(settings);
    this.#settings = settings;
    this.#modifiedAtMs = this.#settle();
    // Both hold for messages that are here already (SQSDG/sqs-delay-queues for FIFO; MessageRetentionPeriod).
    this.#backlog.delayMs = settings.delayMs;
    this.#backlog.retentionMs = settings.retentionMs;
    this.#around.changed();
  }

  /**
   * Takes up to ten messages, 1 MiB in total, in their order; each is taken or refused by itself.
   *
   * @throws QueueError when the call fails as a whole
   */
  send(entries: readonly SendEntry[]): SendOutcome[] {
    checkCall(entries, this.#settings);
    return entries.map((entry) => {
      try {
        return { ok: true, ...this.sendOne(entry) };
      } catch (error) {
        if (error instanceof QueueError) return { ok: false, error };
        throw error;
      }
    });
  }

  /** @throws QueueError when the message is refused */
  sendOne(entry: SendEntry): Sent {
    checkEntry(entry, this.#settings);
    const nowMs = this.#settle();
    const deduplicationId = deduplicationIdOf(entry);
    const known = this.#deduplication.recall(this.#deduplicationKey(entry.group, deduplicationId), nowMs);
    if (known) return { ...known, duplicate: true };
    const { body, group, attributes } = entry;
    const sent = this.#take(
      { messageId: this.#around.newMessageId(), body, group, deduplicationId, attributes },
      nowMs,
    );
    this.#around.changed();
    return { ...sent, duplicate: false };
  }

  /**
   * Hands out as many messages of one group as there is room for, in order, then of the next. A message that was
   * received too often moves to the dead-letter queue instead.
   */
  receive({ max = MAX_BATCH_ENTRIES, visibilityTimeoutMs, attemptId }: ReceiveOptions = {}): Delivery[] {
    checkRange("MaxNumberOfMessages", max, 1, MAX_BATCH_ENTRIES);
    const timeoutMs = visibilityTimeoutMs ?? this.#settings.visibilityTimeoutMs;
    checkVisibility(timeoutMs);
    const nowMs = this.#settle();
    const again = attemptId === undefined ? undefined : this.#attempts.recall(attemptId, nowMs);
    const messages = again ?? this.#next(Math.min(max, MAX_IN_FLIGHT - this.#backlog.inFlight), nowMs);
    if (!again) for (const message of messages) countReceive(message, nowMs);
    for (const message of messages) this.#backlog.hide(message, nowMs + timeoutMs);
    if (attemptId !== undefined && messages.length > 0) this.#attempts.remember(attemptId, messages, nowMs);
    this.#around.changed();
    return messages.map((message) => this.#delivery(message));
  }

  /**
   * Deletes the message of this delivery. A message that is gone already counts as deleted.
   *
   * @throws QueueError when the delivery's visibility timeout has run out, or the handle is none of this queue's
   */
  delete(receiptHandle: string): void {
    const message = this.#inFlight(receiptHandle, expiredReceiptHandle);
    if (!message) return;
    this.#backlog.remove(message);
    this.#around.changed();
  }

  /**
   * Ends the visibility timeout of this delivery after `visibilityTimeoutMs` from now; 0 makes the message visible.
   *
   * @throws QueueError when the message is not in flight by this delivery, or for more than twelve hours in all
   */
  changeVisibility(receiptHandle: string, visibilityTimeoutMs: number): void {
    checkVisibility(visibilityTimeoutMs);
    const message = this.#inFlight(receiptHandle, notAvailableForVisibility);
    if (!message) throw notAvailableForVisibility(receiptHandle);
    const nowMs = this.#around.now();
    checkVisibilityInAll(visibilityTimeoutMs, nowMs - message.receivedAtMs);
    this.#backlog.hide(message, nowMs + visibilityTimeoutMs);
    this.#around.changed();
  }

  /** Deletes all messages, those in flight too. Deduplication ids stay known. */
  purge(): void {
    const nowMs = this.#settle();
    if (nowMs < this.#purgedAtMs + PURGE_INTERVAL_MS) throw purgeInProgress(this.name);
    this.#purgedAtMs = nowMs;
    this.#backlog.clear();
    this.#around.changed();
  }

  inspect(): QueueInspection {
    this.#settle();
    const { size, inFlight, delayed, oldest } = this.#backlog;
    return { visible: size - inFlight - delayed, inFlight, delayed, oldestSentAtMs: oldest?.sentAtMs };
  }

  /** Every message that is not deleted, oldest first, without receiving it. */
  *messages(): Generator<QueuedMessage, void, undefined> {
    this.#settle();
    for (const message of this.#backlog) yield viewOf(message);
  }

  /** When something changes next by itself (epoch milliseconds): a delay, a visibility timeout or a retention ends. */
  nextEventMs(): number | undefined {
    this.#settle();
    const dueMs = this.#backlog.nextDueMs();
    return dueMs === Infinity ? undefined : dueMs;
  }

  /** Brings the queue to a time; for move tasks, which act between two operations. */
  settle(nowMs: number): void {
    this.#backlog.settle(nowMs);
  }

  /** The next message a move task would take, and the ARN of the queue it was dead-lettered from. */
  oldestDeliverable(): QueuedMessage | undefined {
    return this.#backlog.oldestDeliverable();
  }

  /** Moves that message to `target` as a new message: new id, new times, no receives (SQS redrive). */
  moveOldest(target: FifoQueue, nowMs: number): void {
    const message = this.#backlog.oldestDeliverable();
    if (!message) return;
    this.#backlog.remove(message);
    const { body, group, deduplicationId, attributes } = message;
    const messageId = this.#around.newMessageId();
    target.#take({ messageId, body, group, deduplicationId, attributes }, nowMs);
  }

  #check(settings: QueueSettings): void {
    checkSettings(settings);
    const exists = (arn: string) => this.#around.queueByArn(arn) !== undefined;
    if (settings.redrivePolicy) checkRedrivePolicy(settings.redrivePolicy, this.arn, exists);
  }

  #settle(): number {
    const nowMs = this.#around.now();
    this.#backlog.settle(nowMs);
    return nowMs;
  }

  /** Queues a message, whatever its deduplication id: nothing that SQS moves itself is dropped as a duplicate. */
  #take(message: NewMessage, nowMs: number): { messageId: string; sequenceNumber: string } {
    this.#backlog.settle(nowMs);
    const { messageId, group, deduplicationId } = message;
    const sequenceNumber = this.#around.newSequenceNumber();
    const ids = { messageId, sequenceNumber };
    this.#deduplication.remember(this.#deduplicationKey(group, deduplicationId), ids, nowMs);
    this.#backlog.add(storedOf(message, sequenceNumber, nowMs));
    this.#backlog.settle(nowMs);
    return ids;
  }

  #deduplicationKey(group: string, deduplicationId: string): string {
    // Neither may hold a space.
    return this.#settings.deduplicationScope === "queue" ? deduplicationId : `${group} ${deduplicationId}`;
  }

  #next(room: number, nowMs: number): StoredMessage[] {
    const messages: StoredMessage[] = [];
    const { redrivePolicy } = this.#settings;
    const deadLetterQueue = redrivePolicy && this.#around.queueByArn(redrivePolicy.deadLetterTargetArn);
    for (const group of this.#backlog.deliverable()) {
      for (const message of group) {
        if (messages.length >= room) return messages;
        if (deadLetterQueue && message.receiveCount - message.receiveCountBefore >= redrivePolicy.maxReceiveCount) {
          this.#deadLetter(message, deadLetterQueue, nowMs);
        } else messages.push(message);
      }
    }
    return messages;
  }

  /**
   * The deduplication id becomes the message's id, so that two messages that share one both survive
   * (SQSDG/sqs-configure-dead-letter-queue-redrive), and the time of sending starts anew
   * (SQSDG/setting-up-dead-letter-queue-retention, FIFO).
   */
  #deadLetter(message: StoredMessage, target: FifoQueue, nowMs: number): void {
    this.#backlog.remove(message);
    const { messageId, body, group, attributes, receiveCount } = message;
    const deadLetterSourceArn = this.arn;
    const moved = { messageId, body, group, deduplicationId: messageId, attributes, receiveCount, deadLetterSourceArn };
    target.#take(moved, nowMs);
  }

  /** The message in flight by this delivery; undefined when the message is gone. */
  #inFlight(receiptHandle: string, ended: (receiptHandle: string) => QueueError): StoredMessage | undefined {
    const receipt = readReceiptHandle(receiptHandle, this.name);
    this.#settle();
    const message = this.#backlog.find(receipt.messageId);
    if (!message) return undefined;
    if (message.stage === "in-flight" && message.receiveCount === receipt.delivery) return message;
    throw ended(receiptHandle);
  }

  #delivery(message: StoredMessage): Delivery {
    const { messageId, receiveCount, receivedAtMs } = message;
    const receiptHandle = formatReceiptHandle({ queue: this.name, messageId, delivery: receiveCount });
    return { ...viewOf(message), receiptHandle, firstReceivedAtMs: message.firstReceivedAtMs ?? receivedAtMs };
  }
}

function countReceive(message: StoredMessage, nowMs: number): void {
  message.receiveCount++;
  message.receivedAtMs = nowMs;
  message.firstReceivedAtMs ??= nowMs;
}
