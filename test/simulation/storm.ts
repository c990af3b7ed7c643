import { changed, type Draft } from "./draft.ts";
import type { Random } from "./random.ts";
import { MINUTE_MS, type Outage, START_MS } from "./world.ts";

/** A draft in which everything goes wrong that can, more or less often. */
export function stormy(draft: Draft, random: Random): Draft {
  const trouble = random.pick([0.02, 0.1, 0.3]);
  const share = () => random.pick([0, 0, 1, 1, 3]) * trouble;
  return changed(draft, {
    flusher: { maxSamples: random.pick([5, 40, 100_000, 100_000]) },
    faults: {
      death: random.pick([0, 0.1, 0.3, 0.6]),
      repeat: random.pick([0, 0.5]),
      slow: share() / 3,
      lateEffectMs: random.pick([0, 900]),
      lostBefore: share() / 3,
      lostAfter: share() / 3,
      failedBefore: share() / 3,
      failedAfter: share() / 3,
      throttled: share() / 3,
      lookFails: share() / 3,
      queueFails: share() / 4,
      letterFails: share() / 2,
    },
    outages: random.chance(0.2) ? [drawOutage(draft.traffic.durationMs, [1_000, 10 * MINUTE_MS], random)] : [],
    strangers: { way: random.pick(["none", "none", "early", "racing"]) },
    queue: { maxReceiveCount: random.pick([6, 1_000, 1_000]) },
    // A gauge behind another is rejected, and an hour later it would be late and restamped: after a death, both.
    traffic: { restampGauges: false },
    replay: random.chance(0.2),
  });
}

/** An outage that begins within so long, and its least and longest duration. */
export function drawOutage(withinMs: number, [leastMs, mostMs]: readonly [number, number], random: Random): Outage {
  const fromMs = START_MS + random.int(0, withinMs);
  const how = random.pick<Outage["how"]>(["unavailable", "refused", "hanging", "throttled", "misconfigured"]);
  return { fromMs, toMs: fromMs + random.int(leastMs, mostMs), how };
}
