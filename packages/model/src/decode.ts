import { gunzipSync } from "node:zlib";
import { MAX_DECODED_BYTES, MAX_MESSAGE_SAMPLES } from "./limits.ts";
import type { Reject } from "./reasons.ts";
import { KINDS, type Kind, keyOfSorted, LATES, type LabelPairs, type Late, sortPairs } from "./series.ts";
import { show } from "./text.ts";
import { checkLabels, type LabelLimits, unreadableTimestamp, unreadableValue } from "./validate.ts";

/** A message as a consumer sees it. Every sample keeps its position, the bad ones too: parts are cut by position. */
export interface DecodedMessage {
  readonly id: string | undefined;
  readonly writer: string | undefined;
  readonly kind: Kind;
  readonly late: Late;
  readonly series: readonly DecodedSeries[];
  /** Samples of all series, bad ones included. */
  readonly samples: number;
}

export interface DecodedSeries {
  /** Sorted, without empty values. */
  readonly labels: LabelPairs;
  readonly key: string;
  /** Milliseconds, NaN where it was no timestamp. */
  readonly timestamps: readonly number[];
  readonly values: readonly number[];
  /** How many samples it stands for: the longer of the two lists, and at least one when it could not be read. */
  readonly count: number;
  /** The whole series can never be stored. */
  readonly reject: Reject | undefined;
  /** By index: this sample can never be stored. */
  readonly sampleRejects: ReadonlyMap<number, Reject>;
  /** As it stood in the message, for a dead letter. */
  readonly source: unknown;
}

export type Decoded =
  | { readonly ok: true; readonly message: DecodedMessage }
  /** `raw` is the text that could not be read: the body, or what a dead letter kept of another. */
  | { readonly ok: false; readonly reject: Reject; readonly raw: string };

/** A series needs three levels. Deeper text is no message, and past some thousands JSON itself cannot be written again. */
const MAX_NESTING = 16;

/**
 * Reads a message body. Never throws: what cannot be read is a reject of the whole body, of a series or of a sample,
 * whichever is the smallest that holds the fault.
 */
export function decodeMessage(body: string, limits?: Partial<LabelLimits>): Decoded {
  const parsed = parseBody(body);
  if (!parsed.ok) return { ...parsed, raw: body };
  const { raw } = parsed.message;
  if (raw === undefined) return decodeEnvelope(parsed.message, body, limits);
  // A dead letter of an unreadable body: it may be readable now; if not, the letter of it must not nest.
  const kept = parseBody(raw);
  if (!kept.ok) return { ...kept, raw };
  if (kept.message.raw !== undefined) return { ...malformed("Expected `raw` to hold no dead letter, got one"), raw };
  return decodeEnvelope(kept.message, raw, limits);
}

function decodeEnvelope({ raw: _, ...message }: Envelope, body: string, limits?: Partial<LabelLimits>): Decoded {
  // Before a sample is looked at: 20 kB of gzip can hold millions, and each bad one would get its own sentence.
  const claimed = message.series.reduce<number>((sum, source) => sum + countOf(source), 0);
  if (claimed > MAX_MESSAGE_SAMPLES) {
    return { ...malformed(`Expected at most ${MAX_MESSAGE_SAMPLES} samples in a message, got ${claimed}`), raw: body };
  }
  const series = message.series.map((entry) => decodeSeries(entry, message.kind, limits));
  if (series.some(isTooDeep)) {
    return { ...malformed(`Expected at most ${MAX_NESTING} levels of nesting in a series, got more`), raw: body };
  }
  const samples = series.reduce((sum, { count }) => sum + count, 0);
  return { ok: true, message: { ...message, series, samples } };
}

/** What is rejected is written again, in a dead letter; what is readable is flat. */
function isTooDeep({ reject, sampleRejects, source }: DecodedSeries): boolean {
  return (reject !== undefined || sampleRejects.size > 0) && isDeeper(source, MAX_NESTING);
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1));
}

