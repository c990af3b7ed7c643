import { fileURLToPath } from "node:url";
import { AMP_RULES, LocalReceiver, receiverPort } from "@penstock/local";
import { expect, test } from "vitest";
import { replay } from "../../packages/cli/src/replay/replay.ts";

const DATA = fileURLToPath(new URL("../data/cloudfront", import.meta.url));

/** Nothing dies, nothing comes twice: what is left is how late the files are. */
function run(windowMs: number, groups: number) {
  return replay(DATA, {
    receiver: (now) => receiverPort(new LocalReceiver({ now, rules: { ...AMP_RULES, engine: "cortex" } })),
    lanes: 10,
    seed: 5,
    windowMs,
    groups,
    redeliver: 0,
    crash: 0,
    onProgress: () => undefined,
  });
}

/** Three times the whole traffic, on a machine that may be busy. */
const TIMEOUT_MS = 240_000;

test("a batching window and one group need fewer lanes, move fewer samples from their time, and cost less", {
  timeout: TIMEOUT_MS,
}, async () => {
  const apart = await run(0, 1);
  const together = await run(300_000, 1);
  const spread = await run(300_000, 64);
  for (const account of [apart, together, spread]) {
    expect(account).toMatchObject({ requests: 9_999, balanced: true, refusals: 0, deadLetters: 0, leftInQueue: 0 });
    // One look and one write for a batch, however late its files are.
    expect([account.looks, account.writeRequests]).toEqual([account.batches, account.batches]);
  }
  expect(apart.highestLane).toBe(10);
  expect(together.highestLane).toBeLessThan(8);
  expect(together.activeSeries).toBeLessThan(0.75 * apart.activeSeries);
  expect(together.restamped).toBeLessThan(0.6 * apart.restamped);
  expect(together.batches).toBeLessThan(0.5 * apart.batches);

  // With one group a batch of ten messages is ten files.
  expect(together.activeSeries).toBeLessThan(0.9 * spread.activeSeries);
  expect(together.messages).toBeLessThan(0.1 * spread.messages);
  expect(together.batches).toBeLessThan(0.3 * spread.batches);
});
