import type { WriteSeries } from "@penstock/model";
import { describe, expect, it } from "vitest";
import { AMP, answered, PROMETHEUS, run, START_MS, World } from "../test/world.ts";

/** What becomes of a request that was not taken, by the kind of its answer: the table of verdicts, row by row. */
describe("a request that is too large", () => {
  it.each([
    [413, ""],
    [400, "received message larger than max (2000000 vs 1048576)"],
  ])("is halved until its pieces are taken (%i)", async (status, body) => {
    const world = new World();
    world.between.write = (series) => (countOf(series) > 40 ? answered(status, body) : undefined);
    const { report } = await world.flush([world.record({ series: [run("a", 100), run("b", 60)] })]);
    expect(report).toMatchObject({ received: 160, stored: 160, rejected: {}, returned: 0 });
    expect(world.stored("a").map(([, value]) => value)).toEqual(run("a", 100).values);
    expect(world.reads).toBe(1);
  });

  it("is a reject when one sample alone is too large, and holds up no other", async () => {
    const world = new World();
    world.between.write = (series) =>
      series.some(({ labels }) => labels.some(([, value]) => value === "huge")) ? answered(413) : undefined;
    const { report, settlements } = await world.flush([world.record({ series: [run("a", 5), run("huge", 1)] })]);
    expect(report).toMatchObject({ stored: 5, rejected: { series_too_large: 1 } });
    expect(settlements).toEqual([{ status: "fulfilled" }]);
  });
});

describe("a receiver that throttles", () => {
  it("is asked again when Retry-After says, with the same samples for the same lanes", async () => {
    const world = new World();
    const answers = [answered(429, "slow down", 7_000), answered(429, "slow down", 3_000)];
    world.between.write = () => answers.shift();
    const { report } = await world.flush([world.record({ series: [run("a", 3)] })]);
    expect(report).toMatchObject({ stored: 3, returned: 0 });
    expect(world.writes.map(({ atMs }) => atMs - START_MS)).toEqual([0, 7_000, 10_000]);
    expect(world.writes[2]!.series).toEqual(world.writes[0]!.series);
    expect(world.stored("a")).toHaveLength(3);
  });

  it("gets its samples back in the queue when Retry-After is beyond the deadline", async () => {
    const world = new World();
    world.between.write = () => answered(429, "slow down", 3_600_000);
    const { report, settlements } = await world.flush([world.record({ series: [run("a", 3)] })]);
    expect(report).toMatchObject({ stored: 0, returned: 3, rejected: {} });
    expect(settlements[0]!.status).toBe("returned");
    expect(world.writes).toHaveLength(1);
  });

  it("is sent no more samples at a time than its ingestion rate, once it says so", async () => {
    const world = new World();
    const words = "ingestion rate limit (25) exceeded while adding 160 samples and 0 metadata";
    world.between.write = (series) => (countOf(series) > 25 ? answered(429, words) : undefined);
    const { report } = await world.flush([world.record({ series: [run("a", 100), run("b", 60)] })]);
    expect(report).toMatchObject({ stored: 160, returned: 0 });
    expect(world.writes.slice(1).every(({ samples }) => samples <= 25)).toBe(true);
  });
});

describe("an answer that tells nothing", () => {
  it.each([
    ["500 after the commit", answered(500, "context deadline exceeded")],
    ["no answer after the commit", { kind: "unanswered", detail: "reset" } as const],
    ["503 after the commit", answered(503)],
    ["408 after the commit", answered(408)],
  ])("sends the same samples to the same lanes, so that nothing is stored twice: %s", async (_, lost) => {
    const world = new World();
    let first = true;
    world.between.write = (series) => {
      if (!first) return undefined;
      first = false;
      world.local.write(series);
      return lost;
    };
    const { report } = await world.flush([world.record({ series: [run("a", 4)] })]);
    expect(report).toMatchObject({ stored: 4, returned: 0, rejected: {} });
    expect(world.stored("a")).toHaveLength(4);
  });

  it("gives the samples back after a bounded number of attempts", async () => {
    const world = new World();
    world.between.write = () => answered(503);
    const { report } = await world.flush([world.record({ series: [run("a", 4)] })], { maxAttempts: 4 });
    expect(report).toMatchObject({ stored: 0, returned: 4, rejected: {} });
    expect(world.writes).toHaveLength(4);
  });
});

