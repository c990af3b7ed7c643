import { describe, expect, it } from "vitest";
import { run, START_MS, World } from "../test/world.ts";

describe("a deadline", () => {
  it("leaves no request in flight beyond it: with too little time, everything stays in the queue", async () => {
    const world = new World();
    const { report } = await world.flush([world.record({ series: [run("a", 3)] })], {}, 5_999);
    expect(report).toMatchObject({ received: 3, stored: 0, returned: 3 });
    expect(world.writes).toHaveLength(0);
    expect(world.reads).toBe(0);
  });
});

describe("settling", () => {
  it("keeps a record whose dead letter was not taken, and every later one of its group", async () => {
    const world = new World();
    world.refuseLetters = "AccessDenied";
    const late = { metric: { __name__: "old" }, timestamps: [START_MS - 7_200_000], values: [1] };
    const records = [
      world.record({ series: [run("a", 1)] }),
      world.record({ series: [late, run("b", 2)] }),
      world.record({ series: [run("c", 3)] }),
      world.record({ series: [run("d", 4)] }, { group: "g2" }),
    ];
    const { settlements, report } = await world.flush(records);
    expect(settlements.map(({ status }) => status)).toEqual(["fulfilled", "returned", "returned", "fulfilled"]);
    expect(report).toMatchObject({ received: 11, stored: 10, returned: 1, rejected: {} });
    world.refuseLetters = undefined;
    const again = await world.flush(records.slice(1, 3));
    expect(again.report).toMatchObject({ received: 6, duplicate: 5, rejected: { greater_than_max_sample_age: 1 } });
    expect(world.reasons()).toEqual(["greater_than_max_sample_age"]);
  });

  it("returns what does not fit into one flush, untouched, and all that is behind it", async () => {
    const world = new World();
    const records = [3, 4, 5, 1].map((count, i) => world.record({ series: [run(`m${i}`, count)] }, { group: `g${i}` }));
    const first = await world.flush(records, { maxSamples: 8 });
    expect(first.settlements.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "returned", "returned"]);
    expect(first.report).toMatchObject({ received: 13, stored: 7, returned: 6 });
    const second = await world.flush(records.slice(2), { maxSamples: 2 });
    expect(second.settlements.map(({ status }) => status)).toEqual(["fulfilled", "returned"]);
  });

  it("answers in the records' own order, one for each", async () => {
    const world = new World();
    const bad = { ...world.record({ series: [] }), body: "not JSON", messageId: "bad", group: "g3" };
    const { settlements, report } = await world.flush([bad, world.record({ series: [run("a", 1)] })]);
    expect(settlements).toEqual([{ status: "fulfilled" }, { status: "fulfilled" }]);
    expect(report).toMatchObject({ received: 2, stored: 1, rejected: { message_malformed: 1 } });
    expect(JSON.parse(world.letters[0]!.body).raw).toBe("not JSON");
  });
});
