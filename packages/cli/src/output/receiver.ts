import { MAX_SAMPLE_LEAD_MS, type Receiver } from "@penstock/model";
import { openReceiver } from "@penstock/operator";
import { CommandError, EXIT } from "../exit.ts";

/** What commands that read a receiver are given. */
export interface ReceiverPlace {
  readonly receiver: string;
  readonly query?: string;
}

/** A receiver that can be read. @throws {CommandError} */
export function openReadable({ receiver, query }: ReceiverPlace): Receiver {
  const opened = openReceiver({ url: receiver, queryUrl: query });
  if (opened.read) return opened;
  throw new CommandError(EXIT.usage, `Expected \`--query\` beside ${receiver}, which does not say where it is queried`);
}

/** From so long ago until now; samples may be a little ahead of this clock. */
export function lastMs(sinceMs: number): { readonly startMs: number; readonly endMs: number } {
  const nowMs = Date.now();
  return { startMs: Math.max(0, nowMs - sinceMs), endMs: nowMs + MAX_SAMPLE_LEAD_MS };
}