describe("a refusal of our configuration", () => {
  it.each([401, 403, 404, 415])("keeps every sample, says so, and asks no further (%i)", async (status) => {
    const world = new World();
    world.between.write = () => answered(status, "no");
    const groups = ["g1", "g2", "g3"].map((group) => world.record({ series: [run(group, 2_000)] }, { group }));
    const { report } = await world.flush(groups, { maxRequestsInFlight: 1, maxSamplesPerRequest: 1_000 });
    expect(report).toMatchObject({ stored: 0, returned: 6_000, rejected: {} });
    expect(report.warnings.join()).toContain(`HTTP ${status} no`);
    expect(world.writes).toHaveLength(1);
  });
});

describe("a receiver with a rule of its own", () => {
  it("that keeps one replica: the other's samples are rejects that say so, the rest is stored", async () => {
    const world = new World();
    const replica = (name: string) => run(name, 2, { cluster: "c", __replica__: name });
    await world.flush([world.record({ series: [replica("first")] })]);
    const { report } = await world.flush([world.record({ series: [replica("second"), run("plain", 1)] })]);
    expect(report).toMatchObject({ stored: 1, rejected: { ha_replica_not_elected: 2 }, returned: 0 });
    expect(world.stored("plain")).toHaveLength(1);
  });

  it("that limits series: what is over the limit is rejected by that name, the rest is stored", async () => {
    const world = new World({ ...AMP, engine: "cortex", maxSeriesPerMetric: 2 });
    const series = ["1", "2", "3", "4"].map((s) => run("m", 2, { s }));
    const { report } = await world.flush([world.record({ series: [...series, run("other", 1)] })]);
    expect(report).toMatchObject({ stored: 5, rejected: { per_metric_series_limit: 4 }, returned: 0 });
  });

  it("that answers a sample below its floor with 500: it is a reject, or restamped, and its neighbours are stored", async () => {
    const world = new World({ ...PROMETHEUS, engine: "prometheus", outOfOrderWindowMs: 60_000 });
    await world.flush([world.record({ series: [run("new", 1)] })]);
    world.nowMs += 30 * 60_000;
    world.local.write([{ labels: [["__name__", "ahead"]], timestamps: [world.nowMs + 50 * 60_000], values: [1] }]);
    const late = { metric: { __name__: "late" }, timestamps: [START_MS], values: [7] };
    const now = { metric: { __name__: "now" }, timestamps: [world.nowMs], values: [8] };
    const sentAtMs = world.nowMs;
    const { report } = await world.flush([
      world.record({ series: [late, now] }),
      world.record({ late: "restamp", series: [{ ...late, values: [9] }] }),
    ]);
    expect(report).toMatchObject({ stored: 2, restamped: 1, returned: 0, rejected: { "sample-too-old": 1 } });
    expect(world.stored("now")).toEqual([[sentAtMs, 8]]);
    expect(world.stored("late")).toEqual([[sentAtMs, 9]]);
  });

  it("that never says why: the one it means is found by halving, and no other is lost", async () => {
    const world = new World();
    world.between.write = (series) => {
      const bad = series.some(({ values }) => values.includes(13));
      if (!bad) return undefined;
      world.local.write(series.filter(({ values }) => !values.includes(13)));
      return answered(400, "");
    };
    const series = Array.from({ length: 20 }, (_, i) => ({
      metric: { __name__: "m", s: String(i) },
      timestamps: [START_MS],
      values: [i],
    }));
    const { report } = await world.flush([world.record({ series })]);
    expect(report).toMatchObject({ stored: 19, rejected: { refused: 1 }, returned: 0 });
    expect(
      world
        .stored("m")
        .map(([, value]) => value)
        .sort((a, b) => a - b),
    ).toEqual(Array.from({ length: 20 }, (_, i) => i).filter((value) => value !== 13));
  });
});

