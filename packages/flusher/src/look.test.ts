import { describe, expect, it } from "vitest";
import { run, World } from "../test/world.ts";

describe("a look", () => {
  it("that is too heavy is halved, by groups, names and time, until it is answered", async () => {
    const world = new World();
    const records = ["g1", "g2", "g3", "g4"].map((group) =>
      world.record({ series: [run(`m_${group}`, 3)] }, { group }),
    );
    await world.flush(records);
    let heavy = 0;
    world.between.read = ({ startMs, endMs }) => {
      if (endMs - startMs < 400_000) return undefined;
      heavy++;
      return { kind: "heavy", detail: "too many samples" };
    };
    const { report } = await world.flush(records.map((record) => ({ ...record, messageId: `${record.messageId}b` })));
    expect(heavy).toBeGreaterThan(0);
    expect(report).toMatchObject({ received: 12, duplicate: 12, stored: 0 });
  });

  it("that nobody answers keeps the deltas in the queue, and says so; gauges need none", async () => {
    const world = new World();
    world.between.read = () => ({ kind: "failed", status: 503, detail: "query frontend is down" });
    const delta = world.record({ series: [run("d", 3)] });
    const gauge = world.record({ kind: "gauge", series: [run("g", 2)] }, { group: "g2" });
    const { report, settlements } = await world.flush([delta, gauge]);
    expect(settlements.map(({ status }) => status)).toEqual(["returned", "fulfilled"]);
    expect(report).toMatchObject({ stored: 2, returned: 3 });
    expect(report.warnings.join()).toContain("query frontend is down");
    expect(world.stored("d")).toEqual([]);
  });

  it("is one for a batch of many groups and metrics", async () => {
    const world = new World();
    const records = Array.from({ length: 10 }, (_, i) =>
      world.record({ series: [run(`m${i}`, 5), run(`n${i}`, 5)] }, { group: `g${i}` }),
    );
    const { report } = await world.flush(records);
    expect(report.stored).toBe(100);
    expect(world.reads).toBe(1);
    expect(world.writes).toHaveLength(1);
  });
});
