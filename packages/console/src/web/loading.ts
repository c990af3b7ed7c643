import { useEffect, useRef, useState } from "preact/hooks";
import { type CallError, get } from "./call.ts";

export interface Loaded<T> {
  /** The last answer; it stays while the next one is on its way. */
  readonly value: T | undefined;
  /** Why there is none, or no newer one. */
  readonly error: CallError | undefined;
}

/**
 * What the server says at an address, asked again and again while the page is seen.
 *
 * @param path undefined asks nothing
 * @param intervalMs undefined asks once
 * @param version asks again when it changes
 */
export function useLoaded<T>(path: string | undefined, intervalMs?: number, version?: unknown): Loaded<T> {
  const [loaded, setLoaded] = useState<Loaded<T> & { readonly path: string | undefined }>({
    path,
    value: undefined,
    error: undefined,
  });
  const latest = useRef<T | undefined>(undefined);
  useEffect(() => {
    if (path === undefined) {
      latest.current = undefined;
      setLoaded({ path, value: undefined, error: undefined });
      return undefined;
    }
    const ending = new AbortController();
    let timer: number | undefined;
    const ask = async (isFirst: boolean): Promise<void> => {
      // A tab that nobody has seen yet asks once too: without an interval it would have nothing to show later.
      if (isFirst || !document.hidden) await once();
      if (!ending.signal.aborted && intervalMs !== undefined) timer = window.setTimeout(ask, intervalMs, false);
    };
    const once = async (): Promise<void> => {
      try {
        const value = await get<T>(path, ending.signal);
        if (ending.signal.aborted) return;
        latest.current = value;
        setLoaded({ path, value, error: undefined });
      } catch (error) {
        if (ending.signal.aborted) return;
        setLoaded({ path, value: latest.current, error: error as CallError });
      }
    };
    void ask(true);
    return () => {
      ending.abort();
      clearTimeout(timer);
    };
  }, [path, intervalMs, version]);
  return loaded;
}
