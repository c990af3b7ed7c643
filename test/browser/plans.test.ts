import { startConsole } from "@penstock/console";
import { describe, expect } from "vitest";
import type { DropPlan, Job, ReplayPlan } from "../../packages/console/src/api.ts";
import { PageClient } from "./http.ts";
import type { Scene } from "./scene.ts";
import { test } from "./stage.ts";

const BAD = { __name__: "x_total", "bad-name": "x" };
const REPLAY: ReplayPlan = { selector: "", restamp: false, relabel: [], unnamed: false, reach: "front" };
const DROP: DropPlan = { selector: "", reach: "front" };

/** Dead letters of one group. */
async function bury(scene: Scene, count: number): Promise<void> {
  for (let i = 0; i < count; i++) await scene.send(BAD, [[Date.now(), 1]]);
  await scene.settled();
}

function dead({ local }: Scene): number {
  const { visible, inFlight } = local.inspect().deadLetters;
  return visible + inFlight;
}

/** SQS tells its clock to the second: what comes within the same one may have been there. */
const CLOCK_MS = 2_100;

// Each has a pipeline of its own, and most of its time is waiting: they run beside each other.
describe.concurrent("what was previewed is what is done", () => {
  test("letters that came since the preview stay", async ({ scene, client: page }) => {
    await bury(scene, 3);
    const preview = await page.run("preview/drop", DROP);
    expect(preview.drop?.report).toMatchObject({ dropped: 3 });
    await new Promise((resolve) => setTimeout(resolve, CLOCK_MS));
    await bury(scene, 2);
    const drop = await page.run(`jobs/${preview.id}/confirm`, { letters: 3 });
    expect(drop.drop?.report).toMatchObject({ dropped: 3 });
    expect(dead(scene)).toBe(2);
  });

  test("letters that came while the preview ran, and were not counted, stay too", async ({ scene }) => {
    await bury(scene, 3);
    const { deadLetters, ...sources } = scene.sources;
    let isFirst = true;
    const slow: typeof deadLetters = {
      ...deadLetters,
      async receive(options) {
        if (isFirst) {
          isFirst = false;
          await new Promise((resolve) => setTimeout(resolve, CLOCK_MS));
          await scene.send({ ...BAD, late: "1" }, [[Date.now(), 1]]);
          await scene.settled();
        }
        return deadLetters.receive(options);
      },
    };
    const served = await startConsole({ sources: { ...sources, deadLetters: slow } });
    const other = await PageClient.open(served);
    const preview = await other.run("preview/drop", { ...DROP, reach: "all" });
    expect(preview.drop?.report).toMatchObject({ dropped: 3 });
    await other.run(`jobs/${preview.id}/confirm`, { letters: 3 });
    await served.close();
    expect(dead(scene)).toBe(1);
  });

  test("letters that a look turned over since the preview are no later for it", async ({ scene, client: page }) => {
    await bury(scene, 13);
    const preview = await page.run("preview/drop", { ...DROP, reach: "all" });
    expect(preview.drop?.report).toMatchObject({ dropped: 13 });
    await new Promise((resolve) => setTimeout(resolve, CLOCK_MS));
    await page.run("look", { reach: "all" });
    await page.run(`jobs/${preview.id}/confirm`, { letters: 13 });
    expect(dead(scene)).toBe(0);
  });

  test("only once, only as it was counted, and only when there was one", async ({ scene, client: page }) => {
    await bury(scene, 2);
    const preview = await page.run("preview/drop", DROP);
    await expect(page.run(`jobs/${preview.id}/confirm`, { letters: 1 })).rejects.toThrow(/409: .*to be 2/);
    expect(dead(scene)).toBe(2);
    await page.run(`jobs/${preview.id}/confirm`, { letters: 2 });
    expect(dead(scene)).toBe(0);
    await expect(page.run(`jobs/${preview.id}/confirm`, { letters: 2 })).rejects.toThrow(/409: /);
    await expect(page.run("jobs/nothing/confirm", { letters: 0 })).rejects.toThrow(/409: /);
    const look = await page.run("look", { reach: "front" });
    await expect(page.run(`jobs/${look.id}/confirm`, { letters: 0 })).rejects.toThrow(/409: /);
  });

  test("nobody drops letters that were not counted", async ({ scene, client: page }) => {
    await bury(scene, 13);
    const front = await page.run("preview/drop", DROP);
    expect(front.drop?.report).toMatchObject({ dropped: 10, sweep: { hidden: 3 } });
    await expect(page.run(`jobs/${front.id}/confirm`, { letters: 10 })).rejects.toThrow(/409: .*all letters/);
    const all = await page.run("preview/drop", { ...DROP, reach: "all" });
    await page.run(`jobs/${all.id}/confirm`, { letters: 13 });
    expect(dead(scene)).toBe(0);
  });

  test("a preview changes nothing, and a replay keeps to its rules", async ({ scene, client: page }) => {
    await bury(scene, 2);
    const relabel = [
      { source_labels: ["bad-name"], target_label: "good" },
      { action: "labeldrop", regex: "bad-name" },
    ] as const;
    const preview = await page.run("preview/replay", { ...REPLAY, relabel });
    expect(preview.replay?.report).toMatchObject({ replayed: 2, samples: 2, hopeless: {} });
    expect(dead(scene)).toBe(2);
    const replay = await page.run(`jobs/${preview.id}/confirm`, { letters: 2 });
    expect(replay.replay).toMatchObject({ plan: { relabel }, report: { replayed: 2 } });
    await scene.settled();
    expect(dead(scene)).toBe(0);
    expect(scene.book.books()).toMatchObject({ stored: 2, rejected: { label_invalid: 2 }, received: 4 });
  });
});

test.concurrent("a preview that was cancelled says nothing, and cannot be carried out", async ({
  scene,
  client: page,
}) => {
  await bury(scene, 2);
  const { id } = await page.post<Job>("preview/drop", DROP);
  await page.post(`jobs/${id}/cancel`, {});
  await expect.poll(() => page.get<Job>(`jobs/${id}`), { timeout: 10_000 }).toMatchObject({ state: "cancelled" });
  expect((await page.get<Job>(`jobs/${id}`)).drop?.report).toBeUndefined();
  await expect(page.run(`jobs/${id}/confirm`, { letters: 2 })).rejects.toThrow(/409: /);
});

test.concurrent("while a replay has the letters in hand no look may take them; cancelled, it gives back what it did not send", async ({
  scene,
  client: page,
}) => {
  await bury(scene, 5);
  const preview = await page.run("preview/replay", { ...REPLAY, rate: 1 });
  const { id } = await page.post<{ id: string }>(`jobs/${preview.id}/confirm`, { letters: 5 });
  for (const other of ["look", "letters/x/body"]) {
    await expect(page.run(other, { reach: "front" })).rejects.toThrow(/409: A replay is under way/);
  }
  await page.post(`jobs/${id}/cancel`, {});
  await expect.poll(() => page.get<Job>(`jobs/${id}`), { timeout: 10_000 }).toMatchObject({ state: "cancelled" });
  const { replay } = await page.get<Job>(`jobs/${id}`);
  await scene.settled();
  // What was sent back is refused again, for nothing was mended.
  expect(replay?.report?.replayed).toBeLessThan(5);
  expect(dead(scene)).toBe(5);
  expect(scene.local.inspect().deadLetters.inFlight).toBe(0);
});
