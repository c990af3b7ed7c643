import type { FlushResult } from "../producer.ts";
import { within } from "./within.ts";

/** Amazon ECS and Kubernetes kill after 30 s by default. */
const MAX_CLOSE_MS = 10_000;

/** What {@link closeOnSignal} closes: `Metrics`, or a `Producer`. */
export interface Closable {
  close(): Promise<FlushResult>;
}

/** Of all that are closed by a signal: the last of them to be asked ends the process, and waits for the others. */
const closing: Promise<unknown>[] = [];

/**
 * Closes `metrics` when the process is told to end, by SIGTERM by default. When nobody else listens for the signal, the
 * process then ends by it as it would have; otherwise its end is left to those who listen. Bounded to ten seconds. Where
 * you shut down in an order of your own, await `metrics.close()` there instead.
 *
 * @returns takes the listener off again
 */
export function closeOnSignal(metrics: Closable, signal: "SIGTERM" | "SIGINT" | "SIGHUP" = "SIGTERM"): () => void {
  const listener = async (): Promise<void> => {
    const isAlone = process.listenerCount(signal) === 0;
    const closed = within(MAX_CLOSE_MS, metrics.close()).catch((error: unknown) => {
      console.warn(`penstock: The last flush failed: ${String(error)}`);
    });
    closing.push(closed);
    if (!isAlone) return;
    await Promise.all(closing);
    process.kill(process.pid, signal);
  };
  // First, so that it sees those who listen once before they are gone.
  process.prependOnceListener(signal, listener);
  return () => process.removeListener(signal, listener);
}
