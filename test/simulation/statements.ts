import { gunzipSync } from "node:zlib";
import { type Kind, keyOfSorted, type Late, sortLabels } from "@penstock/model";

/** One sample as a message states it. The ledger knows it by where it stands: message and position. */
export interface Statement {
  /** Identity of its message, and its position there. */
  readonly name: string;
  readonly source: Source;
  /** Undefined when nobody can tell which series it is of. */
  readonly series: string | undefined;
  readonly atMs: number;
  readonly value: number;
  /** Samples of its series before it in its message. */
  readonly order: number;
  /** The earliest times a restamp may give it: one for each time that the queue took a message with it. */
  readonly restampsMs: number[];
  /** What a letter must hold to speak of it. */
  readonly text: string;
  /** Samples it stands for: more than one only where nobody can tell them apart. */
  readonly weight: number;
}

/** A message by its identity; sent again, or moved back from the dead-letter queue, it is the same one. */
export interface Source {
  readonly identity: string;
  readonly group: string;
  readonly kind: Kind;
  readonly late: Late;
  readonly statements: readonly Statement[];
  /** The whole body cannot be read: it is one statement. */
  readonly unreadable: boolean;
}

interface Body {
  readonly id?: unknown;
  readonly kind?: Kind;
  readonly late?: Late;
  readonly series?: readonly unknown[];
  readonly raw?: string;
  readonly rejected?: {
    readonly reason: string;
    readonly detail: string;
    readonly at: number;
    readonly source: { messageId: string };
  };
}

/** Reads JSON as a sender wrote it, with nothing of the consumer's own reading; undefined when it is no message. */
export function readBody(text: string): Body | undefined {
  try {
    const outer: unknown = JSON.parse(text);
    if (!isObject(outer) || outer.v !== 1) return undefined;
    if (outer.encoding === undefined) return outer as Body;
    if (outer.encoding !== "gzip" || typeof outer.data !== "string") return undefined;
    return JSON.parse(gunzipSync(Buffer.from(outer.data, "base64")).toString()) as Body;
  } catch {
    return undefined;
  }
}

const KINDS = ["delta", "gauge", "cumulative"];

export function readSource(identity: string, text: string, group: string): Source {
  const body = readBody(text);
  const { kind = "delta", late = "reject" } = body ?? {};
  const unreadable = !body || !Array.isArray(body.series) || !KINDS.includes(kind);
  const source: Source & { statements: Statement[] } = {
    identity,
    group,
    kind: unreadable ? "delta" : kind,
    late,
    statements: [],
    unreadable,
  };
  if (unreadable) source.statements.push(lump(source, 0, text));
  const seen = new Map<string, number>();
  for (const entry of unreadable ? [] : body.series!) readEntry(source, entry, seen);
  return source;
}

function readEntry(source: Source & { statements: Statement[] }, entry: unknown, seen: Map<string, number>): void {
  const shape = shapeOf(entry);
  if (!shape) {
    source.statements.push({ ...lump(source, source.statements.length, JSON.stringify(entry)), weight: weigh(entry) });
    return;
  }
  const { metric, timestamps, values } = shape;
  const series = keyOfSorted(sortLabels(metric));
  for (const [i, atMs] of timestamps.entries()) {
    const place = seen.get(series) ?? 0;
    seen.set(series, place + 1);
    const text = textOf(metric, atMs, values[i]);
    // Of two that say the same nobody can tell which one is where: both count from the first.
    const order = seen.get(text) ?? place;
    seen.set(text, order);
    source.statements.push({
      name: `${source.identity} at ${source.statements.length}`,
      source,
      series,
      atMs,
      value: typeof values[i] === "number" ? values[i] : Number(values[i]),
      order,
      restampsMs: [],
      text,
      weight: 1,
    });
  }
}

function lump(source: Source, position: number, text: string): Statement {
  const name = `${source.identity} at ${position}`;
  return {
    name,
    source,
    series: undefined,
    atMs: Number.NaN,
    value: Number.NaN,
    order: 0,
    restampsMs: [],
    text,
    weight: 1,
  };
}

function weigh(entry: unknown): number {
  const { timestamps, values } = isObject(entry) ? entry : {};
  const lengths = [timestamps, values].map((list) => (Array.isArray(list) ? list.length : 0));
  return Math.max(1, ...lengths);
}

function textOf(metric: object, atMs: number, value: unknown): string {
  return JSON.stringify([metric, atMs, value]);
}

/** The texts that a letter's series hold, each as often as it holds it. */
export function textsOf(series: readonly unknown[]): string[] {
  return series.flatMap((entry) => {
    const shape = shapeOf(entry);
    if (!shape) return [JSON.stringify(entry)];
    return shape.timestamps.map((atMs, i) => textOf(shape.metric, atMs, shape.values[i]));
  });
}

function shapeOf(
  entry: unknown,
): { metric: Record<string, string>; timestamps: readonly number[]; values: readonly unknown[] } | undefined {
  if (!isObject(entry) || !isObject(entry.metric)) return undefined;
  const { metric, timestamps, values } = entry;
  if (!Array.isArray(timestamps) || !Array.isArray(values) || timestamps.length !== values.length) return undefined;
  return { metric: metric as Record<string, string>, timestamps, values };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
