import { groupOf, type Kind, seriesKey } from "@penstock/model";
import type { Random } from "./random.ts";
import {
  HOUR_MS,
  MINUTE_MS,
  type PlannedSample,
  type Send,
  type SeriesKnobs,
  START_MS,
  type Stranger,
} from "./world.ts";

/** What traffic a family wants. Shares are chances in [0, 1]. */
export interface TrafficKnobs {
  readonly durationMs: number;
  readonly sends: number;
  readonly series: number;
  readonly groups: number;
  readonly samples: number;
  readonly kinds: readonly Kind[];
  /** Of a delta: a value of its own, or one of a few. */
  readonly values: "unique" | "few";
  /** Samples of one time that all the others may share: they need lanes. */
  readonly crowded: number;
  /** Samples up to an hour old, those about an hour old and older, those ahead. */
  readonly old: number;
  readonly late: number;
  readonly ahead: number;
  /** Within half a minute of being too late. */
  readonly edge: number;
  /** Ten minutes and a little ahead: acceptable a little later. */
  readonly borderline: number;
  readonly restamp: number;
  readonly restampGauges: boolean;
  /** Sends that are sent again under their id, within minutes or hours. */
  readonly again: number;
  readonly againWithinMs: number;
  readonly raw: number;
  /** Of raw sends: without an id; with bad series; no message at all. */
  readonly nameless: number;
  /** Of raw sends of deltas: one sample stands in them twice, and counts twice. */
  readonly doubled: number;
  readonly bad: number;
  readonly poison: number;
  readonly wrongGroup: number;
  readonly labels: readonly Readonly<Record<string, string>>[];
}

/** Ours stand at even milliseconds, so that a stranger's odd ones never meet them. */
const GRID_MS = 2;

export function drawTraffic(knobs: TrafficKnobs, random: Random): { series: SeriesKnobs[]; sends: Send[] } {
  const series = Array.from({ length: knobs.series }, (_, i): SeriesKnobs => {
    const kind = random.pick(knobs.kinds);
    const labels = knobs.labels[i % Math.max(1, knobs.labels.length)] ?? {};
    return { metric: { __name__: `${kind}_${i % 3}`, s: String(i), ...labels }, kind };
  });
  const sends: Send[] = [];
  for (let i = 0; i < knobs.sends; i++) {
    const send = drawSend(i, series, knobs, random);
    sends.push(send);
    // Without a name, what is said again is said anew.
    const isNamed = send.id !== undefined || send.via === "raw";
    while (isNamed && random.chance(knobs.again)) sends.push({ ...send, atMs: send.atMs + drawAgainMs(knobs, random) });
  }
  return { series, sends };
}

function drawAgainMs({ againWithinMs }: TrafficKnobs, random: Random): number {
  // Within SQS's five minutes, and beyond.
  return random.chance(0.3) ? random.int(0, 5 * MINUTE_MS) : random.int(0, againWithinMs);
}

function drawSend(i: number, series: readonly SeriesKnobs[], knobs: TrafficKnobs, random: Random): Send {
  const atMs = START_MS + random.int(1, knobs.durationMs);
  const raw = random.chance(knobs.raw);
  const { kind } = random.pick(series);
  const ofKind = series.flatMap((one, index) => (one.kind === kind ? [index] : []));
  const group = (index: number) => groupOf(seriesKey(series[index]!.metric), knobs.groups);
  // A raw message keeps to the one rule: its series share its group.
  const lead = random.pick(ofKind);
  const members = raw ? ofKind.filter((index) => group(index) === group(lead)) : ofKind;
  const count = random.int(1, knobs.samples);
  const samples = Array.from({ length: count }, (): PlannedSample => {
    // So far apart that no sum of some, as the producer makes of those at one time, is another.
    const value = knobs.values === "few" ? random.int(1, 2) : random.int(1, 2 ** 40);
    return { series: random.pick(members), atMs: drawTime(atMs, knobs, random), value };
  });
  if (raw && kind === "delta" && random.chance(knobs.doubled)) samples.push({ ...random.pick(samples) });
  const id = raw && random.chance(knobs.nameless) ? undefined : raw || random.chance(0.5) ? `send-${i}` : undefined;
  const bad = raw && random.chance(knobs.bad);
  return {
    atMs,
    via: raw ? "raw" : "producer",
    id,
    kind,
    late: random.chance(knobs.restamp) && (kind === "delta" || knobs.restampGauges) ? "restamp" : "reject",
    samples,
    bad: bad ? Array.from({ length: random.int(1, 3) }, () => drawBad(atMs, random)) : [],
    garbage: bad && random.chance(0.2) ? random.pick(GARBAGE) : undefined,
    poison: raw && random.chance(knobs.poison),
    wrongGroup: raw && random.chance(knobs.wrongGroup),
  };
}

