import fc from "fast-check";
import { expect, test } from "vitest";
import { fromEvent, fromMessage, isReadable } from "../../packages/consumer/src/records.ts";
import { nastyText } from "./arbitraries.ts";

const NAMES = ["MessageGroupId", "MessageDeduplicationId", "SentTimestamp", "ApproximateReceiveCount", "__proto__"];

const attributeText = fc.oneof(
  nastyText,
  fc.nat().map(String),
  fc.bigInt({ min: 0n, max: 10n ** 40n }).map(String),
  fc.constantFrom("1795475070000", "1", "01", "+1", "1e3", "0x10", " 1", "9".repeat(500)),
);
const attributes = fc.option(fc.dictionary(fc.constantFrom(...NAMES), attributeText), { nil: undefined });

test("a message's attributes are read as exact numbers, or the message as unreadable", () => {
  fc.assert(
    fc.property(nastyText, nastyText, attributes, (messageId, body, given) => {
      const fromSdk = fromMessage({ MessageId: messageId, Body: body, Attributes: given });
      const fromLambda = fromEvent({ messageId, body, attributes: given } as unknown as Parameters<
        typeof fromEvent
      >[0]);
      expect(fromLambda).toEqual(fromSdk);
      if (!isReadable(fromSdk)) {
        expect(fromSdk).toEqual({ messageId, unreadable: expect.stringMatching(/^Expected /) });
        return;
      }
      expect(fromSdk).toMatchObject({ messageId, body, group: given?.MessageGroupId });
      for (const count of [fromSdk.sentAtMs, fromSdk.receiveCount]) {
        expect(Number.isSafeInteger(count)).toBe(true);
        expect(count).toBeGreaterThan(0);
      }
    }),
    { numRuns: 2_000 },
  );
});
