import { systemClock } from "@penstock/model";
import { expect, test } from "vitest";
import { BusyError, Jobs } from "./jobs.ts";

/** A work that ends when it is told to, or cancelled. */
function slowWork() {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const work = (_: unknown, signal: AbortSignal): Promise<void> => {
    signal.addEventListener("abort", () => resolve());
    return promise;
  };
  return { work, finish: resolve, fail: reject };
}

test("one job at a time has the letters in hand; the doctor does not touch them", async () => {
  const jobs = new Jobs(systemClock);
  const first = slowWork();
  const { id } = jobs.start("look", first.work);
  expect(() => jobs.start("replay", async () => undefined)).toThrow(BusyError);
  const doctor = jobs.start("doctor", async (tell) => tell({ checks: [] }));
  await expect.poll(() => jobs.get(doctor.id)?.state).toBe("done");
  expect(jobs.running(false)?.id).toBe(id);
  first.finish();
  await expect.poll(() => jobs.get(id)?.state).toBe("done");
  jobs.start("replay", async () => undefined);
});

test("a job says how far it is, and how it ended", async () => {
  const jobs = new Jobs(systemClock);
  const slow = slowWork();
  const { id } = jobs.start("look", (tell, signal) => {
    tell({ seen: 7, total: 10 });
    return slow.work(tell, signal);
  });
  expect(jobs.get(id)).toMatchObject({ state: "running", seen: 7, total: 10, endedMs: undefined });
  slow.fail(new Error("The queue is gone"));
  await expect.poll(() => jobs.get(id)).toMatchObject({ state: "failed", error: "The queue is gone" });
  expect(jobs.get(id)!.endedMs).toBeDefined();
});

test("cancelled and closed, a job finishes what it has in hand first", async () => {
  const jobs = new Jobs(systemClock);
  const one = jobs.start("look", slowWork().work);
  jobs.cancel(one.id);
  await expect.poll(() => jobs.get(one.id)?.state).toBe("cancelled");
  const other = jobs.start("drop", slowWork().work);
  await jobs.close();
  expect(jobs.get(other.id)?.state).toBe("cancelled");
});

test("what is remembered of ended jobs is bounded, and is of the newest", async () => {
  const jobs = new Jobs(systemClock);
  const ids: string[] = [];
  for (let i = 0; i < 60; i++) {
    const { id } = jobs.start("look", async (tell) => tell({ seen: i }));
    ids.push(id);
    await expect.poll(() => jobs.get(id)?.state, { interval: 1 }).toBe("done");
  }
  const known = ids.filter((id) => jobs.get(id) !== undefined);
  expect(known.length).toBeLessThan(30);
  expect(known).toEqual(ids.slice(-known.length));
  expect(jobs.get(ids.at(-1)!)).toMatchObject({ seen: 59 });
});
