import { count } from "../output/words.ts";

const INTERVAL_MS = 100;
const CLEAR_LINE = "\r\u001b[K";

/** Shows how far a work is. */
export type Show = (text: string) => void;

/** For works that tell how many letters they have seen. */
export function seen(show: Show): (letters: number) => void {
  return (letters) => show(`${count(letters, "letter")} seen`);
}

/**
 * Runs a work that tells how far it is, in one line on standard error that is rewritten and taken away at the end; nothing
 * where that is no terminal.
 *
 * @param output `stream` for what prints as it goes: then the line would stand in the way of its own terminal
 */
export async function progressing<T>(output: "stream" | "end", work: (show: Show) => Promise<T>): Promise<T> {
  if (!process.stderr.isTTY || (output === "stream" && process.stdout.isTTY)) return work(() => undefined);
  let shownAtMs = Number.NEGATIVE_INFINITY;
  const show = (text: string): void => {
    if (performance.now() - shownAtMs < INTERVAL_MS) return;
    shownAtMs = performance.now();
    process.stderr.write(`${CLEAR_LINE}${text}`);
  };
  try {
    return await work(show);
  } finally {
    process.stderr.write(CLEAR_LINE);
  }
}
