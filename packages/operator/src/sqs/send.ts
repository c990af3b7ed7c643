import { SendMessageBatchCommand, type SQSClient } from "@aws-sdk/client-sqs";
import { batchEntries, type EntryFailure, failuresOf, packEntries, sendEntries, systemClock } from "@penstock/model";
import type { Outgoing, SendOutcome } from "../queue.ts";
import { CALLS_AT_ONCE } from "./client.ts";

const SEND_OPTIONS = { clock: systemClock, attempts: 4, baseMs: 200, maxMs: 5_000 } as const;

/** Queues all entries, those of a group in their order. Never rejects. */
export async function sendAll(
  client: SQSClient,
  queueUrl: string,
  entries: readonly Outgoing[],
): Promise<SendOutcome[]> {
  const taken = new Map<Outgoing, string>();
  const refused = new Map<Outgoing, string>();
  await Promise.all(
    streamsOf(entries).map(async (stream) => {
      for (const call of packEntries(stream)) await sendFitting(client, queueUrl, call, taken, refused);
    }),
  );
  return entries.map((entry) => {
    const messageId = taken.get(entry);
    if (messageId !== undefined) return { ok: true, messageId };
    return { ok: false, detail: refused.get(entry) ?? "SQS did not say whether it took it" };
  });
}

/** Entries that may be sent beside each other: each group is in one stream, in its order. */
function streamsOf(entries: readonly Outgoing[]): Outgoing[][] {
  const groups = [...Map.groupBy(entries, ({ group }) => group).values()];
  const streams = Array.from({ length: Math.min(CALLS_AT_ONCE, groups.length) }, (): Outgoing[] => []);
  for (const [i, group] of groups.entries()) streams[i % streams.length]!.push(...group);
  return streams;
}

async function sendFitting(
  client: SQSClient,
  queueUrl: string,
  call: readonly Outgoing[],
  taken: Map<Outgoing, string>,
  refused: Map<Outgoing, string>,
): Promise<void> {
  const unsent = await sendCall(client, queueUrl, call, taken);
  for (const { entry, detail } of unsent) refused.set(entry, detail);
  // Attributes count towards the size of a call too: what was too long together may fit alone.
  const tooLong = unsent.filter(({ detail }) => call.length > 1 && /TooLong/.test(detail));
  for (const { entry } of tooLong) {
    for (const { detail } of await sendCall(client, queueUrl, [entry], taken)) refused.set(entry, detail);
  }
}

function sendCall(
  client: SQSClient,
  queueUrl: string,
  call: readonly Outgoing[],
  taken: Map<Outgoing, string>,
): ReturnType<typeof sendEntries<Outgoing>> {
  const send = async (some: readonly Outgoing[]): Promise<EntryFailure[]> => {
    const Entries = batchEntries(some).map((entry, i) => {
      const { attributes } = some[i]!;
      return attributes ? { ...entry, MessageAttributes: { ...attributes } } : entry;
    });
    const answer = await client.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
    for (const { Id, MessageId = "" } of answer.Successful ?? []) taken.set(some[Number(Id)]!, MessageId);
    return failuresOf(answer, some.length);
  };
  // The producer's entries have no attributes, so the port's type has none: what it hands back is what it was given.
  return sendEntries(call, (some) => send(some as readonly Outgoing[]), SEND_OPTIONS);
}
