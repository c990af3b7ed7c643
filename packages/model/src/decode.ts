import { isUtf8 } from "node:buffer";
import { gunzipSync } from "node:zlib";
import { countOf, type DecodedSeries, decodeSeries } from "./decode-series.ts";
import { isObject } from "./json.ts";
import { MAX_DECODED_BYTES, MAX_MESSAGE_SAMPLES, MAX_NAME_LENGTH } from "./limits.ts";
import type { Reject } from "./reasons.ts";
import { KINDS, type Kind, LATES, type Late } from "./series.ts";
import { show } from "./text.ts";
import type { LabelLimits } from "./validate.ts";

/** A message as a consumer sees it. */
export interface DecodedMessage {
  readonly id: string | undefined;
  readonly writer: string | undefined;
  readonly kind: Kind;
  readonly late: Late;
  readonly series: readonly DecodedSeries[];
  /** Samples of all series, bad ones included. */
  readonly samples: number;
}

/** What {@link decodeMessage} made of a body. */
export type Decoded =
  | { readonly ok: true; readonly message: DecodedMessage }
  /** `raw` is the text that could not be read: the body, or what a dead letter kept of another. */
  | { readonly ok: false; readonly reject: Reject; readonly raw: string };

/** A series needs three levels. Deeper text is no message, and past some thousands JSON itself cannot be written again. */
const MAX_NESTING = 16;

/**
 * Reads a message body. Never throws: what cannot be read is a reject of the whole body, of a series or of a sample,
 * whichever is the smallest that holds the fault.
 *
 * @param limits a receiver's own, where they are not AMP's
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
    // Read as UTF-8 all the same, two texts of another encoding could become one, and their series one series.
    if (!isUtf8(bytes)) return malformed("Expected `data` to unpack to UTF-8, got bytes that are not");
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
  const fault = envelopeFault({ id, writer, kind, late });
  if (fault !== undefined) return malformed(fault);
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

/** Why a message cannot say this of itself, in a sentence; undefined when it can. Id and writer may be left out. */
export function envelopeFault(
  { id, writer, kind, late }: { readonly [name in "id" | "writer" | "kind" | "late"]: unknown },
  maxIdLength: number = MAX_NAME_LENGTH,
): string | undefined {
  if (id !== undefined && !isName(id, maxIdLength)) return nameFault("id", id, maxIdLength);
  if (writer !== undefined && !isName(writer, MAX_NAME_LENGTH)) return nameFault("writer", writer, MAX_NAME_LENGTH);
  if (!KINDS.includes(kind as Kind)) return `Expected \`kind\` to be one of ${KINDS.join(", ")}, got ${show(kind)}`;
  if (!LATES.includes(late as Late)) return `Expected \`late\` to be one of ${LATES.join(", ")}, got ${show(late)}`;
  return undefined;
}

function isName(value: unknown, maxLength: number): boolean {
  return typeof value === "string" && value.length > 0 && value.length <= maxLength && value.isWellFormed();
}

function nameFault(field: string, value: unknown, maxLength: number): string {
  return `Expected \`${field}\` to be 1 to ${maxLength} well-formed characters, got ${show(value)}`;
}

function malformed(detail: string): { ok: false; reject: Reject } {
  return { ok: false, reject: { reason: "message_malformed", detail } };
}
