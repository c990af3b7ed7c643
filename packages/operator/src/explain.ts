import {
  anyOf,
  DEFAULT_GROUPS,
  type DecodedMessage,
  type DecodedSeries,
  decodeMessage,
  groupOf,
  type Kind,
  MAX_LANES,
  MAX_SAMPLE_AGE_MS,
  MAX_SAMPLE_LEAD_MS,
  NAME_LABEL,
  type Receiver,
  type Reject,
  tooFarAhead,
  tooLate,
} from "@penstock/model";
import { readSeries, type StoredSeries } from "./series/series.ts";

/** What would become of one sample, if the consumer got it now. */
export interface SampleOutlook {
  readonly timestamp: number;
  readonly value: number;
  /** `store`: at its own time. `restamp`: at the time at which SQS takes it. `reject`: in the dead-letter queue. */
  readonly fate: "store" | "restamp" | "reject";
  /** The lane it would get; undefined without a receiver to look at, beyond its home lane. */
  readonly lane: string | undefined;
  readonly reject: Reject | undefined;
}

export interface SeriesOutlook {
  readonly key: string;
  /** By the hash that Penstock's producers use; a sender may have a rule of its own. */
  readonly group: string;
  /** The series as a whole is refused. */
  readonly reject: Reject | undefined;
  readonly samples: readonly SampleOutlook[];
  /** What is in its lanes, newest time by lane; undefined without a receiver. */
  readonly newestByLane: Readonly<Record<string, number>> | undefined;
}

export interface Explanation {
  /** Why the body is no message; undefined when it is one. */
  readonly malformed: Reject | undefined;
  readonly id: string | undefined;
  readonly writer: string | undefined;
  readonly kind: Kind;
  readonly late: "reject" | "restamp";
  readonly series: readonly SeriesOutlook[];
  readonly samples: number;
  readonly rejected: number;
}

export interface ExplainOptions {
  readonly nowMs: number;
  /** Message groups of the senders. Default 64. */
  readonly groups?: number | undefined;
  readonly lanes?: number | undefined;
  /** Looked at for what is in the way. */
  readonly receiver?: Receiver | undefined;
}

/** Metric names of one look; a message with more is looked up for its first ones. */
const MAX_NAMES = 100;

/**
 * What the consumer would do with a message: what it refuses, in which group and lane each sample goes. Writes nothing.
 *
 * @param body a message, a dead letter too
 * @throws {RemoteError} when the receiver that is given cannot be read
 */
export async function explain(body: string, options: ExplainOptions): Promise<Explanation> {
  const decoded = decodeMessage(body);
  if (!decoded.ok) {
    const nothing = { id: undefined, writer: undefined, kind: "delta", late: "reject", series: [] } as const;
    return { malformed: decoded.reject, ...nothing, samples: 1, rejected: 1 };
  }
  const { message } = decoded;
  const stored = options.receiver ? await lookUp(message, options.receiver, options.nowMs) : undefined;
  const series = message.series.map((one) => outlookOf(one, message, stored, options));
  const rejected = series.reduce((sum, one, i) => {
    if (one.reject) return sum + message.series[i]!.count;
    return sum + one.samples.filter(({ fate }) => fate === "reject").length;
  }, 0);
  const { id, writer, kind, late, samples } = message;
  return { malformed: undefined, id, writer, kind, late, series, samples, rejected };
}

async function lookUp(message: DecodedMessage, receiver: Receiver, nowMs: number): Promise<Map<string, StoredSeries>> {
  const names = new Set(
    message.series.flatMap(({ labels }) => labels.find(([name]) => name === NAME_LABEL)?.[1] ?? []),
  );
  if (names.size === 0) return new Map();
  const matchers = [anyOf(NAME_LABEL, [...names].slice(0, MAX_NAMES))];
  const range = { startMs: nowMs - MAX_SAMPLE_AGE_MS, endMs: nowMs + MAX_SAMPLE_LEAD_MS };
  const found = await readSeries(receiver, { matchers, ...range });
  return new Map(found.map((series) => [series.key, series]));
}

function outlookOf(
  source: DecodedSeries,
  { kind, late }: DecodedMessage,
  stored: ReadonlyMap<string, StoredSeries> | undefined,
  { nowMs, groups = DEFAULT_GROUPS, lanes = MAX_LANES }: ExplainOptions,
): SeriesOutlook {
  const { key, reject, timestamps, values, sampleRejects } = source;
  const group = groupOf(key, groups);
  if (reject) return { key, group, reject, samples: [], newestByLane: undefined };
  const found = stored?.get(key);
  const newest = new Map<string, number>();
  for (const lane of found?.lanes ?? []) {
    if (lane.group === group || lane.group === "")
      newest.set(lane.lane, Math.max(newest.get(lane.lane) ?? 0, lane.newestMs));
  }
  const newestByLane = stored && Object.fromEntries(newest);
  const samples = new Array<SampleOutlook>(timestamps.length);
  const placeable: { i: number; atMs: number }[] = [];
  for (const [i, timestamp] of timestamps.entries()) {
    const tooOld = tooLate(timestamp, nowMs, MAX_SAMPLE_AGE_MS);
    const refused = sampleRejects.get(i) ?? tooFarAhead(timestamp, nowMs) ?? (late === "restamp" ? undefined : tooOld);
    if (refused) samples[i] = { timestamp, value: values[i]!, fate: "reject", lane: undefined, reject: refused };
    // A restamp adds a millisecond for each sample of the series that stands before it in the message.
    else placeable.push({ i, atMs: tooOld ? nowMs + i : timestamp });
  }
  for (const { i, atMs } of placeable.sort((a, b) => a.atMs - b.atMs)) {
    samples[i] = place({ timestamp: timestamps[i]!, value: values[i]!, atMs }, kind, late, lanes, newest);
  }
  return { key, group, reject: undefined, samples, newestByLane };
}

/** The first lane in which nothing stands at the same or a later time: what the consumer does. */
function place(
  { atMs, ...sample }: { timestamp: number; value: number; atMs: number },
  kind: Kind,
  late: "reject" | "restamp",
  lanes: number,
  newest: Map<string, number>,
): SampleOutlook {
  const fate = atMs === sample.timestamp ? "store" : "restamp";
  for (let lane = 1; lane <= (kind === "delta" ? lanes : 1); lane++) {
    if ((newest.get(String(lane)) ?? Number.NEGATIVE_INFINITY) >= atMs) continue;
    newest.set(String(lane), atMs);
    return { ...sample, fate, lane: String(lane), reject: undefined };
  }
  if (kind === "delta" && late === "restamp") return { ...sample, fate: "restamp", lane: "1", reject: undefined };
  const reject: Reject =
    kind === "delta"
      ? {
          reason: "lanes_exhausted",
          detail: `Expected a lane of ${lanes} with nothing at ${atMs} or later, found none`,
        }
      : {
          reason: "sample-out-of-order",
          detail: `Expected nothing at ${atMs} or later in lane 1, found a later sample`,
        };
  return { ...sample, fate: "reject", lane: undefined, reject };
}
