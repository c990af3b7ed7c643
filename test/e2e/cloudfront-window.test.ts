import { fileURLToPath } from "node:url";
import { AMP_RULES, LocalReceiver, receiverPort } from "@penstock/local";
import { expect, test } from "vitest";
import { replay } from "../../packages/cli/src/replay/replay.ts";

const DATA = fileURLToPath(new URL("../data/cloudfront", import.meta.url));
const CALM = { redeliver: 0, crash: 0, announceTwice: 0 };

function run(windowMs: number, groups: number, trouble: typeof CALM) {
  return replay(DATA, {
    receiver: (now) => receiverPort(new LocalReceiver({ now, rules: { ...AMP_RULES, engine: "cortex" } })),
    lanes: 10,
    seed: 5,
    windowMs,
    groups,
    onProgress: () => undefined,
    ...trouble,
  });
}

test("a batching window and one group need fewer lanes, move fewer samples from their time, and cost less", async () => {
  const apart = await run(0, 1, CALM);
  const together = await run(300_000, 1, CALM);
  const spread = await run(300_000, 64, CALM);
  expect([apart.balanced, together.balanced, spread.balanced]).toEqual([true, true, true]);
  expect(apart.highestLane).toBe(10);
  expect(together.highestLane).toBeLessThan(8);
  expect(together.activeSeries).toBeLessThan(0.75 * apart.activeSeries);
  expect(together.restamped).toBeLessThan(0.6 * apart.restamped);
  expect(together.batches).toBeLessThan(0.5 * apart.batches);
  expect([together.looks, together.writeRequests]).toEqual([together.batches, together.batches]);

  // With one group a batch of ten messages is ten files.
  expect(together.activeSeries).toBeLessThan(0.9 * spread.activeSeries);
  expect(together.messages).toBeLessThan(0.1 * spread.messages);
  expect(together.batches).toBeLessThan(0.3 * spread.batches);
});

test.each([0, 60_000, 300_000])(
  "with a window of %i ms every request counts once when consumers die, batches come twice and files are announced twice",
  async (windowMs) => {
    const account = await run(windowMs, 1, { redeliver: 0.1, crash: 0.3, announceTwice: 0.2 });
    expect(account).toMatchObject({ requests: 9_999, balanced: true, deadLetters: 0, refusals: 0 });
    expect(account.crashes).toBeGreaterThan(0);
    expect(account.redeliveries).toBeGreaterThan(0);
    expect(account.announcedTwice).toBeGreaterThan(200);
  },
);
