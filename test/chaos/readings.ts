import { gunzipSync } from "node:zlib";
import {
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import {
  type DeadLetterMessage,
  GROUP_LABEL,
  LANE_LABEL,
  NAME_LABEL,
  type Receiver,
  sortLabels,
} from "@penstock/model";
import { Count, sampleOf, unreadableOf } from "./ledger.ts";
import { METRIC_PREFIX } from "./names.ts";

const DAY_MS: number = 24 * 60 * 60_000;
const READ_TIMEOUT_MS = 30_000;

/** What lies at the receiver, all lanes. */
export async function readStored(receiver: Receiver, nowMs: number): Promise<Count> {
  const matchers = [{ name: NAME_LABEL, op: "=~" as const, value: `${METRIC_PREFIX}.*` }];
  const answer = await receiver.read!({ matchers, startMs: nowMs - DAY_MS, endMs: nowMs + DAY_MS }, READ_TIMEOUT_MS);
  if (answer.kind !== "read") throw new Error(`Expected a reading of the receiver, got ${JSON.stringify(answer)}`);
  const stored = new Count();
  for (const { labels, timestamps, values } of answer.series) {
    const { [LANE_LABEL]: _lane, [GROUP_LABEL]: _group, ...own } = labels;
    const sorted = sortLabels(own);
    for (const [i, timestamp] of timestamps.entries()) stored.add(sampleOf(sorted, timestamp, values[i]!));
  }
  return stored;
}

export interface DeadReading {
  readonly dead: Count;
  /** Samples and unreadable bodies, by reason. */
  readonly reasons: Readonly<Record<string, number>>;
}

/** Takes every letter off the dead-letter queue. */
export async function readDeadLetters(client: SQSClient, queueUrl: string): Promise<DeadReading> {
  const dead = new Count();
  const reasons: Record<string, number> = {};
  for (;;) {
    const receive = new ReceiveMessageCommand({ QueueUrl: queueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 60 });
    const { Messages = [] } = await client.send(receive);
    if (Messages.length === 0) return { dead, reasons };
    for (const { Body = "" } of Messages) {
      const letter = readLetter(Body);
      const contents = contentsOf(letter);
      for (const what of contents) dead.add(what);
      const { reason } = letter.rejected;
      reasons[reason] = (reasons[reason] ?? 0) + contents.length;
    }
    const Entries = Messages.map(({ ReceiptHandle }, i) => ({ Id: String(i), ReceiptHandle }));
    await client.send(new DeleteMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
  }
}

/** Messages in a queue, in flight or not. */
export async function messagesIn(client: SQSClient, queueUrl: string): Promise<number> {
  const { Attributes = {} } = await client.send(
    new GetQueueAttributesCommand({
      QueueUrl: queueUrl,
      AttributeNames: ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"],
    }),
  );
  return Object.values(Attributes).reduce((sum, count) => sum + Number(count), 0);
}

/** @throws Error when the letter has no reason: the promise is one with a reason */
function readLetter(body: string): DeadLetterMessage {
  const outer = JSON.parse(body) as DeadLetterMessage & { data?: string };
  const letter = outer.data === undefined ? outer : (JSON.parse(unpack(outer.data)) as DeadLetterMessage);
  if (!letter.rejected?.reason) throw new Error(`Expected a dead letter with a reason, got ${body.slice(0, 200)}`);
  return letter;
}

function unpack(data: string): string {
  return gunzipSync(Buffer.from(data, "base64")).toString();
}

function contentsOf({ raw, series }: DeadLetterMessage): string[] {
  if (raw !== undefined) return [unreadableOf(raw)];
  return series.flatMap(({ metric, timestamps, values }) => {
    const sorted = sortLabels(metric);
    return timestamps.map((timestamp, i) => sampleOf(sorted, timestamp, Number(values[i])));
  });
}
