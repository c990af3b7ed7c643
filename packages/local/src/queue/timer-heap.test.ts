import fc from "fast-check";
import { expect, test } from "vitest";
import { type Timed, TimerHeap } from "./timer-heap.ts";

test("what falls due first is first, whatever was re-timed or taken out", () => {
  const time = fc.integer({ min: 0, max: 20 });
  const change = fc.record({ item: fc.nat({ max: 15 }), dueMs: fc.option(time, { nil: undefined }) });
  fc.assert(
    fc.property(fc.array(change, { maxLength: 100, size: "max" }), (changes) => {
      const heap = new TimerHeap<Timed>();
      const items = Array.from({ length: 16 }, (): Timed => ({ dueMs: 0, slot: -1 }));
      const inside = new Set<Timed>();
      for (const { item, dueMs } of changes) {
        const timed = items[item]!;
        if (dueMs === undefined) heap.remove(timed);
        else heap.set(timed, dueMs);
        if (dueMs === undefined) inside.delete(timed);
        else inside.add(timed);
        expect(heap.size).toBe(inside.size);
        const times = [...inside].map((one) => one.dueMs);
        expect(heap.first?.dueMs).toBe(times.length > 0 ? Math.min(...times) : undefined);
      }
    }),
  );
});
