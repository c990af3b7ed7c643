import type { IncomingSeries } from "../../packages/local/src/receiver/index.ts";
import type { RecordedRaw, RecordedSeries, Step } from "./transcripts.ts";

const SPECIAL_BITS: ReadonlyMap<number | string, bigint> = new Map([
  ["NaN", 0x7ff8000000000001n],
  // Some other NaN.
  ["NaN2", 0x7ff8000000000123n],
  ["stale", 0x7ff0000000000002n],
]);
const INFINITIES: ReadonlyMap<number | string, number> = new Map([
  ["+Inf", Infinity],
  ["-Inf", -Infinity],
]);

export function isRaw(request: Step["request"]): request is RecordedRaw {
  return "raw" in request;
}

/** The series of a step, with those that the transcript left out because they are like the others. */
export function seriesOf({ request, requestExtra }: Step, baseMs: number): IncomingSeries[] {
  if (isRaw(request)) throw new Error("Expected recorded series, got a recorded body");
  const series = [...request];
  for (let i = 0; i < (requestExtra?.moreSeries ?? 0); i++) series.push(continueRow(series.slice(-2)));
  return series.map((entry) => toIncoming(entry, baseMs));
}

/** The body of a raw step. What was not recorded are zeros: enough where the answer comes from the start. */
export function bodyOf({ bodyHexHead, bodyBytes }: RecordedRaw): Buffer {
  const head = Buffer.from(bodyHexHead, "hex");
  return Buffer.concat([head, Buffer.alloc(bodyBytes - head.length)]);
}

function toIncoming({ labels, samples }: RecordedSeries, baseMs: number): IncomingSeries {
  return {
    labels: labels.map(([name, value]) => [unabbreviate(name), unabbreviate(value)] as const),
    timestamps: samples.map(([offset]) => (typeof offset === "number" ? baseMs + offset : Number(offset))),
    values: Float64Array.from(samples, ([, value]) => toNumber(value)),
  };
}

function toNumber(value: number | string): number {
  const bits = SPECIAL_BITS.get(value);
  if (bits !== undefined) return new Float64Array(BigUint64Array.of(bits).buffer)[0]!;
  const number = INFINITIES.get(value) ?? Number(value);
  if (Number.isNaN(number)) throw new Error(`Expected a recorded value, got ${JSON.stringify(value)}`);
  return number;
}

/** `xxxxxxxx…(2048 bytes)` and `hex:fffe`, which a decoder reads as two characters that stand for bad bytes. */
function unabbreviate(text: string): string {
  const [, sample, bytes] = /^(.)\1{7}…\((\d+) bytes\)$/u.exec(text) ?? [];
  if (sample !== undefined) return sample.repeat(Number(bytes));
  const hex = /^hex:((?:[0-9a-f]{2})+)$/.exec(text)?.[1];
  return hex === undefined ? text : Buffer.from(hex, "hex").toString();
}

/** The next of a row of series: what counts up in labels and values goes on counting. */
function continueRow([before, last]: readonly RecordedSeries[]): RecordedSeries {
  const labels = last!.labels.map(([name, value], i) => [name, countOn(before!.labels[i]![1], value)] as const);
  const samples = last!.samples.map(
    ([offset, value], i) => [offset, 2 * Number(value) - Number(before!.samples[i]![1])] as const,
  );
  return { labels, samples };
}

function countOn(before: string, last: string): string {
  if (before === last) return last;
  const [, stem, digits] = /^(.*?)(\d+)$/.exec(last) ?? [];
  if (digits === undefined) throw new Error(`Expected labels that count up, got ${before} and ${last}`);
  return `${stem}${String(Number(digits) + 1).padStart(digits.length, "0")}`;
}
