import { AMP_RULES, LocalReceiver, PROMETHEUS_RULES, type ReceiverRules, receiverPort } from "@penstock/local";
import {
  type Clock,
  encodeMessage,
  type Message,
  type QueueEntry,
  type ReadAnswer,
  type ReadQuery,
  type WriteAnswer,
  type WriteSeries,
} from "@penstock/model";
import { type Flush, flush } from "../src/flush.ts";
import type { FlusherOptions } from "../src/options.ts";
import type { QueueRecord } from "../src/ports.ts";

export const START_MS = 1_795_475_000_000;
export const AMP: ReceiverRules = { ...AMP_RULES, engine: "cortex" };
export const PROMETHEUS: ReceiverRules = { ...PROMETHEUS_RULES, engine: "prometheus" };

/** Stands between a flush and its receiver: answers instead of it, or lets a call through by returning undefined. */
export interface Between {
  write?: (series: readonly WriteSeries[]) => WriteAnswer | undefined;
  read?: (query: ReadQuery) => ReadAnswer | undefined;
}

/** The local receiver, a clock that only waiting moves, and the dead letters that were taken. */
export class World {
  nowMs: number = START_MS;
  readonly local: LocalReceiver;
  readonly letters: QueueEntry[] = [];
  /** What every write held, in the order of sending, receipts left out. */
  readonly writes: { atMs: number; samples: number; series: readonly WriteSeries[] }[] = [];
  reads = 0;
  between: Between = {};
  /** What the dead-letter queue says to the next letter. */
  refuseLetters: string | undefined;
  #sent = 0;

  constructor(rules: ReceiverRules = AMP) {
    this.local = new LocalReceiver({ now: () => this.nowMs, rules });
  }

  /** A message in group g1, sent now. */
  record(message: Partial<Message> & Pick<Message, "series">, about: Partial<QueueRecord> = {}): QueueRecord {
    const id = message.id ?? `message-${++this.#sent}`;
    return {
      messageId: `sqs-${id}`,
      body: encodeMessage({ v: 1, id, ...message }),
      group: "g1",
      deduplicationId: id,
      sentAtMs: this.nowMs,
      receiveCount: 1,
      ...about,
    };
  }

  flush(records: readonly QueueRecord[], options: Partial<FlusherOptions> = {}, timeMs = 60_000): Promise<Flush> {
    const port = receiverPort(this.local);
    const clock: Clock = {
      now: () => this.nowMs,
      sleep: async (ms) => {
        this.nowMs += Math.ceil(ms);
      },
      random: () => 0.5,
    };
    const receiver = {
      write: async (series: readonly WriteSeries[], timeoutMs: number) => {
        const own = series.filter(({ labels }) => !labels.some(([, value]) => value === "penstock_receipt"));
        const samples = own.reduce((sum, { timestamps }) => sum + timestamps.length, 0);
        this.writes.push({ atMs: this.nowMs, samples, series: own });
        return this.between.write?.(series) ?? port.write(series, timeoutMs);
      },
      read: async (query: ReadQuery, timeoutMs: number) => {
        this.reads++;
        return this.between.read?.(query) ?? port.read!(query, timeoutMs);
      },
    };
    const deadLetters = {
      send: async (letters: readonly QueueEntry[]) => {
        if (this.refuseLetters === undefined) this.letters.push(...letters);
        return letters.map(() => this.refuseLetters);
      },
    };
    return flush(records, this.nowMs + timeMs, { receiver, deadLetters, clock }, options);
  }

  /** The samples of a metric, over all lanes, in time order. */
  stored(name: string): [atMs: number, value: number][] {
    return this.local
      .select([{ name: "__name__", op: "=", value: name }])
      .flatMap(({ timestamps, values }) => Array.from(timestamps, (at, i): [number, number] => [at, values[i]!]))
      .sort(([a], [b]) => a - b);
  }

  /** The `rejected` field of every dead letter. */
  reasons(): string[] {
    return this.letters.map(({ body }) => JSON.parse(body).rejected.reason);
  }
}

/** An answer with this status, as a receiver would give it. */
export function answered(status: number, body = "", retryAfterMs?: number): WriteAnswer {
  return { kind: "answered", status, body, retryAfterMs, requestId: undefined };
}

/** `count` samples of one series, a second apart, ending now; values count from 1. */
export function run(name: string, count: number, labels: Record<string, string> = {}): Message["series"][number] {
  return {
    metric: { __name__: name, ...labels },
    timestamps: Array.from({ length: count }, (_, i) => START_MS - (count - 1 - i) * 1_000),
    values: Array.from({ length: count }, (_, i) => i + 1),
  };
}
