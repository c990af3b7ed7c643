import { encodeMessage, groupOf, type MessageSeries, type QueueEntry, seriesKey } from "@penstock/model";
import { createProducerOver, type Producer } from "@penstock/producer";
import type { Ledger } from "./ledger.ts";
import type { Network } from "./network.ts";
import type { Queues } from "./queues.ts";
import type { Random } from "./random.ts";
import type { Scheduler } from "./scheduler.ts";
import type { Story } from "./story.ts";
import type { Send, World } from "./world.ts";

const PRODUCERS = 2;
/** A raw sender tries this often, a second apart; then its message is its own loss, not the queue's. */
const RAW_ATTEMPTS = 5;

interface Parts {
  readonly world: World;
  readonly scheduler: Scheduler;
  readonly network: Network;
  readonly queues: Queues;
  readonly random: Random;
  readonly ledger: Ledger;
  readonly story: Story;
}

/** Everybody who puts messages into the queue. */
export class Senders {
  readonly #parts: Parts;
  readonly #producers: Producer[];
  /** Message ids that kill who reads them. */
  readonly poison = new Set<string>();
  #ids = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#producers = Array.from({ length: PRODUCERS }, () => this.#createProducer());
    for (const [i, send] of parts.world.traffic.sends.entries()) {
      parts.scheduler.at(send.atMs, () => (send.via === "raw" ? this.#sendRaw(send, i, 1) : this.#produce(send)));
    }
    parts.scheduler.at(parts.world.calmAtMs, () => {
      for (const producer of this.#producers) void producer.flush();
    });
  }

  #createProducer(): Producer {
    const { producerSkewMs } = this.#parts.world.traffic;
    const now = () => this.#parts.scheduler.now() + producerSkewMs;
    const sleep = (ms: number) => new Promise<void>((resolve) => this.#parts.scheduler.after(ms, resolve));
    const send = (entries: readonly QueueEntry[]) =>
      new Promise<{ index: number; senderFault: boolean; detail: string }[]>((resolve, reject) =>
        this.#parts.queues.call(() => this.#take(entries), this.#parts.network.faults.queueFails, resolve, reject),
      );
    return createProducerOver(send, {
      groups: this.#parts.world.queue.groups,
      clock: { now, sleep, random: this.#parts.random.next },
      newId: () => `batch-${++this.#ids}`,
      onError: () => {},
      flushIntervalMs: 0,
    });
  }

  #produce({ samples, kind, late, id }: Send): void {
    const producer = this.#parts.random.pick(this.#producers);
    const input = samples.map(({ series, atMs, value }) => ({
      metric: this.#parts.world.traffic.series[series]!.metric,
      timestamps: [atMs],
      values: [value],
    }));
    void producer.send(input, { kind, late, ...(id !== undefined && { id }) });
    this.#parts.scheduler.after(this.#parts.random.int(0, 2_000), () => void producer.flush());
  }

  #sendRaw(send: Send, i: number, attempt: number): void {
    const entry = this.#rawEntry(send, i);
    const again = () => {
      if (attempt < RAW_ATTEMPTS) this.#parts.scheduler.after(1_000, () => this.#sendRaw(send, i, attempt + 1));
    };
    this.#parts.queues.call(
      () => this.#take([entry], send.poison),
      this.#parts.network.faults.queueFails,
      () => {},
      again,
    );
  }

  #rawEntry({ samples, kind, late, id, bad, garbage, wrongGroup }: Send, i: number): QueueEntry {
    const { series, sends } = this.#parts.world.traffic;
    const key = seriesKey(series[samples[0]!.series]!.metric);
    const group = wrongGroup ? "elsewhere" : groupOf(key, this.#parts.world.queue.groups);
    const said = samples.map((sample): MessageSeries => {
      return { metric: series[sample.series]!.metric, timestamps: [sample.atMs], values: [sample.value] };
    });
    const both = [...bad, ...said] as MessageSeries[];
    const body = garbage ?? encodeMessage({ v: 1, ...(id !== undefined && { id }), kind, late, series: both });
    // Said again, it is the same message: by its id, and without one by its deduplication id.
    const first = sends.findIndex((other) => other.samples === samples);
    return { body, group, deduplicationId: id ?? `raw-${first < 0 ? i : first}` };
  }

  /** The queue takes messages; those it had already, it has. */
  #take(entries: readonly QueueEntry[], poison = false): { index: number; senderFault: boolean; detail: string }[] {
    const failures: { index: number; senderFault: boolean; detail: string }[] = [];
    const { queueFails } = this.#parts.network.faults;
    for (const [index, entry] of entries.entries()) {
      if (this.#parts.random.chance(queueFails / 3)) {
        failures.push({ index, senderFault: false, detail: "InternalError: not now" });
        continue;
      }
      const { messageId, duplicate } = this.#parts.queues.source.sendOne(entry);
      if (duplicate) continue;
      const source = this.#parts.ledger.accept({ ...entry, messageId, sentAtMs: this.#parts.scheduler.now() });
      if (poison) this.poison.add(messageId);
      this.#parts.story.tell(
        () =>
          `The queue takes ${messageId}, which is ${source.identity}, group ${entry.group}: ${entry.body.slice(0, 2_000)}`,
        [source.identity, messageId],
      );
    }
    return failures;
  }
}
