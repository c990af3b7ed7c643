import { DeleteMessageBatchCommand, type Message, ReceiveMessageCommand, type SQSClient } from "@aws-sdk/client-sqs";
import type { SQSBatchResponse, SQSEvent, SQSRecord, SQSRecordAttributes } from "aws-lambda";

const REGION = "eu-west-1";
const WAIT_SECONDS = 1;

export interface MappingOptions {
  readonly client: SQSClient;
  readonly queueUrl: string;
  readonly invoke: (event: SQSEvent) => Promise<SQSBatchResponse>;
  /** Invocations at a time. */
  readonly concurrency: number;
  /** Hears of every invocation, before anything is deleted. */
  readonly onInvocation?: (invocation: InvocationRecord) => void;
}

/** One invocation, and what it made of its batch. */
export interface InvocationRecord {
  readonly records: readonly SQSRecord[];
  /** Those to be delivered again. All of them when the function failed. */
  readonly failed: readonly SQSRecord[];
  /** Why the function failed. */
  readonly error: string | undefined;
}

export interface Mapping {
  readonly invocations: readonly InvocationRecord[];
  /** Finishes what it has in hand. */
  stop(): Promise<void>;
}

/**
 * Lambda's event source mapping of a FIFO queue with `ReportBatchItemFailures`: receives batches, invokes the function,
 * and deletes what it did not name as failed. What it named comes back when its visibility ends, and so does everything
 * when the function failed, or answered what is no answer (Lambda developer guide, "Implementing partial batch responses").
 */
export function startMapping(options: MappingOptions): Mapping {
  const { client, queueUrl, invoke, concurrency, onInvocation } = options;
  const invocations: InvocationRecord[] = [];
  let stopping = false;

  async function poll(): Promise<void> {
    while (!stopping) {
      const messages = await receive(client, queueUrl);
      if (messages.length === 0) continue;
      const invocation = await run(messages.map(toRecord), invoke);
      invocations.push(invocation);
      onInvocation?.(invocation);
      await remove(client, queueUrl, invocation);
    }
  }

  const polling = Promise.all(Array.from({ length: concurrency }, poll));
  return {
    invocations,
    async stop() {
      stopping = true;
      await polling;
    },
  };
}

/** Messages that are settled though one before them in their group is not: they would overtake it. */
export function overtaken({ records, failed }: InvocationRecord): SQSRecord[] {
  const held = new Set<string | undefined>();
  return records.filter((record) => {
    const { MessageGroupId: group } = record.attributes;
    if (failed.includes(record)) held.add(group);
    return held.has(group) && !failed.includes(record);
  });
}

async function run(records: SQSRecord[], invoke: MappingOptions["invoke"]): Promise<InvocationRecord> {
  try {
    const { batchItemFailures } = await invoke({ Records: records });
    const failed = batchItemFailures.map(({ itemIdentifier }) => {
      const record = records.find(({ messageId }) => messageId === itemIdentifier);
      if (record === undefined) throw new Error(`No message of the batch is ${JSON.stringify(itemIdentifier)}`);
      return record;
    });
    return { records, failed, error: undefined };
  } catch (error) {
    return { records, failed: records, error: String(error) };
  }
}

async function receive(client: SQSClient, QueueUrl: string): Promise<Message[]> {
  const { Messages = [] } = await client.send(
    new ReceiveMessageCommand({
      QueueUrl,
      MaxNumberOfMessages: 10,
      WaitTimeSeconds: WAIT_SECONDS,
      MessageSystemAttributeNames: ["All"],
      MessageAttributeNames: ["All"],
    }),
  );
  return Messages;
}

async function remove(client: SQSClient, QueueUrl: string, { records, failed }: InvocationRecord): Promise<void> {
  const settled = records.filter((record) => !failed.includes(record));
  if (settled.length === 0) return;
  const Entries = settled.map(({ receiptHandle }, i) => ({ Id: String(i), ReceiptHandle: receiptHandle }));
  const { Failed = [] } = await client.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
  if (Failed.length > 0) throw new Error(`Messages could not be deleted: ${JSON.stringify(Failed)}`);
}

function toRecord({ MessageId, ReceiptHandle, Body, Attributes, MD5OfBody }: Message): SQSRecord {
  return {
    messageId: MessageId!,
    receiptHandle: ReceiptHandle!,
    body: Body!,
    attributes: Attributes as unknown as SQSRecordAttributes,
    messageAttributes: {},
    md5OfBody: MD5OfBody!,
    eventSource: "aws:sqs",
    eventSourceARN: `arn:aws:sqs:${REGION}:000000000000:metrics.fifo`,
    awsRegion: REGION,
  };
}