type Envelope = Omit<DecodedMessage, "series" | "samples"> & {
  readonly series: readonly unknown[];
  readonly raw: string | undefined;
};

function parseBody(body: string): { ok: true; message: Envelope } | { ok: false; reject: Reject } {
  const outer = parseObject(body);
  if (!outer.ok) return outer;
  if (outer.object.v !== 1) return malformed(`Expected \`v\` to be 1, got ${show(outer.object.v)}`);
  if (outer.object.encoding === undefined) return parseEnvelope(outer.object);
  const unpacked = unpack(outer.object);
  if (!unpacked.ok) return unpacked;
  // Samples in two places: those that are not read would be gone without a word.
  const beside = ["series", "raw"].find((name) => outer.object[name] !== undefined);
  if (beside !== undefined) return malformed(`Expected \`data\` without \`${beside}\` beside it, got both`);
  const inner = parseObject(unpacked.text);
  if (!inner.ok) return inner;
  const { v, encoding } = inner.object;
  if (v !== 1) return malformed(`Expected \`v\` to be 1 in the data, got ${show(v)}`);
  if (encoding !== undefined) return malformed(`Expected no \`encoding\` in the data, got ${show(encoding)}`);
  return parseEnvelope(inner.object);
}

function parseObject(text: string): { ok: true; object: Record<string, unknown> } | { ok: false; reject: Reject } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return malformed(`Expected JSON: ${(error as Error).message}`);
  }
  if (!isObject(value)) return malformed(`Expected a JSON object, got ${show(value)}`);
  return { ok: true, object: value };
}

function unpack(outer: Record<string, unknown>): { ok: true; text: string } | { ok: false; reject: Reject } {
  const { encoding, data } = outer;
  if (encoding !== "gzip") return malformed(`Expected \`encoding\` to be "gzip", got ${show(encoding)}`);
  if (typeof data !== "string") return malformed(`Expected \`data\` to be base64 text, got ${show(data)}`);
  try {
    // The bound is what stands between one message and all memory.
    const bytes = gunzipSync(Buffer.from(data, "base64"), { maxOutputLength: MAX_DECODED_BYTES });
    return { ok: true, text: bytes.toString("utf8") };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ERR_BUFFER_TOO_LARGE") {
      return malformed(`Expected \`data\` to unpack to at most ${MAX_DECODED_BYTES} bytes, got more`);
    }
    return malformed(`Expected \`data\` to be gzip: ${message}`);
  }
}

function parseEnvelope(
  object: Record<string, unknown>,
): { ok: true; message: Envelope } | { ok: false; reject: Reject } {
  const { id, writer, kind = "delta", late = "reject", series, raw } = object;
  if (id !== undefined && !isName(id)) {
    return malformed(`Expected \`id\` to be 1 to ${MAX_NAME_LENGTH} characters, got ${show(id)}`);
  }
  if (writer !== undefined && !isName(writer)) {
    return malformed(`Expected \`writer\` to be 1 to ${MAX_NAME_LENGTH} characters, got ${show(writer)}`);
  }
  if (!KINDS.includes(kind as Kind))
    return malformed(`Expected \`kind\` to be one of ${KINDS.join(", ")}, got ${show(kind)}`);
  if (!LATES.includes(late as Late))
    return malformed(`Expected \`late\` to be one of ${LATES.join(", ")}, got ${show(late)}`);
  if (raw !== undefined && typeof raw !== "string") return malformed(`Expected \`raw\` to be text, got ${show(raw)}`);
  if (!Array.isArray(series)) return malformed(`Expected \`series\` to be a list, got ${show(series)}`);
  if (raw !== undefined && series.length > 0) {
    return malformed(`Expected no series beside \`raw\`, which stands for the whole message, got ${series.length}`);
  }
  return {
    ok: true,
    message: {
      id: id as string | undefined,
      writer: writer as string | undefined,
      kind: kind as Kind,
      late: late as Late,
      series,
      raw,
    },
  };
}

