import { describe, expect, it } from "vitest";
import { Ledger } from "./ledger.ts";
import type { Place } from "./places.ts";
import type { Lying, Rest } from "./rest.ts";

const SENT_MS = 1_795_475_000_000;
const OLD_MS = 2 * 60 * 60_000;

/** A ledger that accepted one message of three samples, the last of them said twice in it. */
function accepted(message: object = {}) {
  const ledger = new Ledger();
  const series = [entry(-3_000, 1), entry(-2_000, 2), entry(-1_000, 3), entry(-1_000, 3)];
  const body = JSON.stringify({ v: 1, id: "m", series, ...message });
  ledger.accept({ messageId: "q1", body, group: "g0", deduplicationId: "m", sentAtMs: SENT_MS });
  return ledger;
}

function entry(offsetMs: number, value: number) {
  return { metric: { __name__: "m", s: "1" }, timestamps: [SENT_MS + offsetMs], values: [value] };
}

function place(offsetMs: number, value: number, lane = 1, more: Partial<Place> = {}): Place {
  const labels = [
    ["__name__", "m"],
    ["_group", "g0"],
    ["_unique_id", String(lane)],
    ["s", "1"],
  ] as const;
  const rest = { by: 1, sinceMs: SENT_MS, behindMs: undefined, replaced: false };
  return { labels, atMs: SENT_MS + offsetMs, value, ...rest, ...more };
}

const ALL = [place(-3_000, 1), place(-2_000, 2), place(-1_000, 3), place(-1_000, 3, 2)];

function letter(reason: string, offsetMs: number, value: number, at = SENT_MS): Lying {
  const id = `m!${reason}!0`;
  const rejected = { reason, detail: "", at, source: { messageId: "q1" } };
  return {
    messageId: `d${id}`,
    moved: false,
    body: JSON.stringify({ v: 1, id, series: [entry(offsetMs, value)], rejected }),
  };
}

function kinds(ledger: Ledger, rest: Partial<Rest>): string[] {
  const all: Rest = {
    places: ALL,
    dead: [],
    queued: [],
    headMs: SENT_MS,
    skewMs: 0,
    lanes: 10,
    groupLabel: "_group",
    outOfOrderWindowMs: 0,
    sound: new Set(['{__name__="m",s="1"}']),
    plausible: new Set(["refused"]),
    ...rest,
  };
  return ledger.audit(all).faults.map(({ kind }) => kind);
}

