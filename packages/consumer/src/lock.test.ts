import { expect, test } from "vitest";
import { sqsRecord } from "../test/records.ts";
import { LOCK_MARGIN_MS, lockEndMs, receivedAtMs } from "./lock.ts";

const SENT = 1_795_475_070_000;
const record = (receiveCount: number, firstReceivedAtMs: number) => {
  const whole = sqsRecord({ messageId: "m", body: "", group: "g", deduplicationId: "d", sentAtMs: SENT, receiveCount });
  return { ...whole, attributes: { ...whole.attributes, ApproximateFirstReceiveTimestamp: String(firstReceivedAtMs) } };
};

test("a batch that Lambda held back has less of its lock left", () => {
  const now = SENT + 100_000;
  expect(receivedAtMs([record(3, SENT), record(1, SENT + 80_000)], now)).toBe(SENT + 80_000);
  expect(lockEndMs(SENT + 80_000, 30_000)).toBe(SENT + 110_000 - LOCK_MARGIN_MS);
});

test("a batch of redeliveries was received now, as far as anyone can tell", () => {
  expect(receivedAtMs([record(2, SENT), record(7, SENT)], SENT + 500)).toBe(SENT + 500);
  expect(receivedAtMs([], SENT)).toBe(SENT);
});

test("a clock behind SQS's does not lengthen the lock", () => {
  expect(receivedAtMs([record(1, SENT + 60_000)], SENT)).toBe(SENT);
});
