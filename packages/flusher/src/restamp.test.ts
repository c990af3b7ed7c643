import { describe, expect, it } from "vitest";
import { START_MS, World } from "../test/world.ts";

describe("restamps", () => {
  it("of messages that SQS took in one millisecond all find a place, and are known again at every delivery", async () => {
    const world = new World();
    const old = START_MS - 7_200_000;
    const records = Array.from({ length: 30 }, (_, i) =>
      world.record({
        late: "restamp",
        series: [{ metric: { __name__: "m" }, timestamps: [old + i, old + i + 1], values: [i, i + 0.5] }],
      }),
    );
    for (let i = 0; i < records.length; i += 10) {
      const { report } = await world.flush(records.slice(i, i + 10), { lanes: 3 });
      expect(report).toMatchObject({ received: 20, stored: 20, restamped: 20, rejected: {} });
    }
    world.nowMs += 60_000;
    for (let i = 0; i < records.length; i += 10) {
      const announcedAgain = records.slice(i, i + 10).map((record) => ({ ...record, sentAtMs: world.nowMs }));
      const { report } = await world.flush(announcedAgain, { lanes: 3 });
      expect(report).toMatchObject({ received: 20, stored: 0, duplicate: 20, rejected: {} });
    }
    const values = world.stored("m").map(([, value]) => value);
    expect(values.sort((a, b) => a - b)).toEqual(Array.from({ length: 60 }, (_, i) => i / 2));
  });

  it("begin at the time of sending, a millisecond for each sample, whenever and however often the message is delivered", async () => {
    const world = new World();
    const sentAtMs = world.nowMs;
    const old = START_MS - 7_200_000;
    const series = [{ metric: { __name__: "m" }, timestamps: [old, old + 5, old + 9], values: [1, 2, 3] }];
    const record = world.record({ late: "restamp", series });
    world.nowMs += 30_000;
    await world.flush([{ ...record, receiveCount: 3 }]);
    expect(world.stored("m")).toEqual([
      [sentAtMs, 1],
      [sentAtMs + 1, 2],
      [sentAtMs + 2, 3],
    ]);
  });

  it("are rejected when even the latest time that receivers take is behind what stands there", async () => {
    const world = new World();
    for (const lane of ["1", "2"]) {
      const labels: [string, string][] = [
        ["__name__", "m"],
        ["_group", "g1"],
        ["_unique_id", lane],
      ];
      world.local.write([{ labels, timestamps: [START_MS + 590_000], values: [1] }]);
    }
    const series = [{ metric: { __name__: "m" }, timestamps: [START_MS], values: [2] }];
    const { report } = await world.flush([world.record({ late: "restamp", series })], { lanes: 2 });
    expect(report).toMatchObject({ stored: 0, rejected: { lanes_exhausted: 1 } });
  });
});
