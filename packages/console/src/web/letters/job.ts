import { useEffect, useRef, useState } from "preact/hooks";
import type { Job } from "../../api.ts";
import { get, post } from "../call.ts";
import { askSoon } from "./desk.ts";

const INTERVAL_MS = 400;

/** One job of the server, followed to its end. */
export interface Followed {
  readonly job: Job | undefined;
  /** Why it could not be started, or is no longer known. */
  readonly error: string | undefined;
  /** Starts a job at an address of the API; called twice at once, as by a double click, it starts one. */
  start(path: string, body: unknown): void;
}

/** @param running a job that runs already */
export function useJob(running?: Job): Followed {
  const [job, setJob] = useState(running);
  const [error, setError] = useState<string | undefined>(undefined);
  const isStarting = useRef(false);
  const hear = (next: Job): void => {
    if (next.state !== job?.state) askSoon();
    setJob(next);
    setError(undefined);
  };
  const fail = (reason: unknown): void => setError((reason as Error).message);
  const isRunning = job?.state === "running";
  useEffect(() => {
    if (!isRunning) return undefined;
    const ending = new AbortController();
    const look = (): void => {
      get<Job>(`jobs/${job!.id}`, ending.signal).then(hear, (reason) => {
        if (!ending.signal.aborted) fail(reason);
      });
    };
    const timer = setInterval(look, INTERVAL_MS);
    return () => {
      ending.abort();
      clearInterval(timer);
    };
  }, [job?.id, isRunning]);
  return {
    job,
    error,
    start(path, body) {
      if (isStarting.current) return;
      isStarting.current = true;
      post<Job>(path, body)
        .then(hear, fail)
        .finally(() => {
          isStarting.current = false;
        });
    },
  };
}
