import { expect, test } from "vitest";
import { runChaos } from "./chaos.ts";

test("for a few seconds of kills and broken connections, every sample is in one place", async () => {
  const lines: string[] = [];
  const result = await runChaos({ seconds: 4, seed: 1, workers: 2, onProgress: (line) => lines.push(line) });
  expect(result).toMatchObject({ problems: [], balance: { lost: [], twice: [], foreign: [] }, exact: true });
  const { sent, stored, dead } = result.balance;
  expect(sent).toBe(stored + dead);
  expect(stored).toBeGreaterThan(100);
  expect(result.workerKills).toBeGreaterThan(0);
  expect(Object.keys(result.faults).length).toBeGreaterThan(3);
  expect(Object.keys(result.reasons)).toEqual(
    expect.arrayContaining(["greater_than_max_sample_age", "label_invalid", "message_malformed"]),
  );
  expect(lines.at(-1)).toMatch(/^drained within \d+ ms$/);
});

test("an interrupted run ends at once, with nothing left behind", async () => {
  const interrupted = new AbortController();
  const run = runChaos({
    seconds: 3_600,
    seed: 2,
    workers: 1,
    onProgress: () => interrupted.abort(new Error("Interrupted")),
    signal: interrupted.signal,
  });
  await expect(run).rejects.toThrow("Interrupted");
});
