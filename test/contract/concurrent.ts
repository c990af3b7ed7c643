import { expect } from "vitest";
import type { IncomingSeries } from "../../packages/local/src/receiver/index.ts";
import { SCENARIO_LABEL } from "./landed.ts";
import type { Landed, Mode } from "./transcripts.ts";

/** Between two samples of the titles' rows. */
const STEP_MS = 100;
const REQUESTS = 150;
const PIPELINED_REQUESTS = 160;
const PIPELINE = 8;
/**
 * Answered 2xx and lost: two appenders both pass the check, and the later commit drops without a word. Real receivers
 * without a window lose about one in some runs.
 */
const MAX_SILENT = 8;

/** One sample of a row: which series, and which place. */
type Place = readonly [series: string, at: number];

/** One sender, its requests in order, so many of them in flight. */
interface Writer {
  readonly requests: readonly (readonly Place[])[];
  readonly inFlight: number;
}

interface Row {
  readonly writers: readonly Writer[];
  /** All of it lands even without an out-of-order window. */
  readonly certain: boolean;
}

function writer(requests: number, placesOf: (i: number) => Place[], inFlight = 1): Writer {
  return { requests: Array.from({ length: requests }, (_, i) => placesOf(i)), inFlight };
}

/** The scenarios that were recorded without requests and answers, as their titles tell them. */
const ROWS: Readonly<Record<string, Row>> = {
  "conc-distinct": {
    writers: [writer(REQUESTS, (i) => [["a", i]]), writer(REQUESTS, (i) => [["b", i]])],
    certain: true,
  },
  "conc-interleave": {
    writers: [writer(REQUESTS, (i) => [["shared", 2 * i]]), writer(REQUESTS, (i) => [["shared", 2 * i + 1]])],
    certain: false,
  },
  "conc-same": {
    writers: [writer(REQUESTS, (i) => [["shared", i]]), writer(REQUESTS, (i) => [["shared", i]])],
    // Whoever is ahead finds nothing in the way.
    certain: true,
  },
  "conc-batch": {
    writers: [
      writer(REQUESTS, (i) => [
        ["a", i],
        ["shared", 2 * i],
      ]),
      writer(REQUESTS, (i) => [
        ["b", i],
        ["shared", 2 * i + 1],
      ]),
    ],
    certain: false,
  },
  "conc-one-series-pipelined": {
    writers: [writer(PIPELINED_REQUESTS, (i) => [["shared", i]], PIPELINE)],
    certain: false,
  },
};

export const CONCURRENT: readonly string[] = Object.keys(ROWS);

export interface ConcurrentReceiver {
  /** One request; the status that it was answered with. */
  send(series: readonly IncomingSeries[]): Promise<number>;
  landed(): Promise<Landed>;
  /** Takes requests one after the other, so nothing is lost without a word. */
  readonly serial: boolean;
}

/**
 * Sends what a scenario's title says, and expects what no chance has a hand in: with a window all of it lands; without
 * one what was refused did not, and what was taken did.
 */
export async function followConcurrent(
  name: string,
  mode: Mode,
  receiver: ConcurrentReceiver,
  baseMs: number,
): Promise<void> {
  const { writers, certain } = ROWS[name]!;
  const sent = new Set<string>();
  const taken = new Set<string>();
  await Promise.all(
    writers.map((one) =>
      run(one, async (places) => {
        const status = await receiver.send(places.map((place) => toSeries(name, place, baseMs)));
        expect([200, 204, 400]).toContain(status);
        for (const place of places) sent.add(place.join());
        if (status !== 400) for (const place of places) taken.add(place.join());
      }),
    ),
  );
  const landed = new Set(placesOf(await receiver.landed()));
  const missing = (wanted: ReadonlySet<string>): string[] => [...wanted].filter((place) => !landed.has(place));
  if (certain || mode !== "window-0") {
    expect(missing(sent)).toEqual([]);
    if (mode !== "window-0") expect(taken).toEqual(sent);
    return;
  }
  expect([...landed].filter((place) => place.startsWith("shared") && !taken.has(place))).toEqual([]);
  expect(missing(taken).length).toBeLessThanOrEqual(receiver.serial ? 0 : MAX_SILENT);
}

/** Sends a writer's requests in order, so many at a time. */
async function run({ requests, inFlight }: Writer, send: (places: readonly Place[]) => Promise<void>): Promise<void> {
  const next = requests.values();
  const sendAll = async (): Promise<void> => {
    for (const places of next) await send(places);
  };
  await Promise.all(Array.from({ length: inFlight }, sendAll));
}

function toSeries(name: string, [series, at]: Place, baseMs: number): IncomingSeries {
  const labels = [
    ["__name__", series],
    [SCENARIO_LABEL, name],
  ] as const;
  return { labels, timestamps: [baseMs + at * STEP_MS], values: [at] };
}

function placesOf(landed: Landed): string[] {
  return Object.entries(landed as Record<string, [number, string][]>).flatMap(([series, samples]) =>
    samples.map(([offsetMs]) => `${series.replace(/\{.*/, "")},${offsetMs / STEP_MS}`),
  );
}
