import { envelopeFault, type SendBatch } from "@penstock/model";
import { Assembly } from "./assembly.ts";
import { Batch, type CheckedSeries } from "./batch.ts";
import { checkSend, refusalOfAll, type SeriesInput } from "./check.ts";
import { Outbox, type Outgoing } from "./outbox.ts";
import { type Envelope, type Packed, pack } from "./pack.ts";
import type { FlushResult, Producer, ProducerStats, SendOptions, SendResult } from "./producer.ts";
import { fateError, type ProducerError, type Refusal, refusalError } from "./refusal.ts";
import { Room } from "./room.ts";
import { type ProducerSettings, settingsFrom } from "./settings.ts";

/** Between two flushes while a send waits for room. */
const RELIEF_PAUSE_MS = 1_000;

/** Check → room → assembly → outbox: what a sample passes on its way to the queue, and the counts that close over it. */
export class Engine implements Producer {
  readonly #settings: ProducerSettings;
  readonly #assembly: Assembly;
  readonly #outbox: Outbox;
  readonly #room: Room;
  readonly #counts = { accepted: 0, refused: 0, merged: 0, sent: 0, lost: 0, messages: 0 };
  #outboxBytes = 0;
  /** Sends so far. */
  #tickets = 0;
  #closed = false;
  #relieving = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(queue: SendBatch, given: Partial<ProducerSettings>) {
    const settings = settingsFrom(given);
    const fault = envelopeFault({ ...settings, id: undefined });
    if (fault !== undefined) throw new TypeError(fault);
    this.#settings = settings;
    this.#assembly = new Assembly(settings, settings.newId);
    this.#room = new Room(settings.maxPendingBytes, () => this.#pendingBytes);
    this.#outbox = new Outbox(queue, settings, {
      taken: (messages) => this.#taken(messages),
      waiting: (messages, detail) => this.#tell(fateError("waiting", samplesOf(messages), detail)),
      lost: (messages, detail) => this.#lost(messages, detail),
    });
  }

  get stats(): ProducerStats {
    return { ...this.#counts, pending: this.#pending, pendingBytes: this.#pendingBytes };
  }

  send(input: SeriesInput | readonly SeriesInput[], options?: SendOptions): Promise<SendResult> {
    const ticket = ++this.#tickets;
    // A caller without types may hand in null.
    const {
      kind = this.#settings.kind,
      late = this.#settings.late,
      writer = this.#settings.writer,
      id,
    } = options ?? {};
    const list: readonly unknown[] = Array.isArray(input) ? input : [input];
    if (this.#closed) return this.#turnDown(refusalOfAll(list, "producer_closed", "Expected no send after `close`"));
    const { series, refused } = checkSend(list, { kind, late, writer, id }, this.#settings.clock.now());
    for (const refusal of refused) this.#refuse(refusal);

    const batch = new Batch();
    for (const one of series) batch.add(one);
    const { bytes, samples } = batch;
    if (samples === 0) return Promise.resolve({ accepted: 0, refused });
    const { promise, resolve } = Promise.withResolvers<SendResult>();
    const enter = (): void => {
      this.#counts.accepted += samples;
      if (id === undefined) this.#join(batch.series, { kind, late, writer }, ticket);
      else this.#standAlone(batch, { kind, late, writer, id }, ticket);
      this.#wakeLater();
      resolve({ accepted: samples, refused });
    };
    const turnAway = (reason: "producer_full" | "producer_closed"): void => {
      const refusal: Refusal = { reason, detail: this.#noRoom(), samples, metric: undefined };
      this.#refuse(refusal);
      resolve({ accepted: 0, refused: [...refused, refusal] });
    };
    const admitted = this.#room.admit({ ticket, bytes, samples, enter, turnAway });
    if (admitted === "waiting") void this.#relieve();
    return promise;
  }

  async flush(): Promise<FlushResult> {
    const target = this.#tickets;
    const { sent, lost } = this.#counts;
    const round = this.#outbox.nextRound();
    for (;;) {
      this.#seal();
      this.#outbox.pump();
      if (this.#outbox.isSettled(target, round)) break;
      await this.#outbox.progress();
    }
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#pending > 0) this.#wakeLater();
    const unsent = this.#outbox.samplesUpTo(target) + this.#room.samplesUpTo(target);
    return { sent: this.#counts.sent - sent, unsent, lost: this.#counts.lost - lost };
  }

  async close(): Promise<FlushResult> {
    this.#closed = true;
    const result = await this.flush();
    this.#room.turnAllAway("producer_closed");
    return result;
  }

  get #pending(): number {
    const { accepted, merged, sent, lost } = this.#counts;
    return accepted - merged - sent - lost;
  }

  get #pendingBytes(): number {
    return this.#assembly.bytes + this.#outboxBytes;
  }

  /** Series that share messages with those of other sends. */
  #join(series: readonly CheckedSeries[], envelope: Omit<Envelope, "id">, ticket: number): void {
    const full = this.#assembly.add(series, envelope, ticket);
    for (const group of full) this.#seal(group);
    if (full.size > 0) this.#outbox.pump();
  }

  /** Series under an id of their own, behind what their groups hold already. */
  #standAlone(batch: Batch, envelope: Envelope, ticket: number): void {
    const messages = pack(batch.series, envelope, this.#settings);
    for (const group of new Set(messages.map((message) => message.group))) this.#seal(group);
    this.#counts.merged += batch.samples - samplesOf(messages);
    for (const message of messages) this.#post({ ...message, ticket });
    this.#outbox.pump();
  }

  #seal(group?: string): void {
    const { messages, merged } = this.#assembly.seal(group);
    this.#counts.merged += merged;
    for (const message of messages) this.#post(message);
  }

  #post(message: Outgoing): void {
    this.#outboxBytes += message.bytes;
    this.#outbox.add(message);
  }

  #taken(messages: readonly Outgoing[]): void {
    this.#counts.sent += samplesOf(messages);
    this.#counts.messages += messages.length;
    this.#makeRoom(messages);
  }

  #lost(messages: readonly Outgoing[], detail: string): void {
    this.#counts.lost += samplesOf(messages);
    this.#makeRoom(messages);
    this.#tell(fateError("lost", samplesOf(messages), detail));
  }

  #makeRoom(messages: readonly Outgoing[]): void {
    for (const { bytes } of messages) this.#outboxBytes -= bytes;
    this.#room.letIn();
  }

  /** Sends what waits once it has waited for company long enough. */
  #wakeLater(): void {
    const { flushIntervalMs } = this.#settings;
    if (flushIntervalMs === 0 || this.#closed || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.flush();
    }, flushIntervalMs);
  }

  /** Flushes until nobody waits for room: who awaits a send must not wait for a flush that he would call after it. */
  async #relieve(): Promise<void> {
    if (this.#relieving) return;
    this.#relieving = true;
    await this.flush();
    while (this.#room.isCrowded && !this.#closed) {
      await this.#settings.clock.sleep(RELIEF_PAUSE_MS);
      await this.flush();
    }
    this.#relieving = false;
  }

  #noRoom(): string {
    const { maxPendingBytes } = this.#settings;
    return `Expected at most ${maxPendingBytes} bytes to wait for the queue, and as much to wait for room`;
  }

  #turnDown(refusal: Refusal): Promise<SendResult> {
    this.#refuse(refusal);
    return Promise.resolve({ accepted: 0, refused: [refusal] });
  }

  #refuse(refusal: Refusal): void {
    this.#counts.refused += refusal.samples;
    this.#tell(refusalError(refusal));
  }

  #tell(error: ProducerError): void {
    try {
      this.#settings.onError(error);
    } catch (thrown) {
      console.warn(`penstock: \`onError\` threw ${String(thrown)} at: ${error.message}`);
    }
  }
}

function samplesOf(messages: readonly Packed[]): number {
  return messages.reduce((sum, { samples }) => sum + samples, 0);
}
