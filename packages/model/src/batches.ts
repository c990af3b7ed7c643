import type { Clock } from "./clock.ts";
import { MAX_BATCH_ENTRIES, MAX_MESSAGE_BYTES } from "./limits.ts";
import { utf8Length } from "./text.ts";

/** One message on its way to a FIFO queue. */
export interface QueueEntry {
  /** JSON text, as `encodeMessage` or `encodeGzipMessage` gives it. */
  readonly body: string;
  /** MessageGroupId. */
  readonly group: string;
  /** MessageDeduplicationId. At most 128 characters of alphanumerics and punctuation. The same at every retry. */
  readonly deduplicationId: string;
}

/** Entries in calls of at most ten messages and 1 MiB, in order. An entry over the limit stands alone. */
export function packEntries<E extends QueueEntry>(entries: readonly E[]): E[][] {
  const calls: E[][] = [];
  let call: E[] = [];
  let bytes = 0;
  for (const entry of entries) {
    const size = utf8Length(entry.body);
    if (call.length === MAX_BATCH_ENTRIES || (call.length > 0 && bytes + size > MAX_MESSAGE_BYTES)) {
      calls.push(call);
      call = [];
      bytes = 0;
    }
    call.push(entry);
    bytes += size;
  }
  if (call.length > 0) calls.push(call);
  return calls;
}

/** What SQS said of one entry of a call that it answered. */
export interface EntryFailure {
  /** The entry's place in the call. */
  readonly index: number;
  /** SQS says the entry itself is at fault: sending it again will not help. */
  readonly senderFault: boolean;
  /** SQS's words. */
  readonly detail: string;
}

/** An entry as SendMessageBatch takes it. */
export interface BatchEntry {
  /** Its place in the call, by which {@link failuresOf} knows it. */
  readonly Id: string;
  readonly MessageBody: string;
  readonly MessageGroupId: string;
  readonly MessageDeduplicationId: string;
}

/** The `Entries` of a SendMessageBatch. */
export function batchEntries(entries: readonly QueueEntry[]): BatchEntry[] {
  return entries.map(({ body, group, deduplicationId }, index) => ({
    Id: String(index),
    MessageBody: body,
    MessageGroupId: group,
    MessageDeduplicationId: deduplicationId,
  }));
}

/** What SQS answers to a SendMessageBatch, as the AWS SDK hands it over: either list may be missing. */
export interface BatchAnswer {
  readonly Successful?: readonly { readonly Id?: string | undefined }[] | undefined;
  readonly Failed?:
    | readonly {
        readonly Id?: string | undefined;
        readonly Code?: string | undefined;
        readonly Message?: string | undefined;
        readonly SenderFault?: boolean | undefined;
      }[]
    | undefined;
}

/** The entries that SQS did not say it took, of the `count` that {@link batchEntries} made. In their order. */
export function failuresOf({ Successful = [], Failed = [] }: BatchAnswer, count: number): EntryFailure[] {
  const taken = new Set(Successful.map(({ Id }) => Id));
  const failed = new Map(Failed.map((failure) => [failure.Id, failure]));
  const failures: EntryFailure[] = [];
  for (let index = 0; index < count; index++) {
    if (taken.has(String(index))) continue;
    const { Code, Message, SenderFault } = failed.get(String(index)) ?? {};
    // An entry that the answer does not mention may be queued or not: under the same id it cannot be queued twice.
    const detail = Code === undefined ? "SQS did not say whether it took it" : `${Code}: ${Message ?? "no message"}`;
    failures.push({ index, senderFault: SenderFault === true, detail });
  }
  return failures;
}

/** One SendMessageBatch. Resolves with the entries that were not taken; rejects when the call failed as a whole. */
export type SendBatch = (entries: readonly QueueEntry[]) => Promise<readonly EntryFailure[]>;

/** Full-jitter exponential backoff: a random wait below a ceiling that doubles with each attempt (1 is the first). */
export function backoffMs(attempt: number, random: number, baseMs: number, maxMs: number): number {
  return random * Math.min(maxMs, baseMs * 2 ** (attempt - 1));
}

/** How often {@link sendEntries} sends a call, and how long it waits in between (see {@link backoffMs}). */
export interface SendEntriesOptions {
  readonly clock: Clock;
  readonly attempts: number;
  readonly baseMs: number;
  readonly maxMs: number;
}

/** An entry that was not taken, and why. */
export interface Unsent<E> {
  readonly entry: E;
  readonly detail: string;
  /** SQS says the entry itself is at fault: sending it again will not help. */
  readonly senderFault: boolean;
}

/**
 * Sends one call's entries, and again what was not taken, in order and under the same deduplication ids, so that an
 * entry whose answer was lost is not queued twice. When one entry of a group fails, later entries of that group in the
 * same call were taken: FIFO order between messages of one group is then not kept, which the consumer's lanes bear.
 */
export async function sendEntries<E extends QueueEntry>(
  entries: readonly E[],
  send: SendBatch,
  { clock, attempts, baseMs, maxMs }: SendEntriesOptions,
): Promise<Unsent<E>[]> {
  let waiting: readonly E[] = entries;
  const refused: Unsent<E>[] = [];
  let failures: readonly EntryFailure[] = [];
  for (let attempt = 1; attempt <= attempts && waiting.length > 0; attempt++) {
    if (attempt > 1) await clock.sleep(backoffMs(attempt - 1, clock.random(), baseMs, maxMs));
    const sent = waiting;
    failures = await sendOnce(sent, send);
    for (const { index, senderFault, detail } of failures) {
      if (senderFault) refused.push({ entry: sent[index]!, detail, senderFault });
    }
    failures = failures.filter(({ senderFault }) => !senderFault);
    waiting = failures.map(({ index }) => sent[index]!);
  }
  return [...refused, ...waiting.map((entry, i) => ({ entry, detail: failures[i]!.detail, senderFault: false }))];
}

/** A call that failed as a whole is one in which each entry failed. */
async function sendOnce(entries: readonly QueueEntry[], send: SendBatch): Promise<readonly EntryFailure[]> {
  try {
    return await send(entries);
  } catch (error) {
    // Node's error when none of a host's several addresses answers: it says nothing itself.
    const cause: unknown = error instanceof AggregateError && error.message === "" ? error.errors[0] : error;
    return entries.map((_, index) => ({ index, senderFault: false, detail: String(cause) }));
  }
}
