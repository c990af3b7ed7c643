import { attributeNameOf } from "./attributes.ts";
import {
  invalidParameter,
  queueDeletedRecently,
  queueDoesNotExist,
  queueExistsWithOther,
  unsupported,
} from "./errors.ts";
import { sequenceNumbers, sequentialIds } from "./ids.ts";
import { MAX_NAME_LENGTH, NAME_REUSE_MS } from "./limits.ts";
import { type MoveRequest, type MoveTask, MoveTasks } from "./move-tasks.ts";
import { FifoQueue } from "./queue.ts";
import { DEFAULT_SETTINGS, type QueueSettings } from "./settings.ts";
import type { Surroundings } from "./surroundings.ts";

/** The one account, and the region in its ARNs. */
export const ACCOUNT_ID = "000000000000";
const REGION = "us-east-1";

export interface AccountOptions {
  /** Epoch milliseconds. Every time in the account is read from here. */
  readonly now: () => number;
  /** Message ids; they count up from 1 by default, so that a simulation can be repeated. */
  readonly newMessageId?: () => string;
}

/**
 * The FIFO queues of one account: a model of SQS, without timers and without I/O. What happens with time happens when
 * somebody looks; `nextEventMs` says when looking is worthwhile.
 */
export class Account {
  readonly #now: () => number;
  readonly #queues = new Map<string, FifoQueue>();
  /** Names that may not be used again yet, and since when. */
  readonly #deletedAtMs = new Map<string, number>();
  readonly #tasks: MoveTasks;
  readonly #listeners = new Set<() => void>();
  readonly #around: Surroundings;

  constructor({ now, newMessageId = sequentialIds() }: AccountOptions) {
    this.#now = now;
    this.#tasks = new MoveTasks({
      byArn: (arn) => this.queueByArn(arn),
      deadLetterSources: (arn) => this.#deadLetterSources(arn),
    });
    this.#around = {
      now: () => this.#settle(),
      newMessageId,
      newSequenceNumber: sequenceNumbers(),
      queueByArn: (arn) => this.queueByArn(arn),
      changed: () => this.#changed(),
    };
  }

  /** Epoch milliseconds. */
  now(): number {
    return this.#now();
  }

  /**
   * Creates a queue, or finds the one that has these settings already.
   *
   * @throws QueueError when the name is taken by a queue with other settings, or was freed less than a minute ago
   */
  createQueue(name: string, settings: Partial<QueueSettings> = {}): FifoQueue {
    checkName(name);
    const existing = this.#queues.get(name);
    if (existing) {
      const other = differing(existing.settings, settings);
      if (other) throw queueExistsWithOther(attributeNameOf(other));
      return existing;
    }
    const deletedAtMs = this.#deletedAtMs.get(name) ?? -Infinity;
    if (this.#settle() < deletedAtMs + NAME_REUSE_MS) throw queueDeletedRecently();
    const queue = new FifoQueue(name, arnOf(name), { ...DEFAULT_SETTINGS, ...settings }, this.#around);
    this.#queues.set(name, queue);
    this.#changed();
    return queue;
  }

  /** Its messages are gone with it. */
  deleteQueue(name: string): void {
    if (!this.#queues.delete(name)) throw queueDoesNotExist();
    const nowMs = this.#settle();
    for (const [freed, atMs] of this.#deletedAtMs) {
      if (atMs + NAME_REUSE_MS <= nowMs) this.#deletedAtMs.delete(freed);
    }
    this.#deletedAtMs.set(name, nowMs);
    this.#changed();
  }

  find(name: string): FifoQueue | undefined {
    return this.#queues.get(name);
  }

  /** @throws QueueError when there is none of this name */
  queue(name: string): FifoQueue {
    const queue = this.find(name);
    if (!queue) throw queueDoesNotExist();
    return queue;
  }

  queueByArn(arn: string): FifoQueue | undefined {
    const name = arn.slice(arn.lastIndexOf(":") + 1);
    return arn === arnOf(name) ? this.#queues.get(name) : undefined;
  }

  /** By name. */
  queues(): FifoQueue[] {
    return [...this.#queues.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** The queues whose redrive policy names this one, by name. */
  deadLetterSources(name: string): FifoQueue[] {
    return this.#deadLetterSources(this.queue(name).arn);
  }

  startMoveTask(request: MoveRequest): MoveTask {
    const task = this.#tasks.start(request, this.#settle());
    this.#changed();
    return task;
  }

  cancelMoveTask(handle: string): MoveTask {
    this.#settle();
    const task = this.#tasks.cancel(handle);
    this.#changed();
    return task;
  }

  /** The latest tasks of a source queue first. */
  moveTasks(sourceArn: string, max = 1): readonly MoveTask[] {
    this.#settle();
    return this.#tasks.list(sourceArn, max);
  }

  /**
   * When something changes next by itself (epoch milliseconds): a delay, a visibility timeout or a retention ends, or a
   * move task moves a message. Undefined when nothing will. That a deduplication id is forgotten does not count.
   */
  nextEventMs(): number | undefined {
    this.#settle();
    const times = this.queues().map((queue) => queue.nextEventMs() ?? Infinity);
    const earliest = Math.min(this.#tasks.nextEventMs() ?? Infinity, ...times);
    return earliest === Infinity ? undefined : earliest;
  }

  /** Calls `listener` after every operation that may have changed something; returns what ends that. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #deadLetterSources(arn: string): FifoQueue[] {
    return this.queues().filter(({ settings }) => settings.redrivePolicy?.deadLetterTargetArn === arn);
  }

  #settle(): number {
    const nowMs = this.#now();
    this.#tasks.settle(nowMs);
    return nowMs;
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}

function arnOf(name: string): string {
  return `arn:aws:sqs:${REGION}:${ACCOUNT_ID}:${name}`;
}

function checkName(name: string): void {
  if (/^[A-Za-z0-9_-]+$/.test(name)) {
    throw unsupported(
      `Expected the name of a FIFO queue, got \`${name}\`. Only FIFO queues exist here: \`${name}.fifo\`.`,
    );
  }
  if (/^[A-Za-z0-9_-]+\.fifo$/.test(name) && name.length <= MAX_NAME_LENGTH) return;
  const reason = "can only include alphanumeric characters, hyphens, or underscores, must end with .fifo suffix";
  throw invalidParameter(`The name of a FIFO queue ${reason} and be 1 to ${MAX_NAME_LENGTH} in length.`);
}

/** The first setting that is named and has another value. */
function differing(settings: QueueSettings, named: Partial<QueueSettings>): keyof QueueSettings | undefined {
  const keys = Object.keys(named) as (keyof QueueSettings)[];
  return keys.find((key) => JSON.stringify(named[key]) !== JSON.stringify(settings[key]));
}
