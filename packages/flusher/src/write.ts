import type { Sample } from "./batch.ts";
import { deliver, type Outcome } from "./deliver.ts";
import { rejectRefused, rejectSample, storeSample } from "./fate.ts";
import type { Answer } from "./judge.ts";
import { chunks, halves } from "./lists.ts";
import type { Chain, Unit } from "./pack.ts";
import { place } from "./place.ts";
import { MAX_RECEIPT_LEAD_MS } from "./receipts.ts";
import { restamp, restampLater } from "./restamp.ts";
import type { Run } from "./run.ts";

/** What to send next after a refusal; undefined when nobody can tell, so that the samples wait. */
export type OnRefused = (placed: readonly Sample[], answer: Answer) => Promise<readonly Unit[] | undefined>;

/** Writes chains of requests: those of a chain one after the other, chains beside each other, bounded. */
export async function write(chains: readonly Chain[], onRefused: OnRefused, run: Run): Promise<void> {
  const waiting = [...chains];
  const inFlight = Math.min(run.options.maxRequestsInFlight, waiting.length);
  await Promise.all(
    Array.from({ length: inFlight }, async () => {
      for (let chain = waiting.shift(); chain; chain = waiting.shift()) await writeChain(chain, onRefused, run);
    }),
  );
}

/**
 * Writes the requests of one chain in order. A unit that must wait ends its chain: what comes behind it holds the same
 * series, and waits with it.
 *
 * @returns whether every sample found its fate
 */
export async function writeChain(chain: Chain, onRefused: OnRefused, run: Run): Promise<boolean> {
  const units: Unit[] = [...chain];
  for (let unit = units.shift(); unit; unit = units.shift()) {
    const placed = placeOrReject(unit, run);
    if (placed.length === 0) continue;
    const next = await settleUnit(placed, await deliver(placed, run), onRefused, run);
    if (!next) return false;
    units.unshift(...next);
  }
  return true;
}

/** Places a unit; what has no place at its own time gets its restamp, then a later one, or is rejected. */
function placeOrReject(unit: Unit, run: Run): Sample[] {
  const { lanes } = run.options;
  const { homeless } = place(unit, lanes);
  place(homeless.filter(restamp), lanes);
  // A restamp other than the time of sending is found again by its receipt, and only by looking.
  if (run.ports.receiver.read) placeLater(homeless.filter(isHomeless), run);
  for (const sample of homeless.filter(isHomeless)) {
    const detail = `Expected a free lane among ${lanes}, but in each of them something stands at ${sample.atMs} or later`;
    rejectSample(sample, { reason: "lanes_exhausted", detail });
  }
  return unit.filter(({ lane }) => lane > 0).sort((a, b) => a.atMs - b.atMs);
}

/** Part by part, since each finds its place behind the one before. */
function placeLater(homeless: readonly Sample[], { options, ports }: Run): void {
  const latestMs = ports.clock.now() + MAX_RECEIPT_LEAD_MS;
  for (const [, samples] of Map.groupBy(homeless, ({ part }) => part)) {
    place(restampLater(samples, options.lanes, latestMs), options.lanes);
  }
}

function isHomeless({ lane }: Sample): boolean {
  return lane === 0;
}

/** What is to be sent next because of this outcome; undefined when the rest must wait. */
async function settleUnit(
  placed: readonly Sample[],
  outcome: Outcome,
  onRefused: OnRefused,
  run: Run,
): Promise<readonly Unit[] | undefined> {
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
      return onRefused(placed, outcome);
  }
}

/**
 * The receiver decides by the first series of a request whether the whole of it comes from the elected replica
 * (transcript `ha-dedupe`), so the samples that carry a replica are the ones it means, and the others are sent without them.
 */
function dropReplicas(placed: readonly Sample[], answer: Answer): Unit[] {
  const isReplica = ({ series }: Sample) => hasLabel(series, "cluster") && hasLabel(series, "__replica__");
  const marked = placed.filter(isReplica);
  for (const sample of marked.length > 0 ? marked : placed) rejectRefused(sample, "ha_replica_not_elected", answer);
  const rest = placed.filter(({ fate }) => fate === "waiting");
  return rest.length > 0 ? [rest] : [];
}

function hasLabel(series: Sample["series"], name: string): boolean {
  return series.labels.some(([label]) => label === name);
}
