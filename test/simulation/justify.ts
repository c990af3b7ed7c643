import { MAX_SAMPLE_AGE_MS, MAX_SAMPLE_LEAD_MS } from "@penstock/model";
import type { CortexRules } from "../../packages/local/src/receiver/index.ts";
import { type Fault, fault } from "./faults.ts";
import { seriesOf } from "./places.ts";
import type { Rest } from "./rest.ts";
import type { Statement } from "./statements.ts";
import type { World } from "./world.ts";

/** Where a sample is in the dead-letter queue. */
export interface Burial {
  readonly reason: string;
  readonly detail: string;
  readonly atMs: number;
  /** Of the message, by which it was rejected. */
  readonly delivery: string;
}

/** What is wrong with a message, whatever the receiver is. */
const OF_BAD_MESSAGES: ReadonlySet<string> = new Set([
  "message_malformed",
  "series_malformed",
  "timestamp_invalid",
  "value_invalid",
  "text_malformed",
  "label_reserved",
  "label_invalid",
  "label_value_too_long",
  "missing_metric_name",
  "metric_name_invalid",
]);

/** A reject must be one that no retry would have made acceptable. */
export function unjustified(statement: Statement, { reason, detail, atMs }: Burial, rest: Rest): Fault[] {
  const ageMs = atMs - statement.atMs;
  const { skewMs } = rest;
  // A late sample may have been given the time of its sending, and be late even so.
  const holds: Record<string, () => boolean> = {
    greater_than_max_sample_age: () => ageMs > MAX_SAMPLE_AGE_MS - skewMs,
    too_far_in_future: () => ageMs < -MAX_SAMPLE_LEAD_MS + skewMs + 120_000,
    "sample-out-of-bounds": () => isBelowFloor(statement, rest),
    "sample-too-old": () => statement.atMs < rest.headMs - Math.min(MAX_SAMPLE_AGE_MS, rest.outOfOrderWindowMs),
    // A lane that another was placed in and refused is free in the end; who is too old for all of them loses nothing by it.
    lanes_exhausted: () => inTheWay(statement, rest) >= rest.lanes || isBelowFloor(statement, rest),
    "sample-out-of-order": () => statement.source.kind !== "delta" && isBehind(statement, rest),
    "new-value-for-timestamp": () => statement.source.kind !== "delta",
  };
  const isBad = OF_BAD_MESSAGES.has(reason) && !rest.sound.has(statement.series ?? "");
  if (isBad || holds[reason]?.() || rest.plausible.has(reason)) return [];
  const what = `${statement.name} @${statement.atMs} was rejected for no good reason: ${reason}, "${detail}"`;
  return [fault("unjustified", what, statement)];
}

function isBelowFloor({ atMs }: Statement, { headMs }: Rest): boolean {
  return atMs < headMs - MAX_SAMPLE_AGE_MS;
}

/** A gauge behind another, and behind the out-of-order window where there is one. */
function isBehind(statement: Statement, rest: Rest): boolean {
  const { outOfOrderWindowMs: windowMs, headMs } = rest;
  return inTheWay(statement, rest) >= 1 && (windowMs === 0 || statement.atMs < headMs - windowMs);
}

/** In how many of the lanes something stands at this time or later. */
function inTheWay({ series, atMs }: Statement, { places, lanes }: Rest): number {
  const taken = new Set<string>();
  for (const place of places) {
    if (place.atMs < atMs) continue;
    const lane = place.labels.find(([name]) => name === "_unique_id")?.[1] ?? "";
    if (`{${seriesOf(place.labels)}}` === series) taken.add(lane);
  }
  return [...taken].filter((lane) => Number(lane) >= 1 && Number(lane) <= lanes).length;
}

/** Reasons that can only be told by what the world is. */
export function plausibleReasons({ receiver, traffic }: World): Set<string> {
  const reasons = new Set<string>();
  if (receiver.wordless > 0) reasons.add("refused");
  // Who cannot look tries every lane before he gives a sample up that is too old for all of them.
  if (!receiver.queryable) reasons.add("lanes_exhausted");
  if (receiver.maxSamples < 2) reasons.add("series_too_large");
  if (receiver.rules.engine === "cortex") {
    for (const limit of ["per_user", "per_metric", "per_labelset"]) reasons.add(`${limit}_series_limit`);
    // A lane that may not be made is taken all the same by what was placed there first.
    if (isLimited(receiver.rules)) reasons.add("lanes_exhausted");
    if (traffic.series.some(({ metric }) => metric.__replica__))
      reasons.add("ha_replica_not_elected").add("lanes_exhausted");
  }
  return reasons;
}

function isLimited(rules: Partial<CortexRules>): boolean {
  const { maxSeries, maxSeriesPerMetric, maxSeriesPerLabelSet = [] } = rules;
  return maxSeries !== undefined || maxSeriesPerMetric !== undefined || maxSeriesPerLabelSet.length > 0;
}
