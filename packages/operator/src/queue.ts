import type { QueueEntry } from "@penstock/model";

/** A message attribute as SQS carries it beside the body. */
export interface MessageAttribute {
  readonly DataType: string;
  readonly StringValue?: string | undefined;
  readonly BinaryValue?: Uint8Array | undefined;
}

/** A message in our hands: nobody else gets it, nor anything behind it in its group, until its visibility ends. */
export interface HeldMessage {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  readonly group: string;
  readonly deduplicationId: string;
  /** When this queue took it, milliseconds since the epoch. */
  readonly sentAtMs: number;
  /** Deliveries, peeks included. */
  readonly receiveCount: number;
  /** DeadLetterQueueSourceArn: the queue whose redrive policy moved it here; undefined for what was sent. */
  readonly sourceArn: string | undefined;
  readonly attributes: Readonly<Record<string, MessageAttribute>>;
}

/** A message on its way into a queue. */
export interface Outgoing extends QueueEntry {
  readonly attributes?: Readonly<Record<string, MessageAttribute>>;
}

/** What became of one entry of a send. */
export type SendOutcome =
  | { readonly ok: true; readonly messageId: string }
  /** One sentence. It may be queued all the same, when no answer came: sent again under its deduplication id it is not queued twice. */
  | { readonly ok: false; readonly detail: string };

/** How many messages, and how the queue is set. */
export interface QueueFigures {
  /** To be delivered, those behind a locked group included. Approximate, as all three. */
  readonly visible: number;
  readonly inFlight: number;
  readonly delayed: number;
  /** The queue's attributes by their AWS names. */
  readonly attributes: Readonly<Record<string, string>>;
  /** SQS's own clock at its answer, milliseconds since the epoch, to the second; undefined when it did not say. */
  readonly serverNowMs: number | undefined;
}

/** What an operator does with a FIFO queue. Every method rejects with a RemoteError when the queue cannot be asked. */
export interface Queue {
  readonly url: string;
  /** At most ten messages, none when there is nothing to hand out. */
  receive(options: {
    readonly max: number;
    readonly visibilityMs: number;
    readonly waitMs: number;
  }): Promise<readonly HeldMessage[]>;
  /** For each handle: undefined when its message is deleted, or why it is not. */
  delete(receiptHandles: readonly string[]): Promise<readonly (string | undefined)[]>;
  /** Gives messages back at once. For each handle: undefined, or why it comes back only when its visibility ends. */
  release(receiptHandles: readonly string[]): Promise<readonly (string | undefined)[]>;
  /** Queues the entries, those of a group in their order, each under its deduplication id. Never rejects. */
  send(entries: readonly Outgoing[]): Promise<readonly SendOutcome[]>;
  figures(): Promise<QueueFigures>;
}

/** The queue or the receiver did not do what it was asked. */
export class RemoteError extends Error {
  override readonly name = "RemoteError";
  /** What went wrong, one sentence. */
  readonly seen: string;
  /** What to do; undefined when that is not known. */
  readonly cure: string | undefined;

  constructor(seen: string, cure?: string) {
    super(cure === undefined ? seen : `${seen.replace(/\.$/, "")}. ${cure}`);
    this.seen = seen;
    this.cure = cure;
  }
}
