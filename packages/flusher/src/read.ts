import {
  type DecodedMessage,
  type DecodedSeries,
  decodeMessage,
  type LabelLimits,
  type LabelPairs,
  labelOf,
  NAME_LABEL,
  utf8Length,
} from "@penstock/model";
import { type Load, NO_LANES, type Part, type Sample, type Series, seriesId } from "./batch.ts";
import { PartCutter } from "./parts.ts";
import type { QueueRecord } from "./ports.ts";
import { receiptValue } from "./receipts.ts";
import { markRepeats } from "./repeats.ts";

/**
 * Reads the records of a batch: decode, cut into parts, give every sample its series. Pure.
 *
 * @param maxSamples what is held at once: the first record always is, and others while they fit
 */
export function readBatch(records: readonly QueueRecord[], limits: Partial<LabelLimits>, maxSamples: number): Load[] {
  const allSeries = new Map<string, Series>();
  const loads: Load[] = [];
  let room = maxSamples;
  for (const record of records) {
    const load = readRecord(record, limits, allSeries, room === maxSamples ? Number.POSITIVE_INFINITY : room);
    // Nothing may overtake what is postponed.
    room = load.postponed ? 0 : Math.max(0, room - load.samples);
    loads.push(load);
  }
  markRepeats(loads);
  return loads;
}

function readRecord(
  record: QueueRecord,
  limits: Partial<LabelLimits>,
  allSeries: Map<string, Series>,
  room: number,
): Load {
  const decoded = decodeMessage(record.body, limits);
  const samples = decoded.ok ? decoded.message.samples : 1;
  const postponed = decoded.ok && samples > room;
  const message = decoded.ok && !postponed ? decoded.message : undefined;
  const parts: Part[] = [];
  const load: Load = {
    record,
    identity: message?.id ?? record.deduplicationId ?? record.messageId,
    message,
    samples,
    postponed,
    unreadable: decoded.ok ? undefined : { reject: decoded.reject, raw: decoded.raw },
    parts,
    rejections: [],
    repeats: [],
  };
  if (message) readSeries(load, parts, message, allSeries);
  return load;
}

function readSeries(load: Load, parts: Part[], message: DecodedMessage, allSeries: Map<string, Series>): void {
  const cutter = new PartCutter();
  const seen = new Map<Series, number>();
  for (const source of message.series) {
    const labelBytes = labelBytesOf(source.labels);
    if (source.reject) {
      load.rejections.push({ source, index: undefined, reject: source.reject, samples: source.count });
      cutter.skip(source.count);
      continue;
    }
    const series = internSeries(allSeries, load.record.group, source, labelBytes);
    let order = seen.get(series) ?? 0;
    for (let index = 0; index < source.count; index++, order++) {
      const number = cutter.next(series, labelBytes);
      const reject = source.sampleRejects.get(index);
      if (reject) {
        load.rejections.push({ source, index, reject, samples: 1 });
        continue;
      }
      const part = partAt(parts, load, number);
      const sample = newSample(part, series, source, index, order);
      part.samples.push(sample);
      series.samples.push(sample);
    }
    seen.set(series, order);
  }
}

function newSample(part: Part, series: Series, source: DecodedSeries, index: number, order: number): Sample {
  const ownMs = source.timestamps[index]!;
  return {
    part,
    series,
    value: source.values[index]!,
    ownMs,
    order,
    source,
    index,
    atMs: ownMs,
    restampBaseMs: undefined,
    lane: 0,
    lanesTried: NO_LANES,
    refusals: 0,
    fate: "waiting",
  };
}

/** Parts in which nothing is readable are left out: nothing of them is written. */
function partAt(parts: Part[], load: Load, number: number): Part {
  const last = parts.at(-1);
  if (last?.number === number) return last;
  const part: Part = {
    load,
    number,
    receipt: receiptValue(load.identity, number),
    samples: [],
    receipted: false,
    receiptRefused: false,
    restampBases: new Set(),
  };
  parts.push(part);
  return part;
}

function internSeries(all: Map<string, Series>, group: string, source: DecodedSeries, labelBytes: number): Series {
  const id = seriesId(group, source.key);
  const known = all.get(id);
  if (known) return known;
  const name = labelOf(source.labels, NAME_LABEL)!;
  const { key, labels } = source;
  const series: Series = { id, key, group, name, labels, labelBytes, newest: [], samples: [] };
  all.set(id, series);
  return series;
}

function labelBytesOf(labels: LabelPairs): number {
  // Six bytes a label and some for the series are what protobuf adds.
  let bytes = 8;
  for (const pair of labels) bytes += utf8Length(pair[0]) + utf8Length(pair[1]) + 6;
  return bytes;
}
