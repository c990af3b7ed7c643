import {
  CancelMessageMoveTaskCommand,
  CreateQueueCommand,
  DeleteMessageCommand,
  DeleteQueueCommand,
  EmptyBatchRequest,
  GetQueueUrlCommand,
  InvalidAttributeValue,
  ListDeadLetterSourceQueuesCommand,
  ListMessageMoveTasksCommand,
  ListQueuesCommand,
  PurgeQueueCommand,
  type QueueAttributeName,
  QueueDoesNotExist,
  ReceiptHandleIsInvalid,
  SendMessageBatchCommand,
  StartMessageMoveTaskCommand,
} from "@aws-sdk/client-sqs";
import { expect, vi } from "vitest";
import { type Bench, refusal } from "./bench.ts";
import type { Rules } from "./rules.ts";

/** Queues, dead-letter queues and move tasks (SQS developer guide, dead-letter queues). */
export const QUEUE_RULES: Rules = {
  "creating a queue again finds it, unless an attribute differs": async (bench) => {
    const { name: QueueName } = await bench.createQueue({ VisibilityTimeout: "17" });
    const create = (Attributes: Partial<Record<QueueAttributeName, string>>) =>
      bench.client.send(new CreateQueueCommand({ QueueName, Attributes: { FifoQueue: "true", ...Attributes } }));
    expect((await create({ VisibilityTimeout: "17" })).QueueUrl).toContain(QueueName);
    expect(await refusal(create({ VisibilityTimeout: "18" }))).toBe("QueueNameExists");
  },

  "errors have the names that the SDK knows": async (bench) => {
    const { QueueUrl } = await bench.createQueue();
    const missing = bench.client.send(new GetQueueUrlCommand({ QueueName: "missing.fifo" }));
    await expect(missing).rejects.toBeInstanceOf(QueueDoesNotExist);
    await expect(bench.createQueue({ DelaySeconds: "901" })).rejects.toBeInstanceOf(InvalidAttributeValue);
    const empty = bench.client.send(new SendMessageBatchCommand({ QueueUrl, Entries: [] }));
    await expect(empty).rejects.toBeInstanceOf(EmptyBatchRequest);
    const invalid = bench.client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: "none" }));
    await expect(invalid).rejects.toBeInstanceOf(ReceiptHandleIsInvalid);
  },

  "attributes out of their bounds are refused": async (bench) => {
    const bad = [
      { VisibilityTimeout: "43201" },
      { DelaySeconds: "901" },
      { MessageRetentionPeriod: "59" },
      { ReceiveMessageWaitTimeSeconds: "21" },
      { MaximumMessageSize: "1048577" },
    ];
    for (const attributes of bad) {
      expect(await refusal(bench.createQueue(attributes))).toBe("InvalidAttributeValue");
    }
  },

  "a deleted queue is gone": async (bench) => {
    const { name: QueueName, QueueUrl } = await bench.createQueue();
    expect((await bench.client.send(new GetQueueUrlCommand({ QueueName }))).QueueUrl).toContain(QueueName);
    await bench.client.send(new DeleteQueueCommand({ QueueUrl }));
    expect(await refusal(bench.client.send(new GetQueueUrlCommand({ QueueName })))).toBe("QueueDoesNotExist");
    expect(await refusal(bench.attributes(QueueUrl))).toBe("QueueDoesNotExist");
  },

  "queues are listed by prefix": async (bench) => {
    const { name } = await bench.createQueue();
    const { QueueUrls } = await bench.client.send(new ListQueuesCommand({ QueueNamePrefix: name.slice(0, 30) }));
    expect(QueueUrls).toEqual([expect.stringMatching(`/${name}$`)]);
    const none = await bench.client.send(new ListQueuesCommand({ QueueNamePrefix: `${name}-` }));
    expect(none.QueueUrls ?? []).toEqual([]);
  },

  "visible messages and those in flight are counted": async (bench) => {
    const queue = await bench.createQueue();
    await bench.send(queue, "a1", "a2", "b1");
    await bench.receive(queue, { MaxNumberOfMessages: 1 });
    expect(await bench.attributes(queue.QueueUrl)).toMatchObject({
      ApproximateNumberOfMessages: "2",
      ApproximateNumberOfMessagesNotVisible: "1",
      ApproximateNumberOfMessagesDelayed: "0",
    });
  },

  "a purge takes everything, in flight too": async (bench) => {
    const queue = await bench.createQueue();
    await bench.send(queue, "a1", "a2", "b1");
    await bench.receive(queue, { MaxNumberOfMessages: 1 });
    await bench.client.send(new PurgeQueueCommand({ QueueUrl: queue.QueueUrl }));
    expect(await bench.receive(queue)).toEqual([]);
    expect(await bench.attributes(queue.QueueUrl)).toMatchObject({
      ApproximateNumberOfMessages: "0",
      ApproximateNumberOfMessagesNotVisible: "0",
    });
  },

  "a message received too often moves to the dead-letter queue, and the next one comes": async (bench) => {
    const { letter, next } = await withDeadLetter(bench);
    expect(letter).toMatchObject({ Body: "a1", Attributes: { MessageGroupId: "a" } });
    expect(next).toEqual(["a2"]);
  },

  "a dead letter keeps its message id": async (bench) => {
    const { letter, sent } = await withDeadLetter(bench);
    expect(letter.MessageId).toBe(sent.MessageId);
  },

  "a dead letter's deduplication id is its message id": async (bench) => {
    const { letter, sent } = await withDeadLetter(bench);
    expect(letter.Attributes?.MessageDeduplicationId).toBe(sent.MessageId);
  },

  "a dead letter says where it comes from": async (bench) => {
    const { letter, queue } = await withDeadLetter(bench);
    expect(letter.Attributes?.DeadLetterQueueSourceArn).toBe(queue.arn);
  },

  "a FIFO queue's dead-letter queue must be FIFO": async (bench) => {
    const { arn, name } = await bench.createQueue();
    const standard = name.slice(0, -".fifo".length);
    // Where there are no standard queues there is none to refuse later.
    await bench.client.send(new CreateQueueCommand({ QueueName: standard })).catch(() => {});
    const RedrivePolicy = redriveTo(arn.slice(0, -".fifo".length));
    expect(await refusal(bench.createQueue({ RedrivePolicy }))).toBe("InvalidParameterValue");
  },

  "the sources of a dead-letter queue are listed": async (bench) => {
    const dead = await bench.createQueue();
    const source = await bench.createQueue({ RedrivePolicy: redriveTo(dead.arn) });
    const { QueueUrl } = dead;
    const { queueUrls } = await bench.client.send(new ListDeadLetterSourceQueuesCommand({ QueueUrl }));
    expect(queueUrls).toEqual([expect.stringMatching(`/${source.name}$`)]);
  },

  "a move task takes dead letters back to their queue as new messages": async (bench) => {
    const { dead, queue, letter } = await withDeadLetter(bench);
    const SourceArn = dead.arn;
    const { TaskHandle } = await bench.client.send(new StartMessageMoveTaskCommand({ SourceArn }));
    await vi.waitFor(async () => {
      const { Results } = await bench.client.send(new ListMessageMoveTasksCommand({ SourceArn }));
      const moved = { ApproximateNumberOfMessagesMoved: 1, ApproximateNumberOfMessagesToMove: 1 };
      expect(Results).toMatchObject([{ Status: "COMPLETED", SourceArn, ...moved }]);
    });
    const [replayed] = await bench.receive(queue);
    expect(replayed).toMatchObject({ Body: "a1", Attributes: { MessageGroupId: "a", ApproximateReceiveCount: "1" } });
    expect(replayed?.MessageId).not.toBe(letter.MessageId);
    const cancel = bench.client.send(new CancelMessageMoveTaskCommand({ TaskHandle }));
    expect(await refusal(cancel)).toBe("InvalidParameterValue");
  },

  "a move task needs a destination for messages that were sent, not moved": async (bench) => {
    const dead = await bench.createQueue();
    const queue = await bench.createQueue({ RedrivePolicy: redriveTo(dead.arn) });
    await bench.send(dead, "a1");
    const SourceArn = dead.arn;
    const list = async () => (await bench.client.send(new ListMessageMoveTasksCommand({ SourceArn }))).Results;
    await bench.client.send(new StartMessageMoveTaskCommand({ SourceArn }));
    await vi.waitFor(async () => {
      expect(await list()).toMatchObject([{ Status: "FAILED", FailureReason: "CouldNotDetermineMessageSource" }]);
    });
    await bench.client.send(new StartMessageMoveTaskCommand({ SourceArn, DestinationArn: queue.arn }));
    await vi.waitFor(async () => expect(await list()).toMatchObject([{ Status: "COMPLETED" }]));
    expect(await bench.receiveBodies(queue)).toEqual(["a1"]);
  },

  "a move task is refused for a queue that is no dead-letter queue": async (bench) => {
    const { arn: SourceArn } = await bench.createQueue();
    const start = bench.client.send(new StartMessageMoveTaskCommand({ SourceArn }));
    expect(await refusal(start)).toBe("InvalidParameterValue");
  },
};

function redriveTo(deadLetterTargetArn: string): string {
  return JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 1 });
}

/** A dead letter `a1` in its queue, visible, and the empty queue it was moved from at its second receive. */
async function withDeadLetter(bench: Bench) {
  const dead = await bench.createQueue();
  const queue = await bench.createQueue({ RedrivePolicy: redriveTo(dead.arn) });
  const sent = await bench.sendOne(queue, { MessageBody: "a1" });
  await bench.receive(queue, { VisibilityTimeout: 0 });
  await bench.send(queue, "a2");
  const next = await bench.receive(queue);
  await bench.delete(queue, ...next);
  const [letter] = await bench.receive(dead, { VisibilityTimeout: 0 });
  if (!letter) throw new Error("Expected a dead letter, the dead-letter queue is empty");
  return { dead, queue, sent, letter, next: next.map(({ Body }) => Body) };
}