describe("the ledger", () => {
  it("is content when every sample lies in one place", () => {
    expect(kinds(accepted(), {})).toEqual([]);
    expect(kinds(accepted(), { places: ALL.slice(1), dead: [letter("refused", -3_000, 1)] })).toEqual([]);
    expect(kinds(accepted(), { places: [], queued: [{ messageId: "q1", body: "", moved: false }] })).toEqual([]);
    expect(kinds(accepted(), { places: [], dead: [{ messageId: "q1", body: "", moved: true }] })).toEqual([]);
  });

  it.each([0, 1, 2, 3])("misses a sample that is nowhere: %i", (missing) => {
    expect(kinds(accepted(), { places: ALL.toSpliced(missing, 1) })).toEqual(["lost"]);
  });

  it("does not take a stranger's equal sample for ours", () => {
    expect(kinds(accepted(), { places: ALL.with(0, place(-3_000, 1, 1, { by: "stranger" })) })).toEqual(["lost"]);
  });

  it("sees a sample that is stored twice, or stored and in a dead letter", () => {
    expect(kinds(accepted(), { places: [...ALL, place(-2_000, 2, 2)] })).toEqual(["twice"]);
    expect(kinds(accepted(), { dead: [letter("refused", -2_000, 2)] })).toEqual(["twice"]);
  });

  it("sees what nobody stated: another value, another time, another lane, another group", () => {
    expect(kinds(accepted(), { places: ALL.with(0, place(-3_000, 9)) })).toEqual(["lost", "unexplained"]);
    expect(kinds(accepted(), { places: ALL.with(0, place(-3_001, 1)) })).toEqual(["lost", "unexplained"]);
    expect(kinds(accepted(), { lanes: 1 })).toEqual(["unexplained"]);
    const elsewhere = { ...ALL[0]!, labels: ALL[0]!.labels.map(([k, v]) => [k, k === "_group" ? "g1" : v] as const) };
    expect(kinds(accepted(), { places: ALL.with(0, elsewhere) })).toEqual(["unexplained"]);
    const dead = [letter("refused", -9_000, 1)];
    expect(kinds(accepted(), { dead })).toEqual(["unexplained"]);
  });

  it("takes a restamp only where the message wants one, and not before it was sent", () => {
    const moved = ALL.with(0, place(0, 1));
    expect(kinds(accepted({ late: "restamp" }), { places: moved })).toEqual([]);
    expect(kinds(accepted(), { places: moved })).toEqual(["lost", "unexplained"]);
    expect(kinds(accepted({ late: "restamp" }), { places: ALL.with(0, place(-1, 1)) })).toEqual([
      "lost",
      "unexplained",
    ]);
  });

  it.each([
    ["greater_than_max_sample_age"],
    ["sample-out-of-bounds"],
    ["lanes_exhausted"],
    ["sample-out-of-order"],
    ["per_user_series_limit"],
    ["value_invalid"],
  ])("takes no reject whose reason does not hold: %s", (reason) => {
    const places = ALL.slice(1);
    expect(kinds(accepted(), { places, dead: [letter(reason, -3_000, 1)] })).toEqual(["unjustified"]);
  });

  it("cannot tell by letters of two deliveries whether they mean one or both of two that say the same", () => {
    const dead = [letter("refused", -1_000, 3), letter("series_too_large", -1_000, 3, SENT_MS + 1)];
    const plausible = new Set(["refused", "series_too_large"]);
    expect(kinds(accepted(), { places: ALL.slice(0, 2), dead, plausible })).toEqual([]);
    expect(kinds(accepted(), { places: ALL.slice(0, 3), dead, plausible })).toEqual([]);
    expect(kinds(accepted(), { places: ALL, dead, plausible })).toEqual(["twice"]);
    const sameReason = [dead[0]!, letter("refused", -1_000, 3, SENT_MS + 1)];
    expect(kinds(accepted(), { places: ALL.slice(0, 2), dead: sameReason })).toEqual(["lost"]);
  });

  it("takes a reject whose reason holds", () => {
    const places = ALL.slice(1);
    const full = [letter("lanes_exhausted", -1_000, 3), letter("lanes_exhausted", -3_000, 1)];
    expect(kinds(accepted(), { places: ALL.slice(1, 3), lanes: 1, dead: full })).toEqual([]);
    const dead = [letter("sample-out-of-bounds", -3_000, 1)];
    expect(kinds(accepted(), { places, dead, headMs: SENT_MS + OLD_MS })).toEqual([]);
  });

  it("knows a message that is sent again, and a letter that comes back, as what they were", () => {
    const ledger = accepted();
    const series = [entry(-3_000, 1), entry(-2_000, 2), entry(-1_000, 3), entry(-1_000, 3)];
    const again = {
      messageId: "q2",
      body: JSON.stringify({ v: 1, id: "m", series }),
      group: "g0",
      deduplicationId: "x",
    };
    ledger.accept({ ...again, sentAtMs: SENT_MS + 1 });
    expect(kinds(ledger, {})).toEqual([]);
    const dead = letter("refused", -3_000, 1);
    expect(kinds(ledger, { places: ALL.slice(1), dead: [dead] })).toEqual([]);
    ledger.comeBack({ messageId: "q3", body: dead.body, group: "g0", deduplicationId: "y", sentAtMs: SENT_MS + 2 });
    expect(ledger.samplesOf("q3")).toBe(1);
    expect(kinds(ledger, { places: ALL })).toEqual([]);
    expect(kinds(ledger, { places: ALL.slice(1) })).toEqual(["lost"]);
  });

  it("wants one place for a gauge said twice, and one of two values said at one time", () => {
    const gauge = { kind: "gauge" };
    expect(kinds(accepted(gauge), { places: ALL.slice(0, 3) })).toEqual([]);
    expect(kinds(accepted(gauge), { places: ALL.slice(0, 2) })).toEqual(["lost", "lost"]);
    expect(kinds(accepted(gauge), {})).toContain("disordered");
  });
});
