import { type QueueEntry, systemClock } from "@penstock/model";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type SqsStub, startSqsStub } from "../test/sqs-stub.ts";
import { sqsDeadLetters } from "./dead-letters.ts";

let stub: SqsStub;
beforeEach(async () => {
  stub = await startSqsStub();
});
afterEach(() => stub.close());

const send = (letters: readonly QueueEntry[]) =>
  sqsDeadLetters(stub.client, stub.queueUrl, { ...systemClock, sleep: async () => {} }).send(letters);
const letter = (id: number, body = `{"id":${id}}`): QueueEntry => ({
  body,
  group: `g${id % 3}`,
  deduplicationId: `m-${id}`,
});

test("says of every letter whether it was taken, at its own place", async () => {
  const bad = fc.array(fc.nat(39), { maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(fc.nat(40), bad, bad, async (count, refused, shy) => {
      stub.calls.length = 0;
      const seen = new Map<string, number>();
      stub.answer = ({ MessageDeduplicationId: id }) => {
        const times = (seen.get(id) ?? 0) + 1;
        seen.set(id, times);
        const number = Number(id.slice(2));
        if (refused.includes(number)) return { Code: "InvalidMessageContents", SenderFault: true };
        if (!shy.includes(number) || times > 2) return undefined;
        return times === 1 ? { Code: "InternalError", SenderFault: false } : "silent";
      };
      const letters = Array.from({ length: count }, (_, id) => letter(id));
      const answers = await send(letters);
      expect(answers).toEqual(
        letters.map((_, id) => (refused.includes(id) ? "InvalidMessageContents: no" : undefined)),
      );
      for (const entries of stub.calls) expect(entries.length).toBeLessThanOrEqual(10);
      expect(new Set(seen.keys())).toEqual(new Set(letters.map(({ deduplicationId }) => deduplicationId)));
    }),
    { numRuns: 30 },
  );
});

test("sends body, group and deduplication id as they are", async () => {
  await send([letter(7)]);
  expect(stub.calls).toEqual([
    [{ Id: "0", MessageBody: '{"id":7}', MessageGroupId: "g1", MessageDeduplicationId: "m-7" }],
  ]);
});

test("a letter that the answer does not mention was not taken", async () => {
  stub.answer = ({ MessageGroupId }) => (MessageGroupId === "g1" ? "silent" : undefined);
  expect(await send([letter(1), letter(2)])).toEqual(["SQS did not say whether it took it", undefined]);
});

test("a call that fails as a whole fails its letters, with why", async () => {
  stub.answer = () => 400;
  expect(await send([letter(1), letter(2)])).toEqual([expect.stringMatching(/odd/), expect.stringMatching(/odd/)]);
});

test("a queue that does not answer is not waited for beyond the reserve", async () => {
  stub.answer = ({ MessageGroupId }) => (MessageGroupId === "g0" ? "hang" : undefined);
  const big = "x".repeat(600_000);
  const answers = await send([letter(0, big), letter(1, big), letter(2, big)]);
  expect(answers).toEqual([expect.stringMatching(/Abort|Timeout/i), undefined, undefined]);
});
