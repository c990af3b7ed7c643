import { createProcess, type Report } from "@penstock/consumer";
import type { Clock, QueueEntry, Receiver, SendBatch } from "@penstock/model";
import { Account, type Delivery, type FifoQueue } from "./queue/index.ts";
import { LOCAL_DEAD_LETTER_QUEUE, LOCAL_QUEUE } from "./runner.ts";

const VISIBILITY_MS = 60_000;
/** What an invocation may take of it: a Lambda's timeout is a sixth of the visibility timeout. */
const INVOCATION_MS = 30_000;
const RETENTION_MS: number = 14 * 24 * 60 * 60_000;

export interface VirtualOptions {
  readonly startMs: number;
  readonly receiver: (now: () => number) => Receiver;
  /** Seeded chance, in [0, 1). */
  readonly random: () => number;
  /** Share of batches that are delivered a second time after they were settled. */
  readonly redeliver: number;
  /** Share of invocations that die before or after a write. */
  readonly crash: number;
  readonly lanes: number;
  readonly onReport: (report: Report) => void;
}

/** The queue, the real consumer and a receiver under one clock that moves only when told, or when nothing else can. */
export class VirtualPipeline {
  #nowMs: number;
  readonly #options: VirtualOptions;
  readonly #receiver: Receiver;
  readonly queue: FifoQueue;
  readonly deadLetters: FifoQueue;
  /** Invocations that died. */
  crashes = 0;
  /** Batches that were delivered twice. */
  redeliveries = 0;

  constructor(options: VirtualOptions) {
    this.#options = options;
    this.#nowMs = options.startMs;
    this.#receiver = options.receiver(() => this.#nowMs);
    const account = new Account({ now: () => this.#nowMs });
    const settings = { visibilityTimeoutMs: VISIBILITY_MS, retentionMs: RETENTION_MS };
    this.queue = account.createQueue(LOCAL_QUEUE, settings);
    this.deadLetters = account.createQueue(LOCAL_DEAD_LETTER_QUEUE, settings);
  }

  readonly clock: Clock = {
    now: () => this.#nowMs,
    sleep: (ms) => {
      this.#nowMs += Math.ceil(ms);
      return Promise.resolve();
    },
    random: () => this.#options.random(),
  };

  /** Moves the clock on; never back. */
  advanceTo(ms: number): void {
    this.#nowMs = Math.max(this.#nowMs, ms);
  }

  /** A producer's way to the queue. */
  readonly sendBatch: SendBatch = (entries) => {
    this.queue.send(entries);
    return Promise.resolve([]);
  };

  /** Consumes until the queue is empty; waits, in its own time, for what a dead invocation held. */
  async drain(): Promise<void> {
    for (;;) {
      const batch = this.queue.receive({ max: 10 });
      if (batch.length > 0) {
        await this.#invoke(batch);
        continue;
      }
      const next = this.queue.nextEventMs();
      const { visible, inFlight } = this.queue.inspect();
      if (next === undefined || visible + inFlight === 0) return;
      this.advanceTo(next);
    }
  }

  async #invoke(batch: readonly Delivery[]): Promise<void> {
    const { random, crash, redeliver } = this.#options;
    if (random() < crash) {
      this.crashes++;
      await this.#process(batch, new Death(this.#receiver, random() < 0.5));
      return;
    }
    const settlements = await this.#process(batch, undefined);
    if (random() < redeliver) {
      this.redeliveries++;
      await this.#process(batch, undefined);
    }
    for (const [i, settlement] of settlements.entries()) {
      if (settlement.status === "fulfilled") this.queue.delete(batch[i]!.receiptHandle);
    }
  }

  #process(batch: readonly Delivery[], death: Death | undefined): ReturnType<ReturnType<typeof createProcess>> {
    const deadLetters = {
      send: (letters: readonly QueueEntry[]) => {
        death?.check();
        this.deadLetters.send(letters);
        return Promise.resolve(letters.map(() => undefined));
      },
    };
    const ports = { receiver: death?.receiver ?? this.#receiver, deadLetters, clock: this.clock };
    const quiet = () => undefined;
    const log = { debug: quiet, info: quiet, warn: quiet, error: quiet };
    // What a dead invocation counted, it never told.
    const onReport = death ? quiet : this.#options.onReport;
    const process = createProcess({ ports, flusher: { lanes: this.#options.lanes }, log, onReport });
    return process(batch, this.#nowMs + INVOCATION_MS);
  }
}

/** A receiver whose caller dies at its first write: before it, or after it and without the answer. */
class Death {
  readonly receiver: Receiver;
  #dead = false;

  constructor(receiver: Receiver, before: boolean) {
    this.receiver = {
      read: receiver.read,
      write: async (series, timeoutMs) => {
        this.check();
        this.#dead = true;
        if (!before) await receiver.write(series, timeoutMs);
        throw new Error("The invocation died");
      },
    };
  }

  /** @throws Error once the invocation is dead */
  check(): void {
    if (this.#dead) throw new Error("The invocation died");
  }
}
