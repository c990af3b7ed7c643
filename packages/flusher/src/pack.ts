import { isDelta, type Sample } from "./batch.ts";
import { halves } from "./lists.ts";
import type { FlusherOptions } from "./options.ts";
import { LANE_LABEL_BYTES, SAMPLE_BYTES } from "./parts.ts";

/** The samples of one request to be. */
export type Unit = readonly Sample[];

/** Requests that must follow one another, since they hold the same series. Chains hold disjoint series. */
export type Chain = readonly Unit[];

/** Samples that go together, and what they weigh uncompressed at the most. */
interface Bundle {
  readonly samples: readonly Sample[];
  readonly bytes: number;
}

/**
 * Packs samples into chains of requests. Whole parts stay together, and a group stays in one chain; small groups share
 * a request, so that in the ordinary case a batch is one. Gauges have no parts to keep together: theirs are ordered by
 * time over the whole batch, so that an earlier sample of a later message is not sent behind a later one.
 */
export function pack(samples: readonly Sample[], options: FlusherOptions): Chain[] {
  const groups = [...Map.groupBy(samples, ({ series }) => series.group).values()];
  const bundles = groups.map((group) => fill(bundlesOf(group, options), options));
  const large = bundles.filter((units) => units.length > 1);
  const small = fill(bundles.filter((units) => units.length === 1).flat(), options);
  const chains = [...small.map((unit) => [unit]), ...large].map((units) => units.map((unit) => unit.samples));
  // Without the label, two groups could hold one and the same series at the receiver: nothing may run beside another.
  return options.groupLabel === "" && chains.length > 0 ? [chains.flat()] : chains;
}

/** Puts bundles together, in order, while they fit in one request. */
function fill(bundles: readonly Bundle[], options: FlusherOptions): Bundle[] {
  const units: Bundle[][] = [];
  let size = { samples: 0, bytes: 0 };
  for (const bundle of bundles) {
    const grown = { samples: size.samples + bundle.samples.length, bytes: size.bytes + bundle.bytes };
    const unit = units.at(-1);
    if (unit && fits(grown, options)) {
      unit.push(bundle);
      size = grown;
    } else {
      units.push([bundle]);
      size = { samples: bundle.samples.length, bytes: bundle.bytes };
    }
  }
  return units.map((unit) => ({
    samples: unit.flatMap(({ samples }) => samples),
    bytes: unit.reduce((sum, { bytes }) => sum + bytes, 0),
  }));
}

/** Whole parts, then each gauge series in time order. */
function bundlesOf(samples: readonly Sample[], options: FlusherOptions): Bundle[] {
  const deltas = samples.filter(isDelta);
  const others = samples.filter((sample) => !isDelta(sample));
  const parts = Map.groupBy(deltas, ({ part }) => part);
  const series = Map.groupBy(others, (sample) => sample.series);
  return [...parts.values(), ...series.values()].flatMap((bundle) => cut(inTimeOrder(bundle), options));
}

/** A part fits in a request, unless the setting is small; then it is cut in time order, and its receipt goes first. */
function cut(samples: readonly Sample[], options: FlusherOptions): Bundle[] {
  const bytes = weigh(samples);
  if (samples.length <= 1 || fits({ samples: samples.length, bytes }, options)) return [{ samples, bytes }];
  return halves(samples).flatMap((half) => cut(half, options));
}

function weigh(samples: readonly Sample[]): number {
  let bytes = samples.length * SAMPLE_BYTES;
  for (const { labelBytes } of new Set(samples.map(({ series }) => series))) bytes += labelBytes + LANE_LABEL_BYTES;
  return bytes;
}

function fits(
  size: { samples: number; bytes: number },
  { maxSamplesPerRequest, maxRequestBytes }: FlusherOptions,
): boolean {
  return size.samples <= maxSamplesPerRequest && size.bytes <= maxRequestBytes;
}

export function inTimeOrder(samples: readonly Sample[]): Sample[] {
  return samples.toSorted((a, b) => a.atMs - b.atMs);
}
