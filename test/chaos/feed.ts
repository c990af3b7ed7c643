import { groupOf, type Message, type MessageSeries, type SendBatch, seriesKey, sortLabels } from "@penstock/model";
import { createProducerOver, type Producer, type SampleInput, type SendOptions } from "@penstock/producer";
import type { Chance } from "./chance.ts";
import { Count, sampleOf, unreadableOf } from "./ledger.ts";
import { METRIC_PREFIX, RESTAMPED_METRIC } from "./names.ts";

/** Older than AMP takes, whatever the machine's clock does meanwhile. */
const LATE_MS: number = 2 * 60 * 60_000;
/** How far behind the clock an ordinary sample may be. */
const JITTER_MS = 400;
const SERIES = 24;
const SAMPLES_A_TICK = 12;
const FLUSH_INTERVAL_MS = 150;

type Labels = SampleInput["metric"];

/** A message that is announced a second time under its id, some time after the first. */
interface Announcement {
  readonly atMs: number;
  readonly series: readonly MessageSeries[];
  readonly options: SendOptions;
}

/**
 * One writer among several, on the same series as the others. What it hands in is booked; its producers keep it until
 * the queue has it. No two of its samples have one series and one time: the producer would make one of them.
 */
export class Feed {
  readonly sent = new Count();
  readonly #name: string;
  readonly #chance: Chance;
  readonly #send: SendBatch;
  readonly #producer: Producer;
  /** Sends what was announced before, as SQS takes it when its five minutes are over. */
  readonly #announcer: Producer;
  readonly #announcements: Announcement[] = [];
  readonly #raw = new Set<Promise<void>>();
  /** The times of each series that this writer has used. */
  readonly #taken = new Map<string, Set<number>>();
  #number = 0;

  /** @param writer names its samples' values: a number of its own */
  constructor(writer: number, chance: Chance, send: SendBatch) {
    this.#name = `writer-${writer}`;
    this.#number = writer * 1_000_000_000;
    this.#chance = chance;
    this.#send = send;
    const settings = { writer: this.#name, flushIntervalMs: FLUSH_INTERVAL_MS, maxAttempts: 2, onError: () => {} };
    this.#producer = createProducerOver(send, settings);
    this.#announcer = createProducerOver(
      (entries) => send(entries.map((entry) => ({ ...entry, deduplicationId: `${entry.deduplicationId}-again` }))),
      settings,
    );
  }

