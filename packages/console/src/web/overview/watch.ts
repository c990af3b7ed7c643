import { type ReadonlySignal, signal } from "@preact/signals";
import type { HistoryPoint, Overview } from "../../api.ts";
import { get } from "../call.ts";

/** As many as the server keeps. */
const MAX_POINTS = 900;
const INTERVAL_MS = 2_000;

const latest = signal<Overview | undefined>(undefined);
const curve = signal<readonly HistoryPoint[]>([]);

/** What the server said last. */
export const overview: ReadonlySignal<Overview | undefined> = latest;
/** What it has seen lately, oldest first. */
export const points: ReadonlySignal<readonly HistoryPoint[]> = curve;

/** Asks again and again, only for what is new. Returns what ends it. */
export function watchOverview(): () => void {
  const ending = new AbortController();
  let timer: number | undefined;
  const tick = async (): Promise<void> => {
    if (!document.hidden) await ask(ending.signal);
    if (!ending.signal.aborted) timer = window.setTimeout(tick, INTERVAL_MS);
  };
  void tick();
  return () => {
    ending.abort();
    clearTimeout(timer);
  };
}

async function ask(signal: AbortSignal): Promise<void> {
  try {
    const since = curve.value.at(-1)?.atMs ?? 0;
    const answer = await get<Overview>(`overview?since=${since}`, signal);
    if (answer.points.length > 0) curve.value = [...curve.value, ...answer.points].slice(-MAX_POINTS);
    latest.value = answer;
  } catch {
    // `trouble` says it on every page.
  }
}
