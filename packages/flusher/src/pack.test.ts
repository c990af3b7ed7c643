import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { START_MS, World } from "../test/world.ts";
import { type Sample, samplesOf } from "./batch.ts";
import { DEFAULT_OPTIONS } from "./options.ts";
import { type Chain, pack } from "./pack.ts";
import { readBatch } from "./read.ts";

const message = fc.record(
  {
    group: fc.nat(3),
    kind: fc.constantFrom("delta" as const, "gauge" as const),
    samples: fc.array(fc.nat(20), { minLength: 1, maxLength: 60 }),
  },
  { noNullPrototype: true },
);
const batch = fc.array(message, { minLength: 1, maxLength: 8 });
const limits = fc.record(
  { maxSamplesPerRequest: fc.integer({ min: 1, max: 200 }), maxRequestBytes: fc.integer({ min: 2_000, max: 100_000 }) },
  { noNullPrototype: true },
);

describe("requests", () => {
  it("hold every sample once, within their limits", () => {
    fc.assert(
      fc.property(batch, limits, (messages, bounds) => {
        const samples = read(messages);
        const chains = pack(samples, { ...DEFAULT_OPTIONS, ...bounds });
        expect(new Set(chains.flat(2))).toEqual(new Set(samples));
        expect(chains.flat(2)).toHaveLength(samples.length);
        for (const unit of chains.flat()) expect(unit.length).toBeLessThanOrEqual(bounds.maxSamplesPerRequest);
      }),
    );
  });

  it("that are in flight at once hold no series in common", () => {
    fc.assert(
      fc.property(batch, limits, (messages, bounds) => {
        const chains = pack(read(messages), { ...DEFAULT_OPTIONS, ...bounds });
        expect(sharedBetween(chains, ({ series }) => series)).toEqual([]);
      }),
    );
  });

  it("run one after the other without a group label: two groups may then hold one series at the receiver", () => {
    fc.assert(
      fc.property(batch, limits, (messages, bounds) => {
        const chains = pack(read(messages), { ...DEFAULT_OPTIONS, ...bounds, groupLabel: "" });
        expect(chains).toHaveLength(1);
      }),
    );
  });

  it("take whole parts: while a part fits in a request, none is torn", () => {
    fc.assert(
      fc.property(batch, (messages) => {
        const deltas = messages.map((one) => ({ ...one, kind: "delta" as const }));
        const units = pack(read(deltas), { ...DEFAULT_OPTIONS, maxSamplesPerRequest: 60 }).flat();
        expect(
          sharedBetween(
            units.map((unit) => [unit]),
            ({ part }) => part,
          ),
        ).toEqual([]);
      }),
    );
  });

  it("are as few as can be: a batch that fits in one is one", () => {
    fc.assert(
      fc.property(batch, (messages) => {
        expect(pack(read(messages), DEFAULT_OPTIONS).flat()).toHaveLength(1);
      }),
    );
  });
});

/** What stands in more than one of these chains. */
function sharedBetween<T>(chains: readonly Chain[], of: (sample: Sample) => T): T[] {
  const seen = chains.flatMap((chain) => [...new Set(chain.flat().map(of))]);
  return seen.filter((one, i) => seen.indexOf(one) !== i);
}

function read(messages: readonly { group: number; kind: "delta" | "gauge"; samples: readonly number[] }[]): Sample[] {
  const world = new World();
  const records = messages.map(({ group, kind, samples }) => {
    const series = samples.map((s, i) => ({
      metric: { __name__: "m", s: `${group}-${s}` },
      timestamps: [START_MS + i],
      values: [i],
    }));
    return world.record({ kind, series }, { group: `g${group}` });
  });
  return readBatch(records, {}, 1_000_000).flatMap(samplesOf);
}
