import { lendCredentials } from "@penstock/local";
import {
  type DeadLetters,
  openDeadLetters,
  openQueue,
  parseMatchers,
  type Reach,
  type Sweep,
} from "@penstock/operator";
import { count } from "../output/words.ts";

/** What every sub-command of `dlq` is given. */
export interface DlqOptions {
  readonly deadLetters: string;
  readonly json?: true;
  readonly all?: true;
  readonly confirm?: true;
}

/** @throws {TypeError} when the URL is none of a FIFO queue's */
export function openLetters({ deadLetters }: DlqOptions): DeadLetters {
  lendCredentials(deadLetters);
  return openDeadLetters(openQueue(deadLetters));
}

/** Which letters, how far, and until when. */
export interface Look {
  readonly matchers: ReturnType<typeof parseMatchers>;
  readonly reach: Reach;
  readonly signal: AbortSignal;
}

/** What changes something goes as far as it must. @throws {SyntaxError} */
export function lookOf(selector: string, { all, confirm }: DlqOptions, signal: AbortSignal): Look {
  return { matchers: parseMatchers(selector), reach: all || confirm ? "all" : "front", signal };
}

/** What a look could not see, or did not leave as it was: on standard error, beside whatever was asked for. */
export function tellSweep(sweep: Sweep, reach: Reach): void {
  const { hidden, doubles, turned, undeleted, unreturned, ended } = sweep;
  const say = (sentence: string): void => void process.stderr.write(`${sentence}\n`);
  if (ended === "cancelled") say("Cancelled: this is not all.");
  if (ended === "limit") say("The limit was reached: this is not all.");
  if (hidden > 0 && ended === undefined) {
    const cure =
      reach === "front" ? "--all goes behind them" : "they came since, or somebody else holds them: look again";
    say(`About ${count(hidden, "more letter")} could not be reached; ${cure}.`);
  }
  if (doubles > 0 && reach === "front") {
    say(
      `${count(doubles, "letter")} ${doubles === 1 ? "is" : "are"} here twice, and counted once; --all makes them one.`,
    );
  }
  if (turned > 0) say(`${count(turned, "letter")} in the way were queued again at the end of their groups.`);
  if (undeleted > 0) say(`${count(undeleted, "letter")} could not be deleted and come again: run this once more.`);
  if (unreturned > 0) say(`${count(unreturned, "letter")} could not be given back; they come back within a minute.`);
}
