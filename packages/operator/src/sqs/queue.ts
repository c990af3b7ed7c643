import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import { MAX_BATCH_ENTRIES } from "@penstock/model";
import { type HeldMessage, type Queue, RemoteError } from "../queue.ts";
import { cureOf, sentenceOf } from "../trouble.ts";
import { CALLS_AT_ONCE, listenForDates, sqsClientOf } from "./client.ts";
import { sendAll } from "./send.ts";

/** A FIFO queue in SQS, at the endpoint of its URL. @throws {TypeError} when the URL is none of a FIFO queue's */
export function openQueue(queueUrl: string): Queue {
  return sqsQueue(sqsClientOf(queueUrl), queueUrl);
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

async function asked<T>(what: string, queueUrl: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw new RemoteError(`${queueUrl} could not be ${what}: ${sentenceOf(error)}`, cureOf(error));
  }
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