function drawTime(sentAtMs: number, knobs: TrafficKnobs, random: Random): number {
  const age = drawAge(knobs, random);
  const coarse = random.chance(knobs.crowded) ? 10_000 : GRID_MS;
  return Math.floor((sentAtMs - age) / coarse) * coarse;
}

function drawAge({ old, late, ahead, borderline, edge }: TrafficKnobs, random: Random): number {
  if (random.chance(edge)) return random.int(HOUR_MS - MINUTE_MS / 2, HOUR_MS + MINUTE_MS / 2);
  const drawn = random.next();
  if (drawn < old) return random.int(0, 58 * MINUTE_MS);
  if (drawn < old + late) return random.int(58 * MINUTE_MS, 3 * HOUR_MS);
  if (drawn < old + late + ahead) return -random.int(0, 8 * MINUTE_MS);
  if (drawn < old + late + ahead + borderline) return -random.int(9 * MINUTE_MS, 14 * MINUTE_MS);
  return random.int(0, 20_000);
}

/** Entries of `series` that nobody would take, each with a sample. */
function drawBad(atMs: number, random: Random): unknown {
  const good = { metric: { __name__: "bad", x: String(random.int(1, 99)) }, timestamps: [atMs], values: [1] };
  return random.pick<unknown>([
    { ...good, metric: { x: "no name" } },
    { ...good, metric: { __name__: "bad name" } },
    { ...good, metric: { ...good.metric, "bad-label": "v" } },
    { ...good, metric: { ...good.metric, _unique_id: "1" } },
    { ...good, metric: { ...good.metric, v: "x".repeat(3_000) } },
    { ...good, metric: { ...good.metric, v: "\ud800" } },
    { ...good, timestamps: [Math.floor(atMs / 1_000)] },
    { ...good, timestamps: [atMs + 30 * HOUR_MS] },
    { ...good, values: ["NaN"] },
    { ...good, values: [1, 2] },
    { ...good, values: ["seven"] },
    "no series",
  ]);
}

const GARBAGE: readonly string[] = [
  "{",
  "[]",
  '{"v":2,"series":[]}',
  '{"v":1,"encoding":"gzip","data":"AAAA"}',
  '{"v":1,"kind":"counter","series":[]}',
];

/**
 * `early`: at our timestamps, before we write there. `racing`: at any time, never at our timestamps. `close`: just when we
 * write, just behind our timestamps, in several lanes. `rude`: at our timestamps, at any time.
 */
type StrangerWay = "none" | "early" | "racing" | "close" | "rude";

export interface StrangerKnobs {
  readonly way: StrangerWay;
  readonly writes: number;
  readonly lanes: number;
  readonly durationMs: number;
  /** Whether they may say just what ours say. */
  readonly equal: boolean;
}

export function drawStrangers(
  knobs: StrangerKnobs,
  series: readonly SeriesKnobs[],
  sends: readonly Send[],
  random: Random,
): Stranger[] {
  if (knobs.way === "none") return [];
  const ours = sends.flatMap(({ samples, atMs }) => samples.map((sample) => ({ ...sample, sentAtMs: atMs })));
  if (ours.length === 0) return [];
  return Array.from({ length: knobs.writes }, (): Stranger => {
    const like = random.pick(ours);
    const way = knobs.way === "rude" ? random.pick(["early", "racing", "meeting"]) : knobs.way;
    const lane = random.chance(0.7) ? "1" : String(random.int(1, knobs.lanes + 1));
    const value = knobs.equal && random.chance(0.7) ? like.value : 0.5 + random.int(1, 9);
    if (way === "racing") {
      const atMs = START_MS + random.int(0, knobs.durationMs);
      return {
        atMs,
        series: random.int(0, series.length - 1),
        lane,
        sampleMs: drawOdd(atMs, random),
        value: value + 0.25,
      };
    }
    // As early as receivers allow, and before ours is sent.
    const atMs =
      way === "early" ? Math.max(START_MS, like.atMs - 9.5 * MINUTE_MS) : like.sentAtMs + random.int(0, 3_000);
    const sampleMs = way === "early" ? Math.min(like.atMs, atMs + 5 * MINUTE_MS) : like.atMs;
    return { atMs, series: like.series, lane, sampleMs, value };
  });
}

function drawOdd(atMs: number, random: Random): number {
  return Math.floor((atMs - random.int(-5_000, 30_000)) / 2) * 2 + 1;
}
