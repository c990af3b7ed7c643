import type { FlushReport } from "@penstock/local";

/** The sums of many flushes, in samples. A sample that was returned is received again. */
export interface Totals {
  received: number;
  stored: number;
  rejected: number;
  duplicate: number;
  returned: number;
}

/** Adds flushes up. */
export class FlushAccount {
  readonly totals: Totals = { received: 0, stored: 0, rejected: 0, duplicate: 0, returned: 0 };

  add({ received, stored, rejected, duplicate, returned }: FlushReport): void {
    this.totals.received += received;
    this.totals.stored += stored;
    this.totals.rejected += Object.values(rejected).reduce((sum, samples) => sum + samples, 0);
    this.totals.duplicate += duplicate;
    this.totals.returned += returned;
  }
}

/** `received 12 = stored 12 + rejected 0 + duplicate 0 + returned 0` */
export function formatTotals({ received, stored, rejected, duplicate, returned }: Totals): string {
  return `received ${received} = stored ${stored} + rejected ${rejected} + duplicate ${duplicate} + returned ${returned}`;
}

/**
 * What the books do not explain, a sentence each.
 *
 * @param sent samples that this process put into the queue; others may have sent some too
 * @param waiting messages still in the queue
 */
export function unexplained(totals: Totals, sent: number, waiting: number): string[] {
  const { received, stored, rejected, duplicate, returned } = totals;
  const problems: string[] = [];
  const settled = received - returned;
  if (received !== stored + rejected + duplicate + returned) problems.push("The sum of the account is wrong.");
  if (waiting > 0) problems.push(`${waiting} messages still wait in the queue.`);
  if (settled < sent) problems.push(`${sent - settled} of the ${sent} samples sent are not in the account.`);
  return problems;
}
