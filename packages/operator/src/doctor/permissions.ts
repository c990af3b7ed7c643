import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import { sentenceOf } from "../trouble.ts";
import { type Check, judge, skipped } from "./check.ts";

/** Something that an operator's credentials must be allowed to do with a queue. */
export interface Permission {
  readonly id: string;
  readonly title: string;
  /** Asks for it in a way that SQS refuses, but only those who may: others are denied before. */
  readonly ask: (client: SQSClient, queueUrl: string) => Promise<unknown>;
}

const send: Permission["ask"] = (client, QueueUrl) =>
  client.send(new SendMessageBatchCommand({ QueueUrl, Entries: [] }));

export const SENDER_PERMISSIONS: readonly Permission[] = [
  { id: "queue.send", title: "These credentials may send to the queue", ask: send },
];

export const DEAD_LETTER_PERMISSIONS: readonly Permission[] = [
  {
    id: "dead-letters.receive",
    title: "These credentials may look at letters",
    // No message is taken: a look would count as a receive.
    ask: (client, QueueUrl) => client.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 0 })),
  },
  { id: "dead-letters.send", title: "These credentials may put letters back into the dead-letter queue", ask: send },
  {
    id: "dead-letters.delete",
    title: "These credentials may delete letters",
    ask: (client, QueueUrl) => client.send(new DeleteMessageBatchCommand({ QueueUrl, Entries: [] })),
  },
  {
    id: "dead-letters.release",
    title: "These credentials may give letters back",
    ask: (client, QueueUrl) => client.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries: [] })),
  },
];

/** What SQS says to a batch without entries, and to a receive of no messages. */
const REFUSED_AS_MEANT = /EmptyBatchRequest|ReadCountOutOfRange|InvalidParameterValue/;
const DENIED = /AccessDenied|Unauthorized|InvalidClientTokenId|SignatureDoesNotMatch/;

/** By trying, and changing nothing. */
export async function permissionCheck(
  { id, title, ask }: Permission,
  client: SQSClient,
  queueUrl: string,
): Promise<Check> {
  try {
    await ask(client, queueUrl);
  } catch (error) {
    const { name } = error as Error;
    if (DENIED.test(name)) {
      const cure = `Allow it for ${queueUrl} in the policy of these credentials.`;
      return judge(id, title, sentenceOf(error), { status: "FAIL", cure });
    }
    if (!REFUSED_AS_MEANT.test(name)) return skipped(id, title, `It could not be told: ${sentenceOf(error)}`);
  }
  return judge(id, title, "They may.", undefined);
}
