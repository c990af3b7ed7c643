import fc from "fast-check";
import { expect, it } from "vitest";
import { Budget } from "./budget.ts";
import { DEFAULT_OPTIONS } from "./options.ts";

const step = fc.oneof(
  fc.record({ do: fc.constant("request" as const), tookMs: fc.nat(5_000) }, { noNullPrototype: true }),
  fc.record({ do: fc.constant("look" as const), tookMs: fc.nat(5_000) }, { noNullPrototype: true }),
  fc.record({ do: fc.constant("wait" as const), tookMs: fc.nat(20_000) }, { noNullPrototype: true }),
);

it("whatever is done in a flush, no exchange that it allows can end after the deadline", async () => {
  const bounds = { maxRequests: 7, maxLooks: 3 };
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), fc.nat(90_000), async (steps, deadlineMs) => {
      let nowMs = 0;
      const sleep = async (ms: number) => {
        nowMs += ms;
      };
      const clock = { now: () => nowMs, random: () => 0, sleep };
      const options = { ...DEFAULT_OPTIONS, ...bounds };
      const budget = new Budget(clock, deadlineMs, options);
      const done = { request: 0, look: 0 };
      for (const { do: what, tookMs } of steps) {
        if (what === "wait") {
          await budget.wait(tookMs);
          continue;
        }
        if (!(what === "request" ? budget.takeRequest() : budget.takeLook())) continue;
        done[what]++;
        nowMs += tookMs;
        expect(nowMs + options.settleReserveMs).toBeLessThanOrEqual(deadlineMs);
      }
      expect(done.request).toBeLessThanOrEqual(bounds.maxRequests);
      expect(done.look).toBeLessThanOrEqual(bounds.maxLooks);
    }),
  );
});
