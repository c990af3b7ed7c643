import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { type EntryFailure, MAX_BATCH_ENTRIES, packEntries, sendEntries, systemClock } from "@penstock/model";
import { type HeldMessage, type Outgoing, type Queue, RemoteError, type SendOutcome } from "./queue.ts";

const CONNECTION_TIMEOUT_MS = 3_000;
/** Longer than the longest long poll, 20 s. */
const REQUEST_TIMEOUT_MS = 30_000;
/** Calls beside each other: enough that a thousand letters take seconds, few enough for any quota. */
const CALLS_AT_ONCE = 4;
const SEND_OPTIONS = { clock: systemClock, attempts: 4, baseMs: 200, maxMs: 5_000 } as const;

/** A FIFO queue in SQS, at the endpoint of its URL. @throws {TypeError} when the URL is none of a FIFO queue's */
export function openQueue(queueUrl: string): Queue {
  return sqsQueue(sqsClientOf(queueUrl), queueUrl);
}

/** @throws {TypeError} when the URL is none of a FIFO queue's */
export function sqsClientOf(queueUrl: string): SQSClient {
  if (!URL.canParse(queueUrl) || !new URL(queueUrl).pathname.endsWith(".fifo")) {
    throw new TypeError(`Expected the URL of a FIFO queue, ending in .fifo, got \`${queueUrl}\``);
  }
  const { origin, hostname } = new URL(queueUrl);
  const region = /^sqs\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?$/.exec(hostname)?.[1];
  return new SQSClient({
    endpoint: origin,
    ...(region !== undefined && { region }),
    requestHandler: {
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      // Without it the handler only warns.
      throwOnRequestTimeout: true,
    },
  });
}

/** A FIFO queue behind an SQS client. */
export function sqsQueue(client: SQSClient, queueUrl: string): Queue {
  const serverNowMs = listenForDates(client);
  return {
    url: queueUrl,
    async receive({ max, visibilityMs, waitMs }) {
      const command = new ReceiveMessageCommand({
        QueueUrl: queueUrl,
        MaxNumberOfMessages: max,
        VisibilityTimeout: Math.ceil(visibilityMs / 1000),
        WaitTimeSeconds: Math.ceil(waitMs / 1000),
        MessageSystemAttributeNames: ["All"],
        MessageAttributeNames: ["All"],
      });
      const { Messages = [] } = await asked("read", queueUrl, () => client.send(command));
      return Messages.map(toHeld);
    },
    delete: (handles) =>
      inBatches(handles, async (some) => {
        const Entries = some.map((ReceiptHandle, index) => ({ Id: String(index), ReceiptHandle }));
        const command = new DeleteMessageBatchCommand({ QueueUrl: queueUrl, Entries });
        return asked("deleted from", queueUrl, () => client.send(command));
      }),
    release: (handles) =>
      inBatches(handles, async (some) => {
        const Entries = some.map((ReceiptHandle, index) => ({
          Id: String(index),
          ReceiptHandle,
          VisibilityTimeout: 0,
        }));
        const command = new ChangeMessageVisibilityBatchCommand({ QueueUrl: queueUrl, Entries });
        return asked("given back to", queueUrl, () => client.send(command));
      }),
    send: (entries) => sendAll(client, queueUrl, entries),
    async figures() {
      const command = new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ["All"] });
      const { Attributes = {} } = await asked("asked about", queueUrl, () => client.send(command));
      return {
        visible: Number(Attributes.ApproximateNumberOfMessages ?? 0),
        inFlight: Number(Attributes.ApproximateNumberOfMessagesNotVisible ?? 0),
        delayed: Number(Attributes.ApproximateNumberOfMessagesDelayed ?? 0),
        attributes: Attributes as Readonly<Record<string, string>>,
        serverNowMs: serverNowMs(),
      };
    },
  };
}

