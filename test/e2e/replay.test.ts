import { fileURLToPath } from "node:url";
import { AMP_RULES, LocalReceiver, receiverPort } from "@penstock/local";
import type { Receiver } from "@penstock/model";
import { createReceiver, receiverUrls } from "@penstock/remote-write";
import { describe, expect, it } from "vitest";
import { type ReplayOptions, replay } from "../../packages/cli/src/replay/replay.ts";
import { describePrometheus, startPrometheus } from "../prometheus.ts";

const DATA = fileURLToPath(new URL("../data/cloudfront", import.meta.url));
/** What the files say (test/data/README.md). */
const TRUTH = { 200: 9125, 206: 45, 301: 164, 304: 445, 403: 2, 404: 213, 416: 2, 500: 3 };

const cortex =
  (outOfOrderWindowMs: number) =>
  (now: () => number): Receiver =>
    receiverPort(new LocalReceiver({ now, rules: { ...AMP_RULES, engine: "cortex", outOfOrderWindowMs } }));

function run(receiver: ReplayOptions["receiver"], trouble: Pick<ReplayOptions, "redeliver" | "crash" | "seed">) {
  return replay(DATA, { receiver, lanes: 10, onProgress: () => undefined, ...trouble });
}

/** A replay takes ten seconds of a processor, and on a busy machine it has a small share of one. */
const TIMEOUT_MS = 300_000;

describe("the bundled traffic, each file with its true delay", { timeout: TIMEOUT_MS }, () => {
  it("is stored to the last request, one look and one write for a batch, none refused", async () => {
    const account = await run(cortex(600_000), { redeliver: 0, crash: 0, seed: 1 });
    expect(countsOf(account)).toEqual(TRUTH);
    expect(account).toMatchObject({ balanced: true, refusals: 0, deadLetters: 0, leftInQueue: 0 });
    expect(account.writeRequests).toBe(account.batches);
    expect(account.looks).toBe(account.batches);
  });

  it.each([0, 60_000, 600_000])(
    "counts the same with a window of %i ms when consumers die and batches come twice",
    async (windowMs) => {
      const account = await run(cortex(windowMs), { redeliver: 0.1, crash: 0.3, seed: windowMs + 7 });
      expect(account.crashes).toBeGreaterThan(0);
      expect(account.redeliveries).toBeGreaterThan(0);
      expect(countsOf(account)).toEqual(TRUTH);
      expect(account).toMatchObject({ balanced: true, refusals: 0 });
    },
  );
});

describePrometheus("the bundled traffic in a real Prometheus", () => {
  it("counts the same when consumers die and batches come twice", { timeout: TIMEOUT_MS }, async () => {
    const prometheus = await startPrometheus({ flags: ["--storage.tsdb.retention.time=100y"] });
    try {
      const { writeUrl, queryUrl } = receiverUrls({ url: prometheus.url });
      const receiver = createReceiver({ writeUrl, ...(queryUrl === undefined ? {} : { queryUrl }) });
      const account = await run(() => receiver, { redeliver: 0.1, crash: 0.3, seed: 3 });
      expect(countsOf(account)).toEqual(TRUTH);
      expect(account).toMatchObject({ balanced: true, refusals: 0 });
    } finally {
      await prometheus.stop();
    }
  });
});

function countsOf(account: { byStatus: Readonly<Record<string, { stored: number }>> }): Record<string, number> {
  return Object.fromEntries(Object.entries(account.byStatus).map(([status, { stored }]) => [status, stored]));
}
