import { type Draft, drawDraft } from "./draft.ts";
import { FAMILIES } from "./families.ts";
import { Random } from "./random.ts";
import { drawStrangers, drawTraffic, type TrafficKnobs } from "./traffic.ts";
import { MINUTE_MS, START_MS, type World } from "./world.ts";

/** The family of a seed, and its world. */
export function drawWorld(seed: number, families: readonly string[] = Object.keys(FAMILIES)): World {
  const random = new Random(`world ${seed}`);
  const family = pickFamily(families, random);
  const draft = FAMILIES[family]!.shape(drawDraft(random), random);
  const { series, sends } = drawTraffic(settle(draft), random);
  const strangers = drawStrangers(draft.strangers, series, sends, random);
  const lastSendMs = sends.reduce((last, { atMs }) => Math.max(last, atMs), START_MS);
  const lastOutageMs = draft.outages.reduce((last, { toMs }) => Math.max(last, toMs), START_MS);
  return {
    seed,
    family,
    exact: draft.exact,
    calm: draft.calm,
    receiver: draft.receiver,
    consumers: draft.consumers,
    faults: draft.faults,
    outages: draft.outages,
    calmAtMs: Math.max(lastSendMs, lastOutageMs) + 5 * MINUTE_MS,
    queue: draft.queue,
    traffic: { series, sends, strangers, producerSkewMs: random.int(-5_000, 5_000) },
    replay: draft.replay,
  };
}

/**
 * A sample that was rejected is in the dead-letter queue; said again later it may be accepted, where a restamp gives it
 * another time. Only the families that want that have both.
 */
function settle({ exact, calm, traffic, againRestamped, replay }: Draft): TrafficKnobs {
  const comesBack = traffic.again > 0 || (replay && !calm);
  // Without an id a message is known by its deduplication id, which SQS changes when it moves it.
  const nameless = exact && replay ? 0 : traffic.nameless;
  const restamp = exact && !againRestamped && comesBack ? 0 : traffic.restamp;
  return { ...traffic, nameless, restamp, restampGauges: traffic.restampGauges && !replay };
}

function pickFamily(families: readonly string[], random: Random): string {
  let at = random.next() * families.reduce((sum, name) => sum + FAMILIES[name]!.weight, 0);
  for (const name of families) {
    at -= FAMILIES[name]!.weight;
    if (at < 0) return name;
  }
  return families.at(-1)!;
}
