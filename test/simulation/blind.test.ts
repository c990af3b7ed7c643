import { flush } from "@penstock/flusher";
import { AMP_RULES, LocalReceiver, PROMETHEUS_RULES, receiverPort } from "@penstock/local";
import { type Clock, encodeMessage } from "@penstock/model";
import fc from "fast-check";
import { expect, it } from "vitest";

const NOW_MS = 1_795_475_000_000;
const clock: Clock = { now: () => NOW_MS, sleep: () => Promise.resolve(), random: () => 0.5 };
const flat = { noNullPrototype: true };

/** One writer, no trouble on the way: what docs and report call exact even for a receiver that cannot be asked. */
const batches = fc.array(
  fc.array(fc.record({ series: fc.nat(3), ageMs: fc.nat(50 * 60_000) }, flat), { minLength: 1, maxLength: 8 }),
  { minLength: 1, maxLength: 4 },
);

it.each(["cortex", "prometheus"] as const)(
  "without a query endpoint %s gets every sample once, in whatever order",
  async (engine) => {
    await fc.assert(
      fc.asyncProperty(batches, async (drawn) => {
        const rules =
          engine === "cortex" ? { ...AMP_RULES, engine, outOfOrderWindowMs: 0 } : { ...PROMETHEUS_RULES, engine };
        const local = new LocalReceiver({ now: clock.now, rules });
        const receiver = { ...receiverPort(local), read: undefined };
        const dead: string[] = [];
        let value = 0;
        for (const [i, samples] of drawn.entries()) {
          const series = samples.map(({ series, ageMs }) => ({
            metric: { __name__: "m", s: String(series) },
            timestamps: [NOW_MS - ageMs],
            values: [++value],
          }));
          const record = {
            messageId: `m${i}`,
            body: encodeMessage({ v: 1, id: `m${i}`, series }),
            group: "g1",
            deduplicationId: undefined,
            sentAtMs: NOW_MS,
            receiveCount: 1,
          };
          const deadLetters = {
            send: (letters: readonly { body: string }[]) => {
              dead.push(...letters.map(({ body }) => body));
              return Promise.resolve(letters.map(() => undefined));
            },
          };
          const { settlements, report } = await flush([record], NOW_MS + 60_000, { receiver, deadLetters, clock });
          expect(settlements).toEqual([{ status: "fulfilled" }]);
          expect(report.blind).toBe(report.stored);
        }
        const stored = local.select([{ name: "__name__", op: "=", value: "m" }]).flatMap(({ values }) => [...values]);
        expect(dead).toEqual([]);
        expect(stored.sort((a, b) => a - b)).toEqual(Array.from({ length: value }, (_, i) => i + 1));
      }),
      { numRuns: 300 },
    );
  },
);
