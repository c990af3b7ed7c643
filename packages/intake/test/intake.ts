import {
  type Clock,
  decodeMessage,
  type EntryFailure,
  type Kind,
  type Late,
  type QueueEntry,
  systemClock,
} from "@penstock/model";
import type { Hono } from "hono";
import { createIntake, type IntakeOptions } from "../src/app.ts";

export const NOW_MS = 1_795_475_070_000;

/** Time stands still, and no wait takes any. */
const clock: Clock = { now: () => NOW_MS, sleep: () => Promise.resolve(), random: systemClock.random };

/** A sample as it lies in the queue. */
export interface Queued {
  /** The series key. */
  readonly series: string;
  readonly timestampMs: number;
  readonly value: number;
  readonly kind: Kind;
  readonly late: Late;
}

/** A queue in memory. As SQS does, it takes each deduplication id once. */
export class TestQueue {
  readonly entries: QueueEntry[] = [];
  /** Calls that fail from now on. */
  failing = 0;
  /** Entries that SQS says are at fault. */
  senderFault = false;
  readonly #ids = new Set<string>();

  send = async (entries: readonly QueueEntry[]): Promise<EntryFailure[]> => {
    if (this.failing > 0) {
      this.failing--;
      throw new Error("the queue is away");
    }
    if (this.senderFault)
      return entries.map((_, index) => ({ index, senderFault: true, detail: "InvalidMessageContents" }));
    for (const entry of entries) {
      if (this.#ids.has(entry.deduplicationId)) continue;
      this.#ids.add(entry.deduplicationId);
      this.entries.push(entry);
    }
    return [];
  };

  /** Every sample in it, by series and time. */
  get samples(): Queued[] {
    return this.entries
      .flatMap(({ body }) => {
        const decoded = decodeMessage(body);
        if (!decoded.ok) throw new Error(decoded.reject.detail);
        const { kind, late } = decoded.message;
        return decoded.message.series.flatMap(({ key, timestamps, values }) =>
          timestamps.map((timestampMs, i) => ({ series: key, timestampMs, value: values[i]!, kind, late })),
        );
      })
      .sort((a, b) => (a.series === b.series ? a.timestampMs - b.timestampMs : a.series < b.series ? -1 : 1));
  }

  /** Value by series; for tests in which every series has one sample. */
  get values(): Record<string, number> {
    return Object.fromEntries(this.samples.map(({ series, value }) => [series, value]));
  }
}

export interface TestIntake {
  readonly app: Hono;
  readonly queue: TestQueue;
  readonly warnings: string[];
}

export function testIntake(options: Partial<IntakeOptions> = {}): TestIntake {
  const queue = new TestQueue();
  const warnings: string[] = [];
  const warn = (sentence: string): void => void warnings.push(sentence);
  const app = createIntake({ queue: queue.send, firehose: "open", clock, warn, ...options });
  return { app, queue, warnings };
}

export function postJson(
  app: Hono,
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Response> {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return Promise.resolve(
    app.request(path, { method: "POST", body: text, headers: { "content-type": "application/json", ...headers } }),
  );
}

export function post(
  app: Hono,
  path: string,
  body: Uint8Array | string,
  headers: Record<string, string> = {},
  method = "POST",
): Promise<Response> {
  const bytes = typeof body === "string" ? body : new Uint8Array(body);
  return Promise.resolve(app.request(path, { method, body: bytes, headers }));
}