describe("a refusal that was about something the look did not see", () => {
  it("moves a delta to another lane, when it is behind what stands further ahead than receivers allow", async () => {
    const world = new World(PROMETHEUS);
    const labels: [string, string][] = [
      ["__name__", "m"],
      ["_group", "g1"],
      ["_unique_id", "1"],
    ];
    world.local.write([{ labels, timestamps: [START_MS + 40 * 60_000], values: [1] }]);
    const { report } = await world.flush([world.record({ series: [run("m", 2)] })]);
    expect(report).toMatchObject({ stored: 2, rejected: {}, returned: 0 });
    expect(world.stored("m")).toHaveLength(3);
  });

  it("is tried with a restamp when the receiver gave no reason, for it may have been too old", async () => {
    const world = new World();
    const own = START_MS - 50 * 60_000;
    world.between.write = (series) =>
      series.some(({ timestamps }) => timestamps.includes(own)) ? answered(400, "") : undefined;
    const series = [{ metric: { __name__: "m" }, timestamps: [own], values: [1] }];
    const { report } = await world.flush([world.record({ late: "restamp", series })]);
    expect(report).toMatchObject({ stored: 1, restamped: 1, rejected: {} });
    expect(world.stored("m")).toEqual([[START_MS, 1]]);
  });

  it("is not held against a bystander that fell twice beside samples that had something in their way", async () => {
    const world = new World(PROMETHEUS);
    let writes = 0;
    world.between.write = () => {
      if (++writes > 2) return undefined;
      const labels: [string, string][] = [
        ["__name__", "raced"],
        ["_group", "g1"],
        ["_unique_id", String(writes)],
      ];
      world.local.write([{ labels, timestamps: [START_MS + 1_000], values: [9] }]);
      return answered(400, "");
    };
    const { report } = await world.flush([world.record({ series: [run("raced", 1), run("bystander", 1)] })]);
    expect(report).toMatchObject({ stored: 2, rejected: {}, laneMoves: 2 });
  });

  it("leaves a receipt out that the receiver takes at no time, and the report counts that", async () => {
    const world = new World();
    const words =
      'err: out of bounds. timestamp=2026-11-24T00:00:00Z, series={__name__="penstock_receipt", _group="g1"}';
    world.between.write = (series) => (series.some(isReceipt) ? answered(400, words) : undefined);
    const { report } = await world.flush([world.record({ series: [run("m", 2)] })]);
    expect(report).toMatchObject({ stored: 2, receiptsMissing: 1, rejected: {}, returned: 0 });
  });

  it.each([
    ["all falls with the receipt, and goes with a later one", PROMETHEUS, 0],
    ["only the receipt falls, and the report counts it", AMP, 1],
  ])("may be about a receipt, at whose time another consumer wrote one: %s", async (_, rules, receiptsMissing) => {
    const world = new World(rules);
    let raced = false;
    world.between.write = (series) => {
      if (raced) return undefined;
      raced = true;
      const receipt = series.find(isReceipt)!;
      world.local.write([{ ...receipt, values: [2 ** 52] }]);
      return undefined;
    };
    const record = world.record({ series: [run("m", 2)] });
    const { report } = await world.flush([record]);
    expect(report).toMatchObject({ stored: 2, receiptsMissing, rejected: {}, returned: 0 });
    expect(report.warnings).toHaveLength(receiptsMissing);
    if (receiptsMissing === 0) expect((await world.flush([record])).report).toMatchObject({ duplicate: 2, stored: 0 });
  });
});

function countOf(series: readonly { timestamps: readonly number[] }[]): number {
  return series.reduce((sum, { timestamps }) => sum + timestamps.length, 0);
}

function isReceipt({ labels }: WriteSeries): boolean {
  return labels.some(([, value]) => value === "penstock_receipt");
}
