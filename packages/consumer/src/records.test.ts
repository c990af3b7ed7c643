import type { Message } from "@aws-sdk/client-sqs";
import type { QueueRecord } from "@penstock/flusher";
import { expect, test } from "vitest";
import { sqsRecord } from "../test/records.ts";
import { fromEvent, fromMessage } from "./records.ts";

const RECORD: QueueRecord = {
  messageId: "m1",
  body: "{}",
  group: "g1",
  deduplicationId: "d1",
  sentAtMs: 1_795_475_070_000,
  receiveCount: 2,
};

/** The same attributes, as the SDK types them. */
const ATTRIBUTES = sqsRecord(RECORD).attributes as NonNullable<Message["Attributes"]>;

test("a record of an event and a message of a receive are read alike", () => {
  const { messageId, body } = RECORD;
  expect(fromEvent(sqsRecord(RECORD))).toEqual(RECORD);
  expect(fromMessage({ MessageId: messageId, Body: body, Attributes: ATTRIBUTES })).toEqual(RECORD);
});

test("a message without a group is no message of a FIFO queue, and nothing stands in for the lock", () => {
  const { MessageGroupId, ...attributes } = sqsRecord(RECORD).attributes;
  expect(fromEvent({ ...sqsRecord(RECORD), attributes })).toEqual({
    messageId: "m1",
    unreadable: expect.stringMatching(/^Expected message m1 to have a `MessageGroupId`, got none: .* FIFO queue/),
  });
});

test("a receive that did not ask for an attribute is told which", () => {
  for (const name of ["SentTimestamp", "ApproximateReceiveCount"] as const) {
    const { [name]: _, ...rest } = ATTRIBUTES;
    expect(fromMessage({ MessageId: "m1", Body: "{}", Attributes: rest })).toEqual({
      messageId: "m1",
      unreadable: `Expected \`${name}\` of message m1 to be a whole number, got nothing`,
    });
    expect(fromMessage({ MessageId: "m1", Body: "{}", Attributes: { ...ATTRIBUTES, [name]: "soon" } })).toEqual({
      messageId: "m1",
      unreadable: `Expected \`${name}\` of message m1 to be a whole number, got "soon"`,
    });
  }
  expect(fromMessage({ MessageId: "m1" })).toHaveProperty("unreadable");
});
