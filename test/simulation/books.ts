import type { Report } from "@penstock/flusher";
import type { Delivery } from "../../packages/local/src/queue/message.ts";
import type { World } from "./world.ts";

/** What all the flushes that lived to tell came to. */
export interface Totals {
  invocations: number;
  deaths: number;
  received: number;
  stored: number;
  rejected: number;
  duplicate: number;
  returned: number;
}

export function newTotals(): Totals {
  return { invocations: 0, deaths: 0, received: 0, stored: 0, rejected: 0, duplicate: 0, returned: 0 };
}

export function addReport(totals: Totals, report: Report): void {
  totals.received += report.received;
  totals.stored += report.stored;
  totals.rejected += rejectedOf(report);
  totals.duplicate += report.duplicate;
  totals.returned += report.returned;
}

/** A report's books must close, and be about what was in hand and what landed. */
export function checkBooks(
  { batch, landed }: { readonly batch: readonly Delivery[]; readonly landed: number },
  report: Report,
  { traffic, exact }: World,
  samplesOf: (messageId: string) => number,
): { books: string; isSound: boolean } {
  const { received, stored, duplicate, returned } = report;
  const rejected = rejectedOf(report);
  const inHand = batch.reduce((sum, { messageId }) => sum + samplesOf(messageId), 0);
  const outcome = `stored ${stored} (${landed} landed), rejected ${rejected}, duplicate ${duplicate}, returned ${returned}`;
  const isClosed = received === stored + rejected + duplicate + returned && received === inHand;
  // A gauge that is written once more is stored and does not land; and where nothing is exact, this is not either.
  const isCounted = exact && traffic.series.every(({ kind }) => kind === "delta");
  const isTrue = stored <= landed && landed <= stored + returned + rejected;
  return { books: `received ${received} of ${inHand}, ${outcome}`, isSound: isClosed && (isTrue || !isCounted) };
}

function rejectedOf({ rejected }: Report): number {
  return Object.values(rejected).reduce((sum, count) => sum + count, 0);
}

/** Messages that are acknowledged behind one of their group that is returned. */
export function overtaking(batch: readonly Delivery[], failed: ReadonlySet<string>): string[] {
  const held = new Set<string>();
  const overtake: string[] = [];
  for (const { messageId, group } of batch) {
    if (failed.has(messageId)) held.add(group);
    else if (held.has(group)) overtake.push(messageId);
  }
  return overtake;
}
