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

function countOf(series: readonly { timestamps: readonly number[] }[]): number {
  return series.reduce((sum, { timestamps }) => sum + timestamps.length, 0);
}

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
});
