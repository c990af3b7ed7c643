import { encodeGzipMessage, encodeMessage, type Message } from "@penstock/model";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { HeldMessage } from "../queue.ts";
import { keepArrival, LETTER_ATTRIBUTE } from "./arrival.ts";
import { openBody } from "./body.ts";
import { digestOf } from "./digest.ts";
import { readLetter } from "./letter.ts";
import { Pivot } from "./pivot.ts";
import { exportLine } from "./transfer.ts";

function held(body: string, more: Partial<HeldMessage> = {}): HeldMessage {
  return {
    messageId: "message-1",
    receiptHandle: "handle",
    body,
    group: "g1",
    deduplicationId: "dedup",
    sentAtMs: 1_795_000_000_000,
    receiveCount: 1,
    sourceArn: undefined,
    attributes: {},
    ...more,
  };
}

const series = [{ metric: { __name__: "x_total" }, timestamps: [1_795_000_000_000], values: [1] }];
const source = { messageId: "s", group: "g1", sentAt: 1_794_000_000_000, receiveCount: 2 };
const rejected = { reason: "refused", detail: "no", at: 1_794_000_000_001, source } as const;
const message: Message = { v: 1, id: "m!refused!0", series, rejected };

test("a letter reads the same plain and packed, and keeps its id when it was queued again", () => {
  const attributes = keepArrival({ id: "first", arrivedAtMs: 1_793_000_000_000, shape: "rejected" });
  for (const body of [encodeMessage(message), encodeGzipMessage(message)]) {
    const fresh = readLetter(held(body));
    expect(fresh).toMatchObject({
      id: "message-1",
      shape: "rejected",
      reason: "refused",
      samples: 1,
      name: message.id,
    });
    expect(fresh.diedAtMs).toBe(rejected.at);
    const turned = readLetter(held(body, { attributes }));
    expect(turned).toMatchObject({ id: "first", arrivedAtMs: 1_793_000_000_000 });
  }
});

test("what SQS itself moved here is a new letter, whatever it carries from an earlier stay", () => {
  const attributes = keepArrival({ id: "first", arrivedAtMs: 1_793_000_000_000, shape: "rejected" });
  const moved = { attributes, sourceArn: "arn:aws:sqs:eu-west-1:1:metrics.fifo" };
  expect(readLetter(held(encodeMessage(message), moved))).toMatchObject({
    id: "message-1",
    shape: "moved",
    reason: "received_too_often",
    name: message.id,
  });
});

test("whatever lies in a dead-letter queue can be read, listed, added up and exported", () => {
  const odd = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.json(),
    fc
      .record({
        v: fc.constant(1),
        rejected: fc.anything(),
        series: fc.anything(),
        raw: fc.anything(),
        id: fc.anything(),
      })
      .map((value) =>
        JSON.stringify(value, (_, inner: unknown) => (typeof inner === "bigint" ? String(inner) : inner)),
      ),
    fc.base64String().map((data) => JSON.stringify({ v: 1, encoding: "gzip", data })),
  );
  fc.assert(
    fc.property(odd, fc.string(), (body, attribute) => {
      const attributes = { [LETTER_ATTRIBUTE]: { DataType: "String", StringValue: attribute } };
      const letter = readLetter(held(body, { attributes }));
      expect(JSON.parse(JSON.stringify(digestOf(letter)))).toMatchObject({ id: "message-1" });
      const pivot = new Pivot(["reason", "series", "hour", "writer"], []);
      pivot.add(letter);
      expect(pivot.table().letters).toBe(1);
      expect(openBody(exportLine(letter))).toMatchObject({ id: "message-1" });
    }),
    { numRuns: 500 },
  );
});