/** Long enough for a file's path; short enough for a log line. */
export const MAX_NAME_LENGTH = 512;

function isName(value: unknown): value is string {
  return typeof value === "string" && value.length > 0 && value.length <= MAX_NAME_LENGTH && value.isWellFormed();
}

function decodeSeries(source: unknown, kind: Kind, limits: Partial<LabelLimits> | undefined): DecodedSeries {
  const shape = readShape(source);
  if (!shape.ok) {
    return {
      labels: [],
      key: "",
      timestamps: [],
      values: [],
      count: shape.count,
      reject: shape.reject,
      sampleRejects: NONE,
      source,
    };
  }
  const { labels } = shape;
  let rejects: Map<number, Reject> | undefined;
  const values = new Array<number>(shape.values.length);
  for (let i = 0; i < values.length; i++) {
    values[i] = readValue(shape.values[i]);
    const reject = unreadableTimestamp(shape.timestamps[i], i) ?? unreadableValue(shape.values[i], values[i]!, kind, i);
    if (!reject) continue;
    rejects ??= new Map();
    rejects.set(i, reject);
  }
  return {
    labels,
    key: keyOfSorted(labels),
    timestamps: shape.timestamps as number[],
    values,
    count: values.length,
    reject: checkLabels(labels, limits),
    sampleRejects: rejects ?? NONE,
    source,
  };
}

const NONE: ReadonlyMap<number, Reject> = new Map();

type Shape =
  | { ok: true; labels: LabelPairs; timestamps: unknown[]; values: unknown[] }
  | { ok: false; reject: Reject; count: number };

function readShape(source: unknown): Shape {
  if (!isObject(source)) return misshapen(`Expected a series to be an object, got ${show(source)}`, 1);
  const { metric, timestamps, values } = source;
  const count = countOf(source);
  if (!isObject(metric)) return misshapen(`Expected \`metric\` to be an object, got ${show(metric)}`, count);
  const pairs = Object.entries(metric);
  for (const [name, value] of pairs) {
    if (typeof value !== "string")
      return misshapen(`Expected label ${show(name)} to be text, got ${show(value)}`, count);
  }
  if (!Array.isArray(timestamps))
    return misshapen(`Expected \`timestamps\` to be a list, got ${show(timestamps)}`, count);
  if (!Array.isArray(values)) return misshapen(`Expected \`values\` to be a list, got ${show(values)}`, count);
  if (timestamps.length !== values.length) {
    const lengths = `got ${timestamps.length} and ${values.length}`;
    return misshapen(`Expected \`timestamps\` and \`values\` to have one length, ${lengths}`, count);
  }
  return { ok: true, labels: sortPairs(pairs as [string, string][]), timestamps, values };
}

/** How many samples a series stands for, whatever it looks like; at least one, so that empty ones are bounded too. */
function countOf(source: unknown): number {
  if (!isObject(source)) return 1;
  return Math.max(lengthOf(source.timestamps), lengthOf(source.values), 1);
}

function lengthOf(value: unknown): number {
  return Array.isArray(value) ? value.length : 0;
}

const SPECIAL_VALUES: Readonly<Record<string, number>> = { NaN: Number.NaN, Infinity, "-Infinity": -Infinity };

function readValue(value: unknown): number {
  // Adding zero turns -0 into 0, as Cortex does on ingestion: what is read back must equal what was sent.
  if (typeof value === "number") return value + 0;
  return typeof value === "string" && Object.hasOwn(SPECIAL_VALUES, value) ? SPECIAL_VALUES[value]! : Number.NaN;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function malformed(detail: string): { ok: false; reject: Reject } {
  return { ok: false, reject: { reason: "message_malformed", detail } };
}

function misshapen(detail: string, count: number): { ok: false; reject: Reject; count: number } {
  return { ok: false, reject: { reason: "series_malformed", detail }, count };
}
