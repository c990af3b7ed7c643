import { fileURLToPath } from "node:url";
import { AMP_RULES, LocalReceiver, receiverPort } from "@penstock/local";
import { createReceiver, receiverUrls } from "@penstock/remote-write";
import { describe, expect, it } from "vitest";
import { type ReplayOptions, replay } from "../../packages/cli/src/replay/replay.ts";
import { describePrometheus, startPrometheus } from "../prometheus.ts";

const DATA = fileURLToPath(new URL("../data/cloudfront", import.meta.url));
/** What the files say (test/data/README.md). */
const TRUTH = { 200: 9125, 206: 45, 301: 164, 304: 445, 403: 2, 404: 213, 416: 2, 500: 3 };

/** The whole traffic, on a machine that may be busy. */
const TIMEOUT_MS = 240_000;
const TROUBLE = { redeliver: 0.1, crash: 0.3, announceTwice: 0.2 };

function run(receiver: ReplayOptions["receiver"], windowMs: number) {
  return replay(DATA, { receiver, lanes: 10, seed: windowMs + 7, windowMs, onProgress: () => undefined, ...TROUBLE });
}

function expectExact(account: Awaited<ReturnType<typeof replay>>): void {
  expect(countsOf(account)).toEqual(TRUTH);
  expect(account).toMatchObject({ balanced: true, deadLetters: 0, refusals: 0 });
  expect(account.crashes).toBeGreaterThan(0);
  expect(account.redeliveries).toBeGreaterThan(0);
  expect(account.announcedTwice).toBeGreaterThan(200);
}

describe("the bundled traffic, each file with its true delay, counts once when consumers die, batches come twice and files are announced twice", () => {
  it.each([
    { outOfOrderWindowMs: 0, windowMs: 0 },
    { outOfOrderWindowMs: 60_000, windowMs: 60_000 },
    { outOfOrderWindowMs: 600_000, windowMs: 300_000 },
  ])(
    "out-of-order window $outOfOrderWindowMs ms, batching window $windowMs ms",
    { timeout: TIMEOUT_MS },
    async (windows) => {
      const { outOfOrderWindowMs, windowMs } = windows;
      const rules = { ...AMP_RULES, engine: "cortex", outOfOrderWindowMs } as const;
      expectExact(await run((now) => receiverPort(new LocalReceiver({ now, rules })), windowMs));
    },
  );
});

describePrometheus("the bundled traffic in a real Prometheus", () => {
  it("counts the same", { timeout: TIMEOUT_MS }, async () => {
    const prometheus = await startPrometheus({ flags: ["--storage.tsdb.retention.time=100y"] });
    try {
      const { writeUrl, queryUrl } = receiverUrls({ url: prometheus.url });
      const receiver = createReceiver({ writeUrl, ...(queryUrl === undefined ? {} : { queryUrl }) });
      expectExact(await run(() => receiver, 120_000));
    } finally {
      await prometheus.stop();
    }
  });
});

function countsOf(account: { byStatus: Readonly<Record<string, { stored: number }>> }): Record<string, number> {
  return Object.fromEntries(Object.entries(account.byStatus).map(([status, { stored }]) => [status, stored]));
}
