import {
  checkLabels,
  type Kind,
  type Labels,
  type MessageSeries,
  NAME_LABEL,
  sortLabels,
  unreadableTimestamp,
  unreadableValue,
} from "@penstock/model";
import type { Load } from "../delivery.ts";
import type { SeriesMeter } from "../limits.ts";
import { attributeLabels, scopeLabels, type Target, targetOf } from "./labels.ts";
import type { ExportRequest, Metric } from "./messages.ts";
import { labelsOf, type PointSamples, pointsOf } from "./points.ts";

/** A request as the queue takes it. */
export interface Mapped {
  readonly loads: readonly Load[];
  /** Data points that were refused, whole. */
  readonly rejectedPoints: number;
  /** Why: each reason once, the first few. */
  readonly details: readonly string[];
}

/** Reasons that one answer names. */
const MAX_DETAILS = 5;

const NANOS_PER_MS = 1_000_000n;

/**
 * Maps the metrics of a request. A data point becomes all of its samples or none: a histogram that lacks buckets would
 * be another histogram.
 *
 * @param meter counts the series that are made
 * @throws {Problem} 413 when they are too many
 */
export function mapMetrics({ resourceMetrics = [] }: ExportRequest, meter: SeriesMeter): Mapped {
  const mapping = new Mapping(meter);
  for (const { resource, scopeMetrics = [] } of resourceMetrics) {
    const target = targetOf(resource?.attributes ?? []);
    let newestMs = 0;
    for (const { scope = {}, metrics = [] } of scopeMetrics) {
      const common = { ...scopeLabels(scope), ...target.identity };
      for (const metric of metrics) newestMs = Math.max(newestMs, mapping.add(metric, common));
    }
    if (newestMs > 0) mapping.addTarget(target, newestMs);
  }
  return mapping.result();
}

/** Milliseconds since the epoch, exactly. */
export function msOf(nanos: bigint | undefined): number {
  return Number((nanos ?? 0n) / NANOS_PER_MS);
}

class Mapping {
  readonly #meter: SeriesMeter;
  readonly #series = new Map<Kind, MessageSeries[]>();
  readonly #details = new Set<string>();
  #rejectedPoints = 0;

  constructor(meter: SeriesMeter) {
    this.#meter = meter;
  }

  /** Returns the time of its newest point that was taken, 0 without one. */
  add(metric: Metric, common: Labels): number {
    let newestMs = 0;
    for (const samples of pointsOf(metric)) {
      if (samples.kind === undefined) this.#reject(samples.detail);
      else newestMs = Math.max(newestMs, this.#addPoint(samples, common));
    }
    return newestMs;
  }

  /** `target_info` only helps a series that can be joined with it. */
  addTarget({ identity, info }: Target, timestampMs: number): void {
    if (Object.keys(identity).length === 0 || Object.keys(info).length === 0) return;
    const metric = { ...info, ...identity, [NAME_LABEL]: "target_info" };
    const series = seriesAt(metric, timestampMs, 1);
    const fault = faultOf("gauge", series);
    // It is no data point: that it is missing is said, and counted nowhere.
    if (fault === undefined) this.#keep("gauge", [series]);
    else this.#tell(`target_info: ${fault}`);
  }

  result(): Mapped {
    const loads = [...this.#series].map(([kind, series]) => ({ kind, series }));
    return { loads, rejectedPoints: this.#rejectedPoints, details: [...this.#details] };
  }

  #addPoint({ kind, point, samples }: Extract<PointSamples, { kind: Kind }>, common: Labels): number {
    const timestampMs = msOf(point.timeUnixNano);
    const own = { ...attributeLabels(point.attributes ?? []), ...common };
    const series: MessageSeries[] = [];
    for (const sample of samples) {
      const one = seriesAt(labelsOf(sample, own), timestampMs, sample.value);
      const fault = faultOf(kind, one);
      if (fault !== undefined) {
        this.#reject(fault);
        return 0;
      }
      this.#meter.add(one.metric);
      series.push(one);
    }
    this.#keep(kind, series);
    return timestampMs;
  }

  #keep(kind: Kind, series: readonly MessageSeries[]): void {
    const list = this.#series.get(kind) ?? [];
    this.#series.set(kind, list);
    for (const one of series) list.push(one);
  }

  #reject(detail: string): void {
    this.#rejectedPoints++;
    this.#tell(detail);
  }

  #tell(detail: string): void {
    // Every detail may be another one: no more are kept than are told.
    if (this.#details.size < MAX_DETAILS) this.#details.add(detail);
  }
}

function seriesAt(metric: Labels, timestampMs: number, value: MessageSeries["values"][number]): MessageSeries {
  return { metric, timestamps: [timestampMs], values: [value] };
}

/** Why no receiver would take this series of one sample, by the producer's rules. */
function faultOf(kind: Kind, { metric, timestamps, values }: MessageSeries): string | undefined {
  const number = typeof values[0] === "number" ? values[0] : Number.NaN;
  const fault =
    checkLabels(sortLabels(metric)) ??
    unreadableTimestamp(timestamps[0], 0) ??
    unreadableValue(values[0], number, kind, 0);
  return fault && `${fault.reason}: ${fault.detail}`;
}
