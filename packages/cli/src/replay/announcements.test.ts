import fc from "fast-check";
import { expect, test } from "vitest";
import { announce, gather } from "./announcements.ts";

const deliveries = fc
  .array(fc.nat(3_600_000), { minLength: 1, maxLength: 50 })
  .map((times) => times.map((deliveredAtMs, i) => ({ deliveredAtMs, file: `${i}.gz`, requests: 1 })));

test("each announcement is heard of in one invocation, at most a window after it was made", () => {
  fc.assert(
    fc.property(deliveries, fc.nat(300_000), fc.double({ min: 0, max: 1, noNaN: true }), (files, windowMs, share) => {
      let draws = 0;
      const announcements = announce(files, share, () => (draws++ * 0.37) % 1);
      const gathered = gather(announcements, windowMs);
      expect(gathered.flatMap((invocation) => invocation.announcements)).toEqual(announcements);
      for (const { atMs, announcements: heard } of gathered) {
        for (const one of heard) expect(atMs - one.atMs).toBeLessThanOrEqual(windowMs);
        for (const one of heard) expect(one.atMs).toBeLessThanOrEqual(atMs);
      }
      expect(gathered.map(({ atMs }) => atMs)).toEqual(gathered.map(({ atMs }) => atMs).sort((a, b) => a - b));
    }),
  );
});

test("a file is announced once, or twice with the repetition behind", () => {
  fc.assert(
    fc.property(deliveries, fc.double({ min: 0, max: 1, noNaN: true }), (files, share) => {
      let draws = 0;
      const announcements = announce(files, share, () => (draws++ * 0.37) % 1);
      const firsts = announcements.filter(({ isRepeated }) => !isRepeated).map(({ file }) => file);
      expect(firsts.toSorted()).toEqual(files.map(({ file }) => file).toSorted());
      for (const { file, atMs, isRepeated } of announcements) {
        if (isRepeated) expect(atMs).toBeGreaterThanOrEqual(files.find((one) => one.file === file)!.deliveredAtMs);
      }
    }),
  );
});
