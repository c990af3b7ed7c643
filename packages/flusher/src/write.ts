import type { Sample } from "./batch.ts";
import { rejectSample, restamp, storeSample } from "./fate.ts";
import { deliver, type Outcome } from "./deliver.ts";
import { lookAgain } from "./again.ts";
import { type Chain, halves, type Unit } from "./pack.ts";
import { place } from "./place.ts";
import type { Run } from "./run.ts";

/** Writes chains of requests: those of a chain one after the other, chains beside each other, bounded. */
export async function write(chains: readonly Chain[], startMs: number, run: Run): Promise<void> {
  const waiting = [...chains];
  const inFlight = Math.min(run.options.maxRequestsInFlight, waiting.length);
  await Promise.all(
    Array.from({ length: inFlight }, async () => {
      for (let chain = waiting.shift(); chain; chain = waiting.shift()) await writeChain(chain, startMs, run);
    }),
  );
}

/** A unit that must wait ends its chain: what comes behind it holds the same series, and waits with it. */
async function writeChain(chain: Chain, startMs: number, run: Run): Promise<void> {
  const units: Unit[] = [...chain];
  for (let unit = units.shift(); unit; unit = units.shift()) {
    const placed = placeOrReject(unit, run);
    if (placed.length === 0) continue;
    const next = await settleUnit(placed, await deliver(placed, run), startMs, run);
    if (!next) return;
    units.unshift(...next);
  }
}

/** Places a unit; what has no place at its own time gets its restamp and another try, or is rejected. */
function placeOrReject(unit: Unit, run: Run): Sample[] {
  const { placed, homeless } = place(unit, run.options.lanes);
  const again = homeless.filter(restamp);
  const retried = place(again, run.options.lanes);
  for (const sample of homeless) {
    if (retried.placed.includes(sample)) continue;
    const detail = `Expected a free lane among ${run.options.lanes}, but in each of them something stands at ${sample.atMs} or later`;
    rejectSample(sample, { reason: "lanes_exhausted", detail });
  }
  return [...placed, ...retried.placed].sort((a, b) => a.atMs - b.atMs);
}

/** What is to be sent next because of this outcome; undefined when the rest must wait. */
async function settleUnit(placed: Sample[], outcome: Outcome, startMs: number, run: Run): Promise<Unit[] | undefined> {
  switch (outcome.kind) {
    case "stored":
      for (const sample of placed) storeSample(sample, run);
      return [];
    case "wait":
      return undefined;
    case "send-less":
      return chunks(placed, outcome.samples);
    case "too-large":
      if (placed.length > 1) return halves(placed);
      rejectSample(placed[0]!, { reason: "series_too_large", detail: "The receiver takes no request of this size" });
      return [];
    case "other-replica":
      return dropReplicas(placed, outcome);
    case "refused":
      return lookAgain(placed, outcome, startMs, run);
  }
}

function chunks(samples: readonly Sample[], size: number): Unit[] {
  const units: Unit[] = [];
  for (let i = 0; i < samples.length; i += size) units.push(samples.slice(i, i + size));
  return units;
}

/**
 * The receiver decides by the first series of a request whether the whole of it comes from the elected replica (facts:
 * receivers §1.2), so the samples that carry a replica are the ones it means, and the others are sent without them.
 */
function dropReplicas(placed: readonly Sample[], { status, body, requestId }: Extract<Outcome, { kind: "other-replica" }>): Unit[] {
  const marked = placed.filter(({ series }) => hasLabel(series.labels, "cluster") && hasLabel(series.labels, "__replica__"));
  const meant = marked.length > 0 ? marked : placed;
  for (const sample of meant) {
    sample.lanesTried.add(sample.lane);
    rejectSample(sample, { reason: "ha_replica_not_elected", detail: body || "Answered with 202: not stored" }, { status, requestId });
  }
  const rest = placed.filter(({ fate }) => fate === "waiting");
  return rest.length > 0 ? [rest] : [];
}

function hasLabel(labels: Sample["series"]["labels"], name: string): boolean {
  return labels.some(([label]) => label === name);
}
