import type { Budget } from "./budget.ts";
import type { Horizon } from "./horizon.ts";
import type { FlusherOptions } from "./options.ts";
import type { Ports } from "./ports.ts";
import type { ReceiptBook } from "./receipts.ts";
import type { Tally } from "./tally.ts";

/** What the steps of one flush share. Nothing of it outlives the flush: a warm environment remembers nothing. */
export interface Run {
  readonly ports: Ports;
  readonly options: FlusherOptions;
  readonly budget: Budget;
  readonly tally: Tally;
  readonly book: ReceiptBook;
  readonly horizon: Horizon;
}
