import {
  countOf,
  type DecodedSeries,
  decodeSeries,
  envelopeFault,
  isObject,
  type JsonValue,
  jsonValue,
  type Kind,
  type Labels,
  type MessageSeries,
  type Reject,
  show,
} from "@penstock/model";
import type { CheckedSeries } from "./batch.ts";
import { type Envelope, MAX_PACKING_ID_LENGTH } from "./pack.ts";
import type { Refusal, RefusalReason } from "./refusal.ts";

/** One sample of one series. */
export interface SampleInput {
  /** The labels of the series, the metric's name under `__name__`. */
  readonly metric: Labels;
  readonly value: JsonValue;
  /** Milliseconds since the epoch; the time of the call by default. */
  readonly timestamp?: number;
}

/** What `send` takes: a series as in a message, or one sample. */
export type SeriesInput = MessageSeries | SampleInput;

/** Without an id of its own a send shares messages with others. */
export type SendEnvelope = Omit<Envelope, "id"> & { readonly id: string | undefined };

export interface Checked {
  /** What is good. */
  readonly series: readonly CheckedSeries[];
  readonly refused: readonly Refusal[];
}

/**
 * Checks what a caller handed in, by the consumer's own reading of it, so that a mistake shows where it was made and not
 * an hour later in the dead-letter queue. Never throws: a caller without types may hand in anything.
 */
export function checkSend(list: readonly unknown[], envelope: SendEnvelope, nowMs: number): Checked {
  const fault = envelopeFault(envelope, MAX_PACKING_ID_LENGTH);
  if (fault !== undefined) return { series: [], refused: [refusalOfAll(list, "message_malformed", fault)] };
  const checked = list.map((one) => checkSeries(one, envelope.kind, nowMs));
  return { series: checked.flatMap(({ series }) => series), refused: checked.flatMap(({ refused }) => refused) };
}

/** A refusal of a whole send. */
export function refusalOfAll(list: readonly unknown[], reason: RefusalReason, detail: string): Refusal {
  return { reason, detail, samples: list.reduce<number>((sum, one) => sum + sizeOf(one), 0), metric: undefined };
}

function checkSeries(input: unknown, kind: Kind, nowMs: number): Checked {
  try {
    return checkDecoded(decodeSeries(asSeries(input, nowMs), kind));
  } catch (error) {
    // A getter or a proxy may do anything.
    const detail = `Expected plain data: reading it threw ${show(error)}`;
    return { series: [], refused: [{ reason: "series_malformed", detail, samples: 1, metric: undefined }] };
  }
}

function checkDecoded({ labels, key, timestamps, values, ...read }: DecodedSeries): Checked {
  const metric = Object.fromEntries(labels);
  if (read.reject) {
    const readable = labels.length > 0 ? metric : undefined;
    return { series: [], refused: [{ ...read.reject, samples: read.count, metric: readable }] };
  }
  const good = { timestamps: [] as number[], values: [] as JsonValue[] };
  const refusals = new Map<string, Refusal>();
  for (let i = 0; i < timestamps.length; i++) {
    const reject = read.sampleRejects.get(i);
    if (reject) refusals.set(reject.reason, oneMore(refusals.get(reject.reason), reject, metric));
    else {
      good.timestamps.push(timestamps[i]!);
      good.values.push(jsonValue(values[i]!));
    }
  }
  return { series: good.timestamps.length > 0 ? [{ key, metric, ...good }] : [], refused: [...refusals.values()] };
}

/** The first detail of a reason stands for all. */
function oneMore(refusal: Refusal | undefined, { reason, detail }: Reject, metric: Labels): Refusal {
  return { reason, detail: refusal?.detail ?? detail, samples: (refusal?.samples ?? 0) + 1, metric };
}

/** A sample as a series of one; the numbers that JSON lacks as the words that a message has for them. */
function asSeries(input: unknown, nowMs: number): unknown {
  if (!isObject(input)) return input;
  const { metric, value, timestamp, timestamps, values } = input;
  if ("value" in input) return { metric, timestamps: [timestamp ?? nowMs], values: [asJson(value)] };
  return { metric, timestamps, values: Array.isArray(values) ? values.map(asJson) : values };
}

function asJson(value: unknown): unknown {
  return typeof value === "number" ? jsonValue(value) : value;
}

/** How many samples it was meant to hold; one when it cannot be told. */
function sizeOf(input: unknown): number {
  try {
    return countOf(input);
  } catch {
    return 1;
  }
}
