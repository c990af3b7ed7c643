import {
  GROUP_LABEL,
  keyOfSorted,
  LANE_LABEL,
  NAME_LABEL,
  RECEIPT_METRIC,
  type ReadSeries,
  sortLabels,
} from "@penstock/model";
import { type Series, seriesId } from "./batch.ts";
import { type ReceiptBook, readReceipts } from "./receipts.ts";

/** What a look found: the samples of each lane, and the receipts of each group. */
export class Ledger {
  readonly #groupLabel: string;
  readonly #lanes: number;
  /** By series, then by lane: values by timestamp. */
  readonly #landed = new Map<string, Map<number, number>[]>();
  /** How many of the landed samples have answered for one of ours, by series and saying. */
  readonly #claimed = new Map<string, number>();
  /** By group: the receipts' values by time, and what they say, read when first asked for. */
  readonly #receiptSamples = new Map<string, Map<number, number>>();
  readonly #receipts = new Map<string, Map<number, Set<number>>>();

  /** @param groupLabel the label that holds the group, "" when samples carry none */
  constructor(groupLabel: string, lanes: number) {
    this.#groupLabel = groupLabel;
    this.#lanes = lanes;
  }

  /** Enters what a query returned. A long look comes in several pieces, in any order. */
  enter(found: readonly ReadSeries[], book: ReceiptBook): void {
    for (const { labels, timestamps, values } of found) {
      if (labels[NAME_LABEL] === RECEIPT_METRIC)
        this.#enterReceipts(labels[GROUP_LABEL] ?? "", timestamps, values, book);
      else this.#enterLane(labels, timestamps, values);
    }
  }

  #enterReceipts(group: string, timestamps: readonly number[], values: readonly number[], book: ReceiptBook): void {
    const samples = this.#receiptSamples.get(group) ?? new Map<number, number>();
    this.#receiptSamples.set(group, samples);
    this.#receipts.delete(group);
    for (let i = 0; i < timestamps.length; i++) {
      samples.set(timestamps[i]!, values[i]!);
      book.saw(group, timestamps[i]!);
    }
  }

  #enterLane(labels: Readonly<Record<string, string>>, timestamps: readonly number[], values: readonly number[]): void {
    const lane = Number(labels[LANE_LABEL]);
    // A stranger's "01" or "+1" is no lane of ours.
    if (!(Number.isInteger(lane) && lane >= 1 && String(lane) === labels[LANE_LABEL])) return;
    const key = keyOfSorted(sortLabels(labels));
    // A series whose group label differs is another series to the receiver, so not one of ours.
    const id = this.#groupLabel === "" ? key : seriesId(labels[GROUP_LABEL] ?? "", key);
    const lanes = this.#landed.get(id) ?? [];
    this.#landed.set(id, lanes);
    lanes[lane] ??= new Map();
    for (let i = 0; i < timestamps.length; i++) {
      lanes[lane].set(timestamps[i]!, values[i]! + 0);
    }
  }

  /** From which times on this receipt's part was restamped; undefined when the receipt is not there. */
  receipt(group: string, value: number): ReadonlySet<number> | undefined {
    let receipts = this.#receipts.get(group);
    if (!receipts) {
      // Only now: a receipt and the time that follows it may have come in two pieces of one look.
      receipts = readReceipts([...(this.#receiptSamples.get(group) ?? [])].sort(([a], [b]) => a - b));
      this.#receipts.set(group, receipts);
    }
    return receipts.get(value);
  }

  /** Whether a landed sample answers for this one. Each answers once: two that say the same need two to have landed. */
  claim(series: Series, atMs: number, value: number): boolean {
    const id = this.#idOf(series);
    const landed = this.#landed.get(id)?.filter((lane) => Object.is(lane.get(atMs), value + 0)).length ?? 0;
    const saying = `${id} ${atMs} ${value}`;
    const claimed = this.#claimed.get(saying) ?? 0;
    if (claimed >= landed) return false;
    this.#claimed.set(saying, claimed + 1);
    return true;
  }

  /** The value at this time in this lane; undefined when there is none. */
  at(series: Series, lane: number, atMs: number): number | undefined {
    return this.#landed.get(this.#idOf(series))?.[lane]?.get(atMs);
  }

  /** Sets what is known to be newest in the lanes of a series to what this look found, and only that. */
  refresh(series: Series): void {
    series.newest.length = 0;
    const lanes = this.#landed.get(this.#idOf(series));
    if (!lanes) return;
    for (let lane = 1; lane <= this.#lanes; lane++) {
      let newest = Number.NEGATIVE_INFINITY;
      for (const atMs of lanes[lane]?.keys() ?? []) newest = Math.max(newest, atMs);
      series.newest.push(newest);
    }
  }

  #idOf({ id, key }: Series): string {
    return this.#groupLabel === "" ? key : id;
  }
}
