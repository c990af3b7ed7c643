import fc from "fast-check";
import { expect, test } from "vitest";
import { balance, Count, isExact } from "./ledger.ts";

function countOf(all: readonly string[]): Count {
  const count = new Count();
  for (const what of all) count.add(what);
  return count;
}

const sent = fc.array(fc.tuple(fc.constantFrom("a", "b", "c"), fc.boolean()), { minLength: 1, maxLength: 20 });

test("books are exact when each thing is in one place, and not when one is taken away, doubled or brought in", () => {
  fc.assert(
    fc.property(sent, fc.nat(), (all, drawn) => {
      const names = all.map(([name]) => name);
      const stored = all.flatMap(([name, isStored]) => (isStored ? [name] : []));
      const dead = all.flatMap(([name, isStored]) => (isStored ? [] : [name]));
      const books = { sent: countOf(names), stored: countOf(stored), dead: countOf(dead) };
      expect(isExact(balance(books))).toBe(true);

      const victim = drawn % all.length;
      const [name] = all[victim]!;
      const without = countOf(names.filter((_, i) => i !== victim));
      const more = balance({ ...books, sent: without });
      expect(more.twice.length + more.foreign.length).toBe(1);
      const less = balance({ ...books, sent: countOf([...names, name]) });
      expect(less.lost).toEqual([expect.stringContaining(`${name}: sent`)]);
      expect(balance({ ...books, stored: countOf([...stored, "other"]) }).foreign).toHaveLength(1);
    }),
  );
});
