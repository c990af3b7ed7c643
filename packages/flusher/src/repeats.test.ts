import { describe, expect, it } from "vitest";
import { run, START_MS, World } from "../test/world.ts";
import { DEFAULT_OPTIONS } from "./options.ts";

describe("a message that stands in one batch more than once", () => {
  it.each(["g1", "g2"])("counts once, and waits for its first copy (second copy in %s)", async (group) => {
    const world = new World();
    const first = world.record({ id: "m", series: [run("a", 3)] });
    const copies = [first, { ...first, messageId: "again", group }];
    const { report } = await world.flush(copies);
    expect(report).toMatchObject({ received: 6, stored: 3, duplicate: 3, returned: 0 });
    const late = world.record({
      id: "n",
      series: [run("b", 1), { ...run("old", 1), timestamps: [1_000_000_000_000] }],
    });
    world.refuseLetters = "AccessDenied";
    const { settlements } = await world.flush([late, { ...late, messageId: "late again", group }]);
    expect(settlements.map(({ status }) => status)).toEqual(["returned", "returned"]);
  });

  it("has said what any of its copies said, when a sender uses an id for more than one message", async () => {
    const world = new World();
    const record = (...names: string[]) => world.record({ id: "m", series: names.map((name) => run(name, 1)) });
    const { report } = await world.flush([record("a"), record("a", "b"), record("a", "b", "c"), record("b", "c")]);
    expect(report).toMatchObject({ received: 8, stored: 3, duplicate: 5 });
    for (const name of ["a", "b", "c"]) expect(world.stored(name)).toHaveLength(1);
  });
});

it("a message announced again under its id is known for as long as it is looked back, whatever became late meanwhile", async () => {
  for (const late of ["reject", "restamp"] as const) {
    const world = new World();
    const old = { ...run("old", 2), timestamps: [START_MS - 7_200_000, START_MS - 7_199_000] };
    const record = world.record({ late, series: [run("m", 3), ...(late === "restamp" ? [old] : [])] });
    const received = late === "restamp" ? 5 : 3;
    expect((await world.flush([record])).report).toMatchObject({ stored: received });
    world.nowMs = START_MS + DEFAULT_OPTIONS.lookBackMs - 60_000;
    const again = { ...record, messageId: "again", deduplicationId: "again", sentAtMs: world.nowMs };
    expect((await world.flush([again])).report).toMatchObject({ duplicate: received, stored: 0, rejected: {} });
  }
});