  /** Hands in what has come up since the last tick. */
  tick(nowMs: number): void {
    for (let i = 0; i < SAMPLES_A_TICK; i++) this.#delta(nowMs);
    this.#twin(nowMs);
    this.#gauge(nowMs);
    if (this.#chance.happens(0.3)) this.#file(nowMs);
    if (this.#chance.happens(0.1)) this.#late(nowMs);
    if (this.#chance.happens(0.1)) this.#bad(nowMs);
    if (this.#chance.happens(0.05)) this.#unreadable();
    while (this.#announcements.length > 0 && this.#announcements[0]!.atMs <= nowMs) this.#announceNext();
  }

  /** What the queue does not have yet, in samples and messages. */
  get pending(): number {
    return this.#producer.stats.pending + this.#announcer.stats.pending + this.#raw.size;
  }

  /** Samples that a producer would not take, made one or gave up: each would be missed. */
  get trouble(): number {
    const stats = [this.#producer.stats, this.#announcer.stats];
    return stats.reduce((sum, { refused, merged, lost }) => sum + refused + merged + lost, 0);
  }

  /** Sends what waits; what cannot be sent now waits on. */
  async flush(): Promise<void> {
    while (this.#announcements.length > 0) this.#announceNext();
    await Promise.all([this.#producer.flush(), this.#announcer.flush(), ...this.#raw]);
  }

  #delta(nowMs: number): void {
    const metric = { __name__: `${METRIC_PREFIX}requests_total`, path: `/${this.#chance.integer(1, SERIES)}` };
    const timestamp = this.#freeTime(metric, nowMs - this.#chance.integer(0, JITTER_MS));
    this.#handIn([{ metric, timestamps: [timestamp], values: [this.#next()] }], {});
  }

  /** What every writer says alike: equal samples of different messages all count. */
  #twin(nowMs: number): void {
    const metric = { __name__: `${METRIC_PREFIX}twins_total` };
    const timestamp = Math.floor(nowMs / 1_000) * 1_000;
    if (this.#freeTime(metric, timestamp) !== timestamp) return;
    this.#handIn([{ metric, timestamps: [timestamp], values: [1] }], {});
  }

  #gauge(nowMs: number): void {
    const metric = { __name__: `${METRIC_PREFIX}temperature`, writer: this.#name };
    this.#handIn([{ metric, timestamps: [this.#freeTime(metric, nowMs)], values: [this.#next()] }], { kind: "gauge" });
  }

  /** A file's samples under its name, announced again some seconds later; stored at the time of sending when late. */
  #file(nowMs: number): void {
    const id = `${this.#name}/${this.#next()}.gz`;
    const late = this.#chance.happens(0.5);
    const metric = { __name__: late ? RESTAMPED_METRIC : `${METRIC_PREFIX}files_total`, of: this.#name };
    const firstMs = late ? nowMs - LATE_MS : nowMs;
    const timestamps = Array.from({ length: this.#chance.integer(1, 8) }, (_, i) =>
      this.#freeTime(metric, firstMs + i),
    );
    const series = [{ metric, timestamps, values: timestamps.map(() => this.#next()) }];
    const options: SendOptions = { id, late: "restamp" };
    this.#handIn(series, options);
    const atMs = nowMs + this.#chance.integer(1_000, 6_000);
    if (this.#chance.happens(0.5)) this.#announcements.push({ atMs, series, options });
  }

  /** What a receiver will never take, among what it will. */
  #late(nowMs: number): void {
    const metric = { __name__: `${METRIC_PREFIX}late_total`, of: this.#name };
    const lateMs = this.#freeTime(metric, nowMs - LATE_MS);
    const fineMs = this.#freeTime(metric, nowMs);
    this.#handIn([{ metric, timestamps: [lateMs, fineMs], values: [this.#next(), this.#next()] }], {});
  }

  /** What the producer would have refused: another sender's message. */
  #bad(nowMs: number): void {
    const metric = { __name__: `${METRIC_PREFIX}bad_total`, "bad-label": this.#name };
    const series = { metric, timestamps: [nowMs], values: [this.#next()] };
    this.#book(series);
    const body: Message = { v: 1, id: `${this.#name}/bad/${this.#number}`, series: [series] };
    this.#sendRaw(JSON.stringify(body), groupOf(seriesKey(metric)));
  }

  #unreadable(): void {
    const body = `${this.#name} says ${this.#next()}`;
    this.sent.add(unreadableOf(body));
    this.#sendRaw(body, "g0");
  }

  #handIn(series: readonly MessageSeries[], options: SendOptions): void {
    for (const each of series) this.#book(each);
    void this.#producer.send(series, options);
  }

  #announceNext(): void {
    const { series, options } = this.#announcements.shift()!;
    void this.#announcer.send(series, options);
  }

  #book({ metric, timestamps, values }: MessageSeries): void {
    const sorted = sortLabels(metric);
    for (const [i, timestamp] of timestamps.entries()) this.sent.add(sampleOf(sorted, timestamp, Number(values[i])));
  }

  /** Sends one body until the queue has it, under one deduplication id. */
  #sendRaw(body: string, group: string): void {
    const entry = { body, group, deduplicationId: `${this.#name}-${this.#number}` };
    const sending = (async () => {
      for (;;) {
        const failures = await this.#send([entry]).catch(() => [undefined]);
        if (failures.length === 0) return;
        await new Promise((resolve) => setTimeout(resolve, FLUSH_INTERVAL_MS));
      }
    })();
    this.#raw.add(sending);
    void sending.then(() => this.#raw.delete(sending));
  }

  /** The wanted time, or the next that no sample of this series by this writer has. */
  #freeTime(metric: Labels, wantedMs: number): number {
    const key = seriesKey(metric);
    const taken = this.#taken.get(key) ?? new Set<number>();
    this.#taken.set(key, taken);
    let timeMs = wantedMs;
    while (taken.has(timeMs)) timeMs++;
    taken.add(timeMs);
    return timeMs;
  }

  #next(): number {
    return ++this.#number;
  }
}
