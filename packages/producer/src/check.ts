import {
  checkLabels,
  type JsonValue,
  jsonValue,
  KINDS,
  type Kind,
  keyOfSorted,
  LATES,
  type Labels,
  MAX_NAME_LENGTH,
  type MessageSeries,
  type Reject,
  show,
  sortLabels,
  unreadableTimestamp,
  unreadableValue,
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

export interface Checked {
  /** What is good. */
  readonly series: readonly CheckedSeries[];
  readonly refused: readonly Refusal[];
}

/**
 * Checks what a caller handed in, by the rules of the consumer, so that a mistake shows where it was made and not an
 * hour later in the dead-letter queue. Never throws: a caller without types may hand in anything.
 */
export function checkSend(list: readonly unknown[], envelope: Envelope, nowMs: number): Checked {
  try {
    const fault = envelopeFault(envelope);
    if (fault !== undefined) return { series: [], refused: [refusalOfAll(list, "message_malformed", fault)] };
    const checked = list.map((one) => checkSeries(one, envelope.kind, nowMs));
    return {
      series: checked.flatMap(({ series }) => series ?? []),
      refused: checked.flatMap(({ refusals }) => refusals),
    };
  } catch (error) {
    // A BigInt or a circle cannot be shown, and a getter may do anything.
    const detail = `Expected plain data: ${(error as Error).message}`;
    return { series: [], refused: [refusalOfAll(list, "series_malformed", detail)] };
  }
}

/** A refusal of a whole send. */
export function refusalOfAll(list: readonly unknown[], reason: RefusalReason, detail: string): Refusal {
  return { reason, detail, samples: list.reduce<number>((sum, one) => sum + sizeOf(one), 0), metric: undefined };
}

interface CheckedOne {
  readonly series: CheckedSeries | undefined;
  /** One for each reason. */
  readonly refusals: readonly Refusal[];
}

function checkSeries(input: unknown, kind: Kind, nowMs: number): CheckedOne {
  const shape = readShape(input, nowMs);
  if (!shape.ok) return { series: undefined, refusals: [shape.refusal] };
  const { metric, timestamps, values } = shape;
  const labels = sortLabels(metric);
  const fault = checkLabels(labels);
  if (fault) return { series: undefined, refusals: [{ ...fault, samples: timestamps.length, metric }] };

  const good = { timestamps: [] as number[], values: [] as JsonValue[] };
  const refusals = new Map<string, Refusal>();
  for (let i = 0; i < timestamps.length; i++) {
    const value = typeof values[i] === "number" ? jsonValue(values[i] as number) : values[i];
    const reject = unreadableTimestamp(timestamps[i], i) ?? unreadableValue(value, asNumber(value), kind, i);
    if (reject) refusals.set(reject.reason, oneMore(refusals.get(reject.reason), reject, metric));
    else {
      good.timestamps.push(timestamps[i] as number);
      good.values.push(value as JsonValue);
    }
  }
  const series = { key: keyOfSorted(labels), metric: Object.fromEntries(labels), ...good };
  return { series: good.timestamps.length > 0 ? series : undefined, refusals: [...refusals.values()] };
}

/** Text is never read as a number: only three words are values, and the check of values knows them. */
function asNumber(value: unknown): number {
  return typeof value === "number" ? value : Number.NaN;
}

/** The first detail of a reason stands for all. */
function oneMore(refusal: Refusal | undefined, { reason, detail }: Reject, metric: Labels): Refusal {
  return { reason, detail: refusal?.detail ?? detail, samples: (refusal?.samples ?? 0) + 1, metric };
}

type Shape =
  | { ok: true; metric: Labels; timestamps: readonly unknown[]; values: readonly unknown[] }
  | { ok: false; refusal: Refusal };

function readShape(input: unknown, nowMs: number): Shape {
  if (!isObject(input)) return misshapen(`Expected a series to be an object, got ${show(input)}`);
  const { metric } = input;
  const { timestamps, values } = "value" in input ? asLists(input, nowMs) : input;
  const samples = sizeOf({ timestamps, values });
  if (!isObject(metric)) return misshapen(`Expected \`metric\` to be an object, got ${show(metric)}`, samples);
  const odd = Object.entries(metric).find(([, value]) => typeof value !== "string");
  if (odd) return misshapen(`Expected label ${show(odd[0])} to be text, got ${show(odd[1])}`, samples);
  const labels = metric as Labels;
  if (!Array.isArray(timestamps) || !Array.isArray(values)) {
    const got = `got ${show(timestamps)} and ${show(values)}`;
    return misshapen(`Expected \`timestamps\` and \`values\` to be lists, ${got}`, samples, labels);
  }
  if (timestamps.length !== values.length) {
    const got = `got ${timestamps.length} and ${values.length}`;
    return misshapen(`Expected \`timestamps\` and \`values\` to have one length, ${got}`, samples, labels);
  }
  return { ok: true, metric: labels, timestamps, values };
}

function asLists(input: Record<string, unknown>, nowMs: number): { timestamps: unknown[]; values: unknown[] } {
  return { timestamps: [input.timestamp ?? nowMs], values: [input.value] };
}

function misshapen(detail: string, samples = 1, metric?: Labels): Shape {
  return { ok: false, refusal: { reason: "series_malformed", detail, samples, metric } };
}

/** Why messages cannot have this envelope; undefined when they can. */
export function envelopeFault({ kind, late, writer, id }: Envelope): string | undefined {
  if (!KINDS.includes(kind)) return `Expected \`kind\` to be one of ${KINDS.join(", ")}, got ${show(kind)}`;
  if (!LATES.includes(late)) return `Expected \`late\` to be one of ${LATES.join(", ")}, got ${show(late)}`;
  if (writer !== undefined && !isName(writer, MAX_NAME_LENGTH)) {
    return `Expected \`writer\` to be 1 to ${MAX_NAME_LENGTH} well-formed characters, got ${show(writer)}`;
  }
  if (!isName(id, MAX_PACKING_ID_LENGTH)) {
    return `Expected \`id\` to be 1 to ${MAX_PACKING_ID_LENGTH} well-formed characters, got ${show(id)}`;
  }
  return undefined;
}

function isName(value: unknown, maxLength: number): boolean {
  return typeof value === "string" && value.length > 0 && value.length <= maxLength && value.isWellFormed();
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** How many samples it was meant to hold, at least one. */
function sizeOf(input: unknown): number {
  if (!isObject(input)) return 1;
  return Math.max(lengthOf(input.timestamps), lengthOf(input.values), 1);
}

function lengthOf(value: unknown): number {
  return Array.isArray(value) ? value.length : 0;
}
