import { groupOf } from "@penstock/model";
import { Batch, type CheckedSeries } from "./batch.ts";
import type { Outgoing } from "./outbox.ts";
import { type Envelope, type PackOptions, pack } from "./pack.ts";

/** A batch is sealed a little early, so that the series that fills it does not spill over into a second message. */
const FULL = 0.9;

interface Open {
  readonly group: string;
  readonly envelope: Envelope;
  readonly ticket: number;
  readonly batch: Batch;
}

/** What sealing leaves behind. */
export interface Sealed {
  readonly messages: readonly Outgoing[];
  /** Samples that were made one with another at the same time. */
  readonly merged: number;
}

/** Series of many sends that wait to share messages: one open batch for each group, kind, late and writer. */
export class Assembly {
  readonly #options: PackOptions;
  readonly #newId: () => string;
  readonly #open = new Map<string, Open>();
  #bytes = 0;

  constructor(options: PackOptions, newId: () => string) {
    this.#options = options;
    this.#newId = newId;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Adds series of a send. Returns the groups whose batch now fills a message. */
  add(series: readonly CheckedSeries[], envelope: Omit<Envelope, "id">, ticket: number): ReadonlySet<string> {
    const full = new Set<string>();
    for (const one of series) {
      const group = groupOf(one.key, this.#options.groups);
      const { batch } = this.#batchFor(group, envelope, ticket);
      const before = batch.bytes;
      batch.add(one);
      this.#bytes += batch.bytes - before;
      if (batch.bytes >= FULL * this.#options.maxMessageBytes) full.add(group);
    }
    return full;
  }

  /** Packs a group's batches in the order in which they were begun, or those of all groups. */
  seal(group?: string): Sealed {
    const messages: Outgoing[] = [];
    let samples = 0;
    for (const [key, open] of this.#open) {
      if (group !== undefined && open.group !== group) continue;
      this.#open.delete(key);
      this.#bytes -= open.batch.bytes;
      samples += open.batch.samples;
      for (const message of pack(open.batch.series, open.envelope, this.#options)) {
        messages.push({ ...message, ticket: open.ticket });
      }
    }
    return { messages, merged: samples - messages.reduce((sum, message) => sum + message.samples, 0) };
  }

  #batchFor(group: string, envelope: Omit<Envelope, "id">, ticket: number): Open {
    const key = JSON.stringify([group, envelope.kind, envelope.late, envelope.writer]);
    let open = this.#open.get(key);
    if (!open) {
      open = { group, envelope: { ...envelope, id: this.#newId() }, ticket, batch: new Batch() };
      this.#open.set(key, open);
    }
    return open;
  }
}
