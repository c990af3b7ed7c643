import {
  ChangeMessageVisibilityBatchCommand,
  ChangeMessageVisibilityCommand,
  DeleteMessageBatchCommand,
} from "@aws-sdk/client-sqs";
import { expect } from "vitest";
import { type Bench, refusal } from "./bench.ts";
import type { Rules } from "./rules.ts";

/** Groups, locks, visibility and receipt handles (SQS API reference, ReceiveMessage, ChangeMessageVisibility). */
export const DELIVERY_RULES: Rules = {
  "one receive hands out as much of a group as fits, in order": async (bench) => {
    const queue = await bench.createQueue();
    await bench.send(queue, "a1", "a2", "a3", "a4", "a5");
    expect(await bench.receiveBodies(queue, { MaxNumberOfMessages: 4 })).toEqual(["a1", "a2", "a3", "a4"]);
  },

  "a receive adds other groups where there is room": async (bench) => {
    const queue = await bench.createQueue();
    await bench.send(queue, "a1", "b1", "c1");
    expect((await bench.receiveBodies(queue)).sort()).toEqual(["a1", "b1", "c1"]);
  },

  "nothing of a group is delivered while one of it is in flight, and others are": async (bench) => {
    const queue = await bench.createQueue();
    await bench.send(queue, "a1", "a2");
    const first = await bench.receive(queue, { MaxNumberOfMessages: 1 });
    expect(first[0]?.Body).toBe("a1");
    expect(await bench.receiveBodies(queue)).toEqual([]);
    await bench.send(queue, "b1");
    expect(await bench.receiveBodies(queue)).toEqual(["b1"]);
    await bench.delete(queue, ...first);
    expect(await bench.receiveBodies(queue)).toEqual(["a2"]);
  },

  "deleting a part of what was received keeps the group locked": async (bench) => {
    const queue = await bench.createQueue();
    await bench.send(queue, "a1", "a2", "a3");
    const [first, second] = await bench.receive(queue, { MaxNumberOfMessages: 2 });
    await bench.delete(queue, first!);
    expect(await bench.receiveBodies(queue)).toEqual([]);
    await bench.delete(queue, second!);
    expect(await bench.receiveBodies(queue)).toEqual(["a3"]);
  },

  "after its visibility timeout a message comes again, first, and its count goes up": async (bench) => {
    const queue = await bench.createQueue({ VisibilityTimeout: "1" });
    await bench.send(queue, "a1", "a2");
    const [first] = await bench.receive(queue, { MaxNumberOfMessages: 1 });
    expect(first?.Attributes?.ApproximateReceiveCount).toBe("1");
    const [again] = await bench.receive(queue, { MaxNumberOfMessages: 1, WaitTimeSeconds: 5 });
    expect(again).toMatchObject({ Body: "a1", Attributes: { ApproximateReceiveCount: "2" } });
    expect(again?.ReceiptHandle).not.toBe(first?.ReceiptHandle);
    expect(again?.Attributes?.ApproximateFirstReceiveTimestamp).toBe(
      first?.Attributes?.ApproximateFirstReceiveTimestamp,
    );
  },

  "a receive may set its own visibility timeout": async (bench) => {
    const queue = await bench.createQueue({ VisibilityTimeout: "600" });
    await bench.send(queue, "a1");
    expect(await bench.receiveBodies(queue, { VisibilityTimeout: 0 })).toEqual(["a1"]);
    expect(await bench.receiveBodies(queue, { VisibilityTimeout: 1 })).toEqual(["a1"]);
    expect(await bench.receiveBodies(queue, { WaitTimeSeconds: 5 })).toEqual(["a1"]);
  },

  "a message made visible comes again at once": async (bench) => {
    const queue = await bench.createQueue();
    await bench.send(queue, "a1");
    const [first] = await bench.receive(queue);
    await changeVisibility(bench, queue.QueueUrl, first?.ReceiptHandle, 0);
    expect(await bench.receiveBodies(queue)).toEqual(["a1"]);
  },

  "a batch made visible again comes back whole and in order": async (bench) => {
    const queue = await bench.createQueue();
    await bench.send(queue, "a1", "a2", "a3");
    const messages = await bench.receive(queue);
    expect(messages).toHaveLength(3);
    const Entries = messages.toReversed().map(({ MessageId, ReceiptHandle }) => ({
      Id: MessageId,
      ReceiptHandle,
      VisibilityTimeout: 0,
    }));
    const { QueueUrl } = queue;
    const result = await bench.client.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries }));
    expect(result.Successful).toHaveLength(3);
    expect(await bench.receiveBodies(queue)).toEqual(["a1", "a2", "a3"]);
  },

  "a visibility timeout of more than twelve hours is refused": async (bench) => {
    const queue = await bench.createQueue();
    await bench.send(queue, "a1");
    const [message] = await bench.receive(queue);
    const call = changeVisibility(bench, queue.QueueUrl, message?.ReceiptHandle, 43_201);
    expect(await refusal(call)).toBe("InvalidParameterValue");
  },

  "deleting twice by one handle succeeds": async (bench) => {
    const queue = await bench.createQueue();
    await bench.send(queue, "a1");
    const messages = await bench.receive(queue);
    await bench.delete(queue, ...messages, ...messages);
    expect((await bench.attributes(queue.QueueUrl)).ApproximateNumberOfMessagesNotVisible).toBe("0");
  },

  "DeleteMessage refuses the handle of an earlier delivery": async (bench) => {
    const queue = await bench.createQueue();
    await bench.send(queue, "a1");
    const [earlier] = await bench.receive(queue, { VisibilityTimeout: 0 });
    await bench.receive(queue);
    expect(await refusal(bench.delete(queue, earlier!))).toBe("InvalidParameterValue");
  },

  "DeleteMessageBatch reports the handle of an earlier delivery": async (bench) => {
    const queue = await bench.createQueue();
    await bench.send(queue, "a1");
    const [earlier] = await bench.receive(queue, { VisibilityTimeout: 0 });
    const [latest] = await bench.receive(queue);
    const Entries = [
      { Id: "earlier", ReceiptHandle: earlier?.ReceiptHandle },
      { Id: "latest", ReceiptHandle: latest?.ReceiptHandle },
    ];
    const { QueueUrl } = queue;
    const result = await bench.client.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
    expect(result.Successful).toEqual([{ Id: "latest" }]);
    expect(result.Failed).toMatchObject([{ Id: "earlier", SenderFault: true, Code: "ReceiptHandleIsInvalid" }]);
  },

  "a receive repeated under one attempt id gets the same messages": async (bench) => {
    const queue = await bench.createQueue();
    await bench.send(queue, "a1", "a2", "b1");
    const ReceiveRequestAttemptId = "attempt-1";
    const first = await bench.receive(queue, { MaxNumberOfMessages: 2, ReceiveRequestAttemptId });
    const again = await bench.receive(queue, { MaxNumberOfMessages: 2, ReceiveRequestAttemptId });
    expect(again).toEqual(first);
    await bench.delete(queue, ...again);
    expect(await bench.receiveBodies(queue, { ReceiveRequestAttemptId })).toEqual(["b1"]);
  },

  "a long poll wakes when a message is sent": async (bench) => {
    const queue = await bench.createQueue();
    const waiting = bench.receiveBodies(queue, { WaitTimeSeconds: 20 });
    await soon();
    await bench.send(queue, "a1");
    expect(await waiting).toEqual(["a1"]);
  },

  "a long poll wakes when a group is free again": async (bench) => {
    const queue = await bench.createQueue();
    await bench.send(queue, "a1", "a2");
    const first = await bench.receive(queue, { MaxNumberOfMessages: 1 });
    const waiting = bench.receiveBodies(queue, { WaitTimeSeconds: 20 });
    await soon();
    await bench.delete(queue, ...first);
    expect(await waiting).toEqual(["a2"]);
  },

  "a long poll that finds nothing ends empty": async (bench) => {
    const queue = await bench.createQueue();
    expect(await bench.receiveBodies(queue, { WaitTimeSeconds: 1 })).toEqual([]);
  },
};

function changeVisibility(bench: Bench, QueueUrl: string, ReceiptHandle: string | undefined, seconds: number) {
  return bench.client.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: seconds }));
}

/** Long enough for a request on its way to have arrived. The rules hold without it; with it they test the waking. */
function soon(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 100));
}
