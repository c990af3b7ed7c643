import type { Clock } from "@penstock/model";
import type { ProducerError } from "./refusal.ts";

/** A mistake in a hot path, or an outage, says the same thing thousands of times. */
const REPORT_INTERVAL_MS = 60_000;

/**
 * Writes what a producer tells to the console, each fate and reason at most once a minute; the next line says how many
 * were held back.
 */
export function consoleReporter(clock: Clock, write: (sentence: string) => void): (error: ProducerError) => void {
  const told = new Map<string, { atMs: number; heldBack: number }>();
  return (error) => {
    const topic = `${error.fate} ${error.reason ?? ""}`;
    const last = told.get(topic);
    const now = clock.now();
    if (last && now - last.atMs < REPORT_INTERVAL_MS) {
      last.heldBack++;
      return;
    }
    told.set(topic, { atMs: now, heldBack: 0 });
    const more = last && last.heldBack > 0 ? ` (and ${last.heldBack} more like it since the last line)` : "";
    write(`penstock: ${error.message}${more}`);
  };
}
