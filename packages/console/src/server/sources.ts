import type { Receiver } from "@penstock/model";
import type { Queue } from "@penstock/operator";
import type { Books, Told, WriteView } from "../api.ts";

/** Something the console asks for again and again; where it is not there to be asked, why. */
export type Source<T> = (() => Promise<T>) | { readonly missing: string };

/** Where the console's figures come from. `penstock dev` fills it from what it runs, `penstock console` from URLs. */
export interface ConsoleSources {
  readonly queue: Queue;
  readonly deadLetters: Queue;
  readonly receiver: Receiver;
  readonly receiverUrl: string;
  readonly queryUrl?: string | undefined;
  /** The consumer's account. */
  readonly books: Source<Books>;
  /** When the queue's oldest message was sent; undefined when there is none. */
  readonly oldestSentAtMs: Source<number | undefined>;
  /** The last remote-write requests, newest first. */
  readonly writes: Source<readonly WriteView[]>;
}

/** Asks a source. Never rejects: what goes wrong is why it is not known. */
export async function ask<T>(source: Source<T>): Promise<Told<T>> {
  if (typeof source !== "function") return { known: false, why: source.missing };
  try {
    return { known: true, value: await source() };
  } catch (error) {
    return { known: false, why: (error as Error).message };
  }
}
