import type { HistoryPoint, Overview } from "../../api.ts";
import { count, duration } from "../format.ts";
import type { Mood } from "../parts/mood.ts";
import { imbalance, messagesIn, ratesNow } from "./rates.ts";

export interface Health {
  readonly mood: Mood;
  readonly sentence: string;
}

/** AMP takes nothing older than an hour: at a quarter of it somebody should know. */
const OLD_MS: number = 15 * 60_000;
const WINDOW_MS = 60_000;

/** How things are, in one sentence: the worst first. */
export function healthOf(overview: Overview, points: readonly HistoryPoint[]): Health {
  const { queue, deadLetters, books, oldestSentAtMs, newestReceiptMs, nowMs } = overview;
  if (!queue.known) return { mood: "bad", sentence: `The queue does not answer. ${queue.why}` };
  if (!deadLetters.known) return { mood: "bad", sentence: `The dead-letter queue does not answer. ${deadLetters.why}` };
  const off = books.known ? imbalance(books.value) : 0;
  if (off !== 0) return { mood: "bad", sentence: `The books are off by ${count(Math.abs(off), "sample")}.` };
  const oldestMs = oldestSentAtMs.known ? oldestSentAtMs.value : undefined;
  if (oldestMs !== undefined && nowMs - oldestMs > OLD_MS) {
    const age = duration(nowMs - oldestMs);
    return { mood: "bad", sentence: `The oldest message has waited for ${age}: AMP takes nothing older than an hour.` };
  }
  const waiting = count(queue.value.visible, "message");
  if (isStuck(points))
    return { mood: "bad", sentence: `${waiting} waiting, and nobody takes them: is the consumer running?` };
  if ((ratesNow(points, WINDOW_MS)?.returned ?? 0) > 0) {
    return {
      mood: "warn",
      sentence: "Samples go back to the queue: the receiver does not take them now. None is lost.",
    };
  }
  if (newestReceiptMs?.known === false) return { mood: "warn", sentence: newestReceiptMs.why };
  const letters = messagesIn(deadLetters.value);
  if (letters > 0) {
    const verb = letters === 1 ? "waits" : "wait";
    return { mood: "warn", sentence: `${count(letters, "dead letter")} ${verb} for you.` };
  }
  if (queue.value.visible > 0) return { mood: "good", sentence: `All is well; ${waiting} on the way.` };
  return { mood: "good", sentence: "All is well: nothing waits, and there is no dead letter." };
}

/** Messages waited for a whole minute, and at no time of it was one in anybody's hands. */
function isStuck(points: readonly HistoryPoint[]): boolean {
  const sinceMs = (points.at(-1)?.atMs ?? 0) - WINDOW_MS;
  const isLongKnown = points.length > 0 && points[0]!.atMs <= sinceMs;
  const recent = points.filter(({ atMs }) => atMs >= sinceMs);
  return isLongKnown && recent.every(({ queue }) => queue && queue.visible > 0 && queue.inFlight === 0);
}
