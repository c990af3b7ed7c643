import { LocalReceiver, receiverPort, VirtualPipeline } from "@penstock/local";
import { encodeMessage, groupOf, LANE_LABEL, type Labels, type Message, seriesKey } from "@penstock/model";
import { explain } from "@penstock/operator";
import fc from "fast-check";
import { expect, test } from "vitest";

const START_MS = Date.UTC(2026, 10, 23, 12);
const MINUTE_MS = 60_000;

const metric: Labels = { __name__: "orders_total", country: "is" };
const group = groupOf(seriesKey(metric));

/** What is in each lane: `lane time`. */
function stored(receiver: LocalReceiver): Set<string> {
  const series = receiver.select([{ name: "__name__", op: "=", value: "orders_total" }]);
  return new Set(
    series.flatMap(({ labels, timestamps }) => {
      const lane = labels.find(([name]) => name === LANE_LABEL)![1];
      return Array.from(timestamps, (timestamp) => `${lane} ${timestamp}`);
    }),
  );
}

/** Ages near an hour are left out: the receiver's floor follows the newest sample of its whole workspace, which nobody else sees. */
const age = fc.oneof(
  fc.integer({ min: -20 * MINUTE_MS, max: 40 * MINUTE_MS }),
  fc.integer({ min: 61 * MINUTE_MS, max: 120 * MINUTE_MS }),
);
const message = fc.record({
  ages: fc.uniqueArray(age, { minLength: 1, maxLength: 14 }),
  kind: fc.constantFrom("delta" as const, "gauge" as const),
  late: fc.constantFrom("reject" as const, "restamp" as const),
});

test("what explain foretells of a message is what the consumer then does with it", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(message, { minLength: 1, maxLength: 4 }), async (messages) => {
      const receiver = new LocalReceiver({ now: () => pipeline.clock.now() });
      const pipeline: VirtualPipeline = new VirtualPipeline({
        startMs: START_MS,
        receiver: () => receiverPort(receiver),
        random: () => 0.5,
        redeliver: 0,
        crash: 0,
        lanes: 10,
        onReport: () => undefined,
      });
      const kind = messages[0]!.kind;
      for (const [number, { ages, late }] of messages.entries()) {
        const nowMs = pipeline.clock.now();
        const series = [{ metric, timestamps: ages.map((ms) => nowMs - ms), values: ages.map(() => 1) }];
        const said: Message = { v: 1, id: `m${number}`, kind, late, series };
        const foretold = await explain(encodeMessage(said), { nowMs, receiver: receiverPort(receiver) });
        const before = stored(receiver);
        pipeline.queue.sendOne({ body: encodeMessage(said), group, deduplicationId: `m${number}` });
        await pipeline.drain();
        const after = [...stored(receiver)].filter((place) => !before.has(place));
        const outlook = foretold.series[0]!.samples;
        const kept = outlook.filter(({ fate }) => fate !== "reject");
        expect(after.length).toBe(kept.length);
        for (const { fate, lane, timestamp } of kept)
          if (fate === "store") expect(after).toContain(`${lane} ${timestamp}`);
        pipeline.advanceTo(nowMs + MINUTE_MS);
      }
    }),
    { numRuns: 150 },
  );
});
