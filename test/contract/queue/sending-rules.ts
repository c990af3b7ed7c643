import { createHash } from "node:crypto";
import {
  type ReceiveMessageCommandInput,
  SendMessageBatchCommand,
  type SendMessageBatchRequestEntry,
  SetQueueAttributesCommand,
} from "@aws-sdk/client-sqs";
import { expect } from "vitest";
import { type Bench, refusal, type TestQueue } from "./bench.ts";
import type { Rules } from "./rules.ts";

const MIB = 1024 * 1024;

/** Deduplication, ids, sizes and batches (SQS API reference, SendMessage; SQS quotas for messages). */
export const SENDING_RULES: Rules = {
  "a deduplication id is taken once, after deletion too": async (bench) => {
    const queue = await bench.createQueue();
    const sent = await bench.sendOne(queue, { MessageDeduplicationId: "once" });
    const again = await bench.sendOne(queue, { MessageDeduplicationId: "once", MessageBody: "other" });
    expect(again.MessageId).toBe(sent.MessageId);
    expect(again.SequenceNumber).toBe(sent.SequenceNumber);
    const messages = await bench.receive(queue);
    expect(messages.map(({ Body }) => Body)).toEqual(["a1"]);
    await bench.delete(queue, ...messages);
    await bench.sendOne(queue, { MessageDeduplicationId: "once" });
    expect(await bench.receive(queue)).toEqual([]);
  },

  "content is deduplicated by the body alone": async (bench) => {
    const queue = await bench.createQueue({ ContentBasedDeduplication: "true" });
    const MessageDeduplicationId = undefined;
    const attribute = { DataType: "String", StringValue: "other" };
    await bench.sendOne(queue, { MessageDeduplicationId });
    await bench.sendOne(queue, { MessageDeduplicationId, MessageAttributes: { attribute } });
    await bench.sendOne(queue, { MessageDeduplicationId, MessageGroupId: "b", MessageBody: "b1" });
    const messages = await bench.receive(queue);
    expect(messages.map(({ Body }) => Body)).toEqual(["a1", "b1"]);
    expect(messages[0]?.Attributes?.MessageDeduplicationId).toBe(createHash("sha256").update("a1").digest("hex"));
  },

  "ids are deduplicated across groups": async (bench) => {
    const queue = await bench.createQueue();
    await bench.sendOne(queue, { MessageDeduplicationId: "once" });
    await bench.sendOne(queue, { MessageDeduplicationId: "once", MessageGroupId: "b", MessageBody: "b1" });
    expect(await bench.receiveBodies(queue)).toEqual(["a1"]);
  },

  "ids are deduplicated per group when the queue says so": async (bench) => {
    const queue = await bench.createQueue({ DeduplicationScope: "messageGroup" });
    await bench.sendOne(queue, { MessageDeduplicationId: "once" });
    await bench.sendOne(queue, { MessageDeduplicationId: "once" });
    await bench.sendOne(queue, { MessageDeduplicationId: "once", MessageGroupId: "b", MessageBody: "b1" });
    expect(await bench.receiveBodies(queue)).toEqual(["a1", "b1"]);
  },

  "high throughput can be set on a queue that exists": async (bench) => {
    const { QueueUrl } = await bench.createQueue();
    const Attributes = { DeduplicationScope: "messageGroup", FifoThroughputLimit: "perMessageGroupId" };
    await bench.client.send(new SetQueueAttributesCommand({ QueueUrl, Attributes }));
    expect(await bench.attributes(QueueUrl)).toMatchObject(Attributes);
  },

  "ids have at most 128 printable ASCII characters": async (bench) => {
    const queue = await bench.createQueue();
    const good = "!\"#$%&'()*+,-./:;?@[\\]^_`{|}~az".padEnd(128, "0");
    await bench.sendOne(queue, { MessageGroupId: good, MessageDeduplicationId: good });
    for (const bad of ["with space", "é", "0".repeat(129)]) {
      expect(await refusal(bench.sendOne(queue, { MessageGroupId: bad }))).toBe("InvalidParameterValue");
      expect(await refusal(bench.sendOne(queue, { MessageDeduplicationId: bad }))).toBe("InvalidParameterValue");
    }
  },

  "a message without a group or a deduplication id is refused": async (bench) => {
    const queue = await bench.createQueue();
    expect(await refusal(bench.sendOne(queue, { MessageGroupId: undefined }))).toBe("MissingParameter");
    expect(await refusal(bench.sendOne(queue, { MessageDeduplicationId: undefined }))).toBe("InvalidParameterValue");
  },

  "a batch without a group or a deduplication id fails as a whole": async (bench) => {
    const queue = await bench.createQueue();
    const good = { Id: "1", MessageBody: "a1", MessageGroupId: "a", MessageDeduplicationId: "1" };
    for (const missing of [{ MessageGroupId: undefined }, { MessageDeduplicationId: undefined }]) {
      const bad = { ...good, Id: "2", MessageDeduplicationId: "2", ...missing };
      expect(await refusal(sendBatch(bench, queue, [good, bad]))).toBe("InvalidParameterValue");
    }
    expect(await bench.receive(queue)).toEqual([]);
  },

  "a delay of one message is refused": async (bench) => {
    const queue = await bench.createQueue();
    expect(await refusal(bench.sendOne(queue, { DelaySeconds: 2 }))).toBe("InvalidParameterValue");
  },

  "a queue's delay holds back what is sent to it": async (bench) => {
    const queue = await bench.createQueue({ DelaySeconds: "1" });
    await bench.send(queue, "a1");
    expect(await bench.receive(queue)).toEqual([]);
    expect((await bench.attributes(queue.QueueUrl)).ApproximateNumberOfMessagesDelayed).toBe("1");
    expect(await bench.receiveBodies(queue, { WaitTimeSeconds: 5 })).toEqual(["a1"]);
  },

  "one bad entry of a batch fails alone, with a code": async (bench) => {
    const queue = await bench.createQueue();
    const { Successful, Failed } = await sendBatch(bench, queue, [
      { Id: "good", MessageBody: "a1", MessageGroupId: "a", MessageDeduplicationId: "1" },
      { Id: "bad", MessageBody: "a\u0001", MessageGroupId: "a", MessageDeduplicationId: "2" },
      { Id: "late", MessageBody: "a3", MessageGroupId: "a", MessageDeduplicationId: "3" },
    ]);
    expect(Successful?.map(({ Id }) => Id)).toEqual(["good", "late"]);
    expect(Failed).toMatchObject([{ Id: "bad", SenderFault: true, Code: "InvalidMessageContents" }]);
  },

  "a body may hold every character that SQS allows": async (bench) => {
    const queue = await bench.createQueue();
    const MessageBody = "\t\n\r ~é\u0085\ud7ff\ue000\ufffd😀\u{10ffff}";
    await bench.sendOne(queue, { MessageBody });
    expect(await bench.receiveBodies(queue)).toEqual([MessageBody]);
  },

  "eleven entries, none, and equal or odd Ids are refused": async (bench) => {
    const queue = await bench.createQueue();
    const entries = (...ids: string[]) =>
      ids.map((Id, i) => ({ Id, MessageBody: "a", MessageGroupId: "a", MessageDeduplicationId: `${Id}${i}` }));
    const eleven = entries(..."abcdefghijk");
    const codes = [
      [eleven, "TooManyEntriesInBatchRequest"],
      [[], "EmptyBatchRequest"],
      [entries("a", "a"), "BatchEntryIdsNotDistinct"],
      [entries("a b"), "InvalidBatchEntryId"],
    ] as const;
    for (const [bad, code] of codes) {
      expect(await refusal(sendBatch(bench, queue, [...bad]))).toBe(code);
    }
    expect((await sendBatch(bench, queue, eleven.slice(0, 10))).Successful).toHaveLength(10);
  },

  "a message may have 1 MiB, and a batch in all": async (bench) => {
    const queue = await bench.createQueue();
    await bench.sendOne(queue, { MessageBody: "a".repeat(MIB) });
    expect(await refusal(bench.sendOne(queue, { MessageBody: "a".repeat(MIB + 1) }))).toBe("InvalidParameterValue");
    const half = (Id: string, bytes: number) => ({
      Id,
      MessageBody: "b".repeat(bytes),
      MessageGroupId: "b",
      MessageDeduplicationId: Id,
    });
    const tooLong = sendBatch(bench, queue, [half("1", MIB / 2), half("2", MIB / 2 + 1)]);
    expect(await refusal(tooLong)).toBe("BatchRequestTooLong");
    await sendBatch(bench, queue, [half("1", MIB / 2), half("2", MIB / 2)]);
    expect((await bench.attributes(queue.QueueUrl)).ApproximateNumberOfMessages).toBe("3");
  },

  "message attributes count towards the size": async (bench) => {
    const queue = await bench.createQueue({ MaximumMessageSize: "1024" });
    const MessageAttributes = { name: { DataType: "String", StringValue: "value" } };
    const room = 1024 - "name".length - "String".length - "value".length;
    await bench.sendOne(queue, { MessageBody: "a".repeat(room), MessageAttributes });
    const over = bench.sendOne(queue, { MessageBody: "a".repeat(room + 1), MessageAttributes });
    expect(await refusal(over)).toBe("InvalidParameterValue");
  },

  "a message carries its system attributes, and sequence numbers increase": async (bench) => {
    const queue = await bench.createQueue();
    const sent = await bench.sendOne(queue, { MessageDeduplicationId: "first" });
    await bench.send(queue, "a2", "a3");
    const SequenceNumbers: string[] = [];
    for (const body of ["a1", "a2", "a3"]) {
      const [message] = await bench.receive(queue, { MaxNumberOfMessages: 1 });
      expect(message?.Body).toBe(body);
      SequenceNumbers.push(message?.Attributes?.SequenceNumber ?? "");
      if (body === "a1") {
        const SentTimestamp = expect.stringMatching(/^\d{13}$/);
        const ids = { MessageGroupId: "a", MessageDeduplicationId: "first", SequenceNumber: sent.SequenceNumber };
        expect(message?.Attributes).toMatchObject({ ...ids, SentTimestamp, SenderId: expect.any(String) });
      }
      await bench.delete(queue, message!);
    }
    expect(SequenceNumbers).toEqual(SequenceNumbers.toSorted((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1)));
    expect(new Set(SequenceNumbers).size).toBe(3);
  },

  "system attributes come only when asked for": async (bench) => {
    const queue = await bench.createQueue({ VisibilityTimeout: "0" });
    await bench.send(queue, "a1");
    const namesFor = async (
      names: Pick<ReceiveMessageCommandInput, "AttributeNames" | "MessageSystemAttributeNames">,
    ) => {
      const [message] = await bench.receive(queue, { MessageSystemAttributeNames: [], ...names });
      return Object.keys(message?.Attributes ?? {});
    };
    expect(await namesFor({})).toEqual([]);
    expect(await namesFor({ MessageSystemAttributeNames: ["MessageGroupId"] })).toEqual(["MessageGroupId"]);
    expect(await namesFor({ AttributeNames: ["All"] })).toContain("SentTimestamp");
  },

  "message attributes are digested and come back": async (bench) => {
    const queue = await bench.createQueue();
    // Types, values and digest as AWS answered them (LocalStack's recorded test of MessageAttributeNames).
    const text = (StringValue: string) => ({ DataType: "String", StringValue });
    const MessageAttributes = { Hello: text("There"), General: text("Kenobi"), "Help.Me": text("Me") };
    const MD5OfMessageAttributes = "4c360f3fdafd970e05fae2f149d997f5";
    const sent = await bench.sendOne(queue, { MessageAttributes });
    expect(sent.MD5OfMessageAttributes).toBe(MD5OfMessageAttributes);
    const [message] = await bench.receive(queue, { MessageAttributeNames: ["All"] });
    expect(message).toMatchObject({ MessageAttributes, MD5OfMessageAttributes });
  },

  "message attributes come only when asked for": async (bench) => {
    const queue = await bench.createQueue({ VisibilityTimeout: "0" });
    const attribute = { DataType: "Number", StringValue: "1" };
    await bench.sendOne(queue, { MessageAttributes: { "a.one": attribute, "a.two": attribute, b: attribute } });
    const namesFor = async (...MessageAttributeNames: string[]) => {
      const [message] = await bench.receive(queue, { MessageAttributeNames });
      return Object.keys(message?.MessageAttributes ?? {}).sort();
    };
    expect(await namesFor()).toEqual([]);
    expect(await namesFor("b", "other")).toEqual(["b"]);
    expect(await namesFor("a.*")).toEqual(["a.one", "a.two"]);
  },
};

function sendBatch(bench: Bench, { QueueUrl }: TestQueue, Entries: SendMessageBatchRequestEntry[]) {
  return bench.client.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
}
