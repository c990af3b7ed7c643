import { type DeadLetters, openDeadLetters, openQueue, type Sweep } from "@penstock/operator";
import { prepare } from "../output/prepare.ts";
import { count } from "../output/words.ts";

/** What every sub-command of `dlq` is given. */
export interface DlqOptions {
  readonly deadLetters: string;
  readonly json?: boolean;
}

/** @throws {TypeError} when the URL is none of a FIFO queue's */
export function openLetters({ deadLetters }: DlqOptions): DeadLetters {
  prepare(deadLetters);
  return openDeadLetters(openQueue(deadLetters));
}

/** What a look could not see, or did not leave as it was: on standard error, beside whatever was asked for. */
export function tellSweep({ hidden, turned, undeleted, unreturned, ended }: Sweep, reach: "front" | "all"): void {
  const say = (sentence: string): void => void process.stderr.write(`${sentence}\n`);
  if (ended === "cancelled") say("Cancelled: this is not all.");
  if (ended === "limit") say("The limit was reached: this is not all.");
  if (hidden > 0 && ended === undefined) {
    const cure =
      reach === "front" ? "--all goes behind them" : "they came since, or somebody else holds them: look again";
    say(`About ${count(hidden, "more letter")} could not be reached; ${cure}.`);
  }
  if (turned > 0) say(`${count(turned, "letter")} in the way were queued again at the end of their groups.`);
  if (undeleted > 0) say(`${count(undeleted, "letter")} could not be deleted and come again: run this once more.`);
  if (unreturned > 0) say(`${count(unreturned, "letter")} could not be given back; they come back within a minute.`);
}
