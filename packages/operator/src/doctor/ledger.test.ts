import type { Clock, ReadSeries, Receiver, WriteSeries } from "@penstock/model";
import { expect, test } from "vitest";
import { examineLedger } from "./ledger.ts";

/** A receiver whose reads lag behind its writes, in virtual time. */
function laggard(lagMs: number): { receiver: Receiver; clock: Clock } {
  let nowMs = 1_795_000_000_000;
  const written: { series: WriteSeries; atMs: number }[] = [];
  const clock: Clock = {
    now: () => nowMs,
    sleep: async (ms) => {
      nowMs += ms;
    },
    random: () => 0.25,
  };
  const receiver: Receiver = {
    write: async ([series]) => {
      written.push({ series: series!, atMs: nowMs });
      return { kind: "answered", status: 200, body: "", retryAfterMs: undefined, requestId: undefined };
    },
    read: async ({ startMs, endMs }) => {
      const visible = written.filter(({ atMs }) => atMs + lagMs <= nowMs);
      const series = visible.map(({ series: { labels, timestamps, values } }): ReadSeries => {
        const inside = timestamps.flatMap((at, i) => (at >= startMs && at <= endMs ? [i] : []));
        return {
          labels: Object.fromEntries(labels),
          timestamps: inside.map((i) => timestamps[i]!),
          values: inside.map((i) => values[i]!),
        };
      });
      return { kind: "read", series, bytes: 0 };
    },
  };
  return { receiver, clock };
}

async function ledgerOf(lagMs: number) {
  const { receiver, clock } = laggard(lagMs);
  return (await examineLedger(receiver, clock)).find(({ id }) => id === "receiver.ledger");
}

test("a receiver that shows at once what it took passes", async () => {
  expect(await ledgerOf(0)).toMatchObject({ status: "PASS" });
});

test("a receiver whose reads lag is found, and by how much", async () => {
  expect(await ledgerOf(100)).toMatchObject({ status: "FAIL", seen: expect.stringContaining("0.3 s after") });
  expect(await ledgerOf(5_000)).toMatchObject({ status: "FAIL", seen: expect.stringContaining("5.0 s after") });
});

test("a query URL of another store is found, and a receiver without one", async () => {
  expect(await ledgerOf(Number.POSITIVE_INFINITY)).toMatchObject({
    status: "FAIL",
    cure: expect.stringContaining("another"),
  });
  const { receiver, clock } = laggard(0);
  expect(await examineLedger({ ...receiver, read: undefined }, clock)).toMatchObject([{ status: "FAIL" }]);
});

test("a receiver that refuses the probe is told in its own words", async () => {
  const { receiver, clock } = laggard(0);
  const write: Receiver["write"] = async () => ({
    kind: "answered",
    status: 403,
    body: "not authorized",
    retryAfterMs: undefined,
    requestId: undefined,
  });
  expect(await examineLedger({ ...receiver, write }, clock)).toMatchObject([
    { id: "receiver.write", status: "FAIL", seen: expect.stringContaining("403 not authorized") },
  ]);
});