/** Remembers the Date header of the last answer: SQS's clock, which its timestamps are of. */
function listenForDates(client: SQSClient): () => number | undefined {
  let latestMs: number | undefined;
  client.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const { headers } = (result.response ?? {}) as { headers?: Readonly<Record<string, string>> };
      const dateMs = Date.parse(headers?.date ?? "");
      if (!Number.isNaN(dateMs)) latestMs = dateMs;
      return result;
    },
    { step: "deserialize", name: "penstockServerDate", override: true },
  );
  return () => latestMs;
}

async function asked<T>(what: string, queueUrl: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw new RemoteError(`${queueUrl} could not be ${what}: ${sentenceOf(error)}`);
  }
}

/** `Name: message`; a refused connection hides its message in a list. */
function sentenceOf(error: unknown): string {
  const { name, message, errors } = error as Error & { errors?: readonly Error[] };
  return `${name}: ${message || (errors?.[0]?.message ?? "no message")}`;
}

function toHeld(message: Message): HeldMessage {
  const { MessageId = "", ReceiptHandle = "", Body = "", Attributes = {}, MessageAttributes = {} } = message;
  return {
    messageId: MessageId,
    receiptHandle: ReceiptHandle,
    body: Body,
    group: Attributes.MessageGroupId ?? "",
    deduplicationId: Attributes.MessageDeduplicationId ?? MessageId,
    sentAtMs: Number(Attributes.SentTimestamp ?? 0),
    receiveCount: Number(Attributes.ApproximateReceiveCount ?? 1),
    sourceArn: Attributes.DeadLetterQueueSourceArn,
    attributes: Object.fromEntries(
      Object.entries(MessageAttributes).map(([name, { DataType, StringValue, BinaryValue }]) => [
        name,
        {
          DataType: DataType ?? "String",
          ...(StringValue !== undefined && { StringValue }),
          ...(BinaryValue !== undefined && { BinaryValue }),
        },
      ]),
    ),
  };
}

interface BatchAnswer {
  readonly Failed?: readonly { readonly Id?: string | undefined; readonly Message?: string | undefined }[] | undefined;
}

async function inBatches(
  handles: readonly string[],
  call: (some: readonly string[]) => Promise<BatchAnswer>,
): Promise<(string | undefined)[]> {
  const batches = chunks(handles, MAX_BATCH_ENTRIES);
  const outcomes: (string | undefined)[] = [];
  for (const some of chunks(batches, CALLS_AT_ONCE)) {
    const answers = await Promise.all(some.map(call));
    for (const [i, { Failed = [] }] of answers.entries()) {
      const failed = new Map(Failed.map(({ Id, Message: words }) => [Id, words ?? "SQS did not say why"]));
      outcomes.push(...some[i]!.map((_, index) => failed.get(String(index))));
    }
  }
  return outcomes;
}

function chunks<T>(list: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, i) => list.slice(i * size, (i + 1) * size));
}

async function sendAll(client: SQSClient, queueUrl: string, entries: readonly Outgoing[]): Promise<SendOutcome[]> {
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
    const Entries = some.map(({ body, group, deduplicationId, attributes }, index) => ({
      Id: String(index),
      MessageBody: body,
      MessageGroupId: group,
      MessageDeduplicationId: deduplicationId,
      ...(attributes && { MessageAttributes: { ...attributes } }),
    }));
    const answer = await client.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
    for (const { Id, MessageId = "" } of answer.Successful ?? []) taken.set(some[Number(Id)]!, MessageId);
    const failed = new Map(answer.Failed?.map((failure) => [failure.Id, failure]));
    return some.flatMap((entry, index): EntryFailure[] => {
      if (taken.has(entry)) return [];
      const { Code, Message: words, SenderFault = false } = failed.get(String(index)) ?? {};
      const detail = Code === undefined ? "SQS did not say whether it took it" : `${Code}: ${words ?? "no message"}`;
      return [{ index, senderFault: SenderFault, detail }];
    });
  };
  // The producer's entries have no attributes, so the port's type has none: what it hands back is what it was given.
  return sendEntries(call, (some) => send(some as readonly Outgoing[]), SEND_OPTIONS);
}
