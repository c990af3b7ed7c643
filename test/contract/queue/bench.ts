import { randomUUID } from "node:crypto";
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  type Message,
  type QueueAttributeName,
  ReceiveMessageCommand,
  type ReceiveMessageCommandInput,
  SendMessageBatchCommand,
  SendMessageCommand,
  type SendMessageCommandInput,
  SQSClient,
  SQSServiceException,
} from "@aws-sdk/client-sqs";

/** A queue of one rule's own. */
export interface TestQueue {
  readonly name: string;
  readonly QueueUrl: string;
  readonly arn: string;
}

/** What a rule works with: the SDK's client, and the calls every rule makes. */
export class Bench {
  readonly client: SQSClient;
  readonly #endpoint: string;

  constructor(endpoint: string) {
    this.#endpoint = endpoint;
    const credentials = { accessKeyId: "any", secretAccessKey: "any" };
    this.client = new SQSClient({ endpoint, region: "us-east-1", credentials, maxAttempts: 1 });
  }

  /** fauxqs' own queue URLs name a host that does not resolve. */
  queueUrl(name: string): string {
    return `${this.#endpoint}/000000000000/${name}`;
  }

  async createQueue(attributes: Partial<Record<QueueAttributeName, string>> = {}): Promise<TestQueue> {
    const name = `${randomUUID()}.fifo`;
    await this.client.send(
      new CreateQueueCommand({ QueueName: name, Attributes: { FifoQueue: "true", ...attributes } }),
    );
    const QueueUrl = this.queueUrl(name);
    const { QueueArn: arn = "" } = await this.attributes(QueueUrl);
    return { name, QueueUrl, arn };
  }

  async attributes(QueueUrl: string): Promise<Partial<Record<QueueAttributeName, string>>> {
    const { Attributes = {} } = await this.client.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["All"] }),
    );
    return Attributes;
  }

  /** Sends each body to the group that its first letter names, in calls of ten, under deduplication ids of its own. */
  async send({ QueueUrl }: TestQueue, ...bodies: string[]): Promise<void> {
    for (let i = 0; i < bodies.length; i += 10) {
      const Entries = bodies.slice(i, i + 10).map((MessageBody, index) => ({
        Id: String(index),
        MessageBody,
        MessageGroupId: MessageBody[0],
        MessageDeduplicationId: randomUUID(),
      }));
      await this.client.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    }
  }

  /** One message, to group `a` and under a deduplication id of its own unless `input` says otherwise. */
  sendOne({ QueueUrl }: TestQueue, input: Partial<SendMessageCommandInput> = {}) {
    return this.client.send(
      new SendMessageCommand({
        QueueUrl,
        MessageBody: "a1",
        MessageGroupId: "a",
        MessageDeduplicationId: randomUUID(),
        ...input,
      }),
    );
  }

  async receive({ QueueUrl }: TestQueue, input: Partial<ReceiveMessageCommandInput> = {}): Promise<Message[]> {
    const { Messages = [] } = await this.client.send(
      new ReceiveMessageCommand({
        QueueUrl,
        MaxNumberOfMessages: 10,
        MessageSystemAttributeNames: ["All"],
        ...input,
      }),
    );
    return Messages;
  }

  async receiveBodies(queue: TestQueue, input: Partial<ReceiveMessageCommandInput> = {}): Promise<string[]> {
    return (await this.receive(queue, input)).map(({ Body = "" }) => Body);
  }

  async delete({ QueueUrl }: TestQueue, ...messages: Message[]): Promise<void> {
    for (const { ReceiptHandle } of messages) {
      await this.client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
    }
  }
}

/**
 * The code a call is refused with, without the `AWS.SimpleQueueService.` that fauxqs puts before every one. Throws when
 * it is not refused.
 */
export async function refusal(call: Promise<unknown>): Promise<string> {
  const answer = await call.catch((error: unknown) => error);
  if (answer instanceof SQSServiceException) return answer.name.slice(answer.name.lastIndexOf(".") + 1);
  throw new Error(`Expected the call to be refused, got ${JSON.stringify(answer)}`);
}
