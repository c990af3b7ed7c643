import { MAX_SAMPLE_LEAD_MS } from "@penstock/model";
import { isDelta, type Part, type Sample } from "./batch.ts";

/** Receipts have the top bit of a 53-bit integer set, which no time in milliseconds has for 140,000 years. */
const RECEIPT_BIT: number = 2 ** 52;

/** The value of a part's receipt: 52 bits of a hash of the message's identity and the part's number, above a bit. */
export function receiptValue(identity: string, part: number): number {
  return RECEIPT_BIT + hash52(`${part} ${identity}`);
}

/** cyrb53 (public domain, bryc), cut to 52 bits: two 32-bit multiplicative hashes, crossed at the end. */
export function hash52(text: string): number {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    a = Math.imul(a ^ code, 2654435761);
    b = Math.imul(b ^ code, 1597334677);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  return (b & 0xfffff) * 2 ** 32 + (a >>> 0);
}

/** Samples of `penstock_receipt` for one group, as one request writes them. */
export interface ReceiptSeries {
  readonly timestamps: number[];
  readonly values: number[];
}

/** How far ahead a receipt or a restamp may be written: inside what receivers take, with room for the receipts after it. */
export const MAX_RECEIPT_LEAD_MS: number = MAX_SAMPLE_LEAD_MS - 60_000;

/** Writes receipts: each group's in strictly increasing time, so that no receiver finds one out of order. */
export class ReceiptBook {
  readonly #newestMs = new Map<string, number>();

  /** A receipt of the group was seen at the receiver. */
  saw(group: string, atMs: number): void {
    this.#newestMs.set(group, Math.max(this.#newestMs.get(group) ?? 0, atMs));
  }

  /**
   * The receipts that a request with these samples must carry, by group. A receipt goes with the first samples of its
   * part that are sent, never later: what lands without a receipt would be written again by a redelivery. When samples
   * are restamped, the time they are counted from follows the receipt by a millisecond: it may not be the time of
   * sending, and a message announced again has another one, so they could not be found otherwise.
   */
  write(samples: readonly Sample[], nowMs: number): Map<string, ReceiptSeries> {
    const receipts = new Map<string, ReceiptSeries>();
    for (const [part, bases] of missingReceipts(samples)) {
      const { group } = part.load.record;
      const series = receipts.get(group) ?? { timestamps: [], values: [] };
      receipts.set(group, series);
      // A receipt speaks for its part alone; one with a base behind it says so of that base as well.
      for (const base of bases.size > 0 ? bases : [undefined]) {
        this.#append(series, group, part.receipt, this.#timeFor(part, nowMs));
        if (base !== undefined) this.#append(series, group, base, 0);
      }
    }
    return receipts;
  }

  /**
   * Not before SQS took the message, nor before its oldest sample: a later look for this message begins at the earlier
   * of the two, and must find the receipt whatever the consumers' clocks say.
   */
  #timeFor(part: Part, nowMs: number): number {
    const oldest = part.samples.reduce((oldestMs, { ownMs }) => Math.min(oldestMs, ownMs), Number.POSITIVE_INFINITY);
    return Math.max(nowMs, part.load.record.sentAtMs, Math.min(oldest, nowMs + MAX_RECEIPT_LEAD_MS));
  }

  #append(series: ReceiptSeries, group: string, value: number, earliestMs: number): void {
    const atMs = Math.max(earliestMs, (this.#newestMs.get(group) ?? 0) + 1);
    this.#newestMs.set(group, atMs);
    series.timestamps.push(atMs);
    series.values.push(value);
  }
}

/** The parts of which a receipt is missing at the receiver, and the bases of theirs that are. */
function missingReceipts(samples: readonly Sample[]): Map<Part, Set<number>> {
  const missing = new Map<Part, Set<number>>();
  for (const sample of samples) {
    const { part, restampBaseMs } = sample;
    if (part.receiptRefused || !isDelta(sample)) continue;
    const needsBase = restampBaseMs !== undefined && !part.restampBases.has(restampBaseMs);
    if (part.receipted && !needsBase) continue;
    const bases = missing.get(part) ?? new Set();
    missing.set(part, bases);
    if (needsBase) bases.add(restampBaseMs);
  }
  return missing;
}

/** One group's receipt samples in time order: which parts were written, and from which times on restamped. */
export function readReceipts(samples: readonly (readonly [atMs: number, value: number])[]): Map<number, Set<number>> {
  const found = new Map<number, Set<number>>();
  for (const [i, [atMs, value]] of samples.entries()) {
    if (value < RECEIPT_BIT) continue;
    const bases = found.get(value) ?? new Set<number>();
    found.set(value, bases);
    const next = samples[i + 1];
    if (next && next[1] < RECEIPT_BIT && next[0] === atMs + 1) bases.add(next[1]);
  }
  return found;
}
