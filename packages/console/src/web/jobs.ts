import { useEffect, useState } from "preact/hooks";
import type { Job } from "../api.ts";
import { get, post } from "./call.ts";

const INTERVAL_MS = 400;

/** One job of the server, followed to its end. */
export interface Followed {
  readonly job: Job | undefined;
  /** Why it could not be started, or is no longer known. */
  readonly error: string | undefined;
  /** Starts a job at an address of the API. */
  start(path: string, body: unknown): void;
  /** Follows a job that runs already. */
  follow(job: Job): void;
  cancel(): void;
}

export function useJob(): Followed {
  const [job, setJob] = useState<Job | undefined>(undefined);
  const [error, setError] = useState<string | undefined>(undefined);
  const fail = (reason: unknown): void => setError((reason as Error).message);
  const isRunning = job?.state === "running";
  useEffect(() => {
    if (!isRunning) return undefined;
    const ending = new AbortController();
    const look = (): void => {
      get<Job>(`jobs/${job!.id}`, ending.signal).then(setJob, (reason) => {
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
      setError(undefined);
      post<Job>(path, body).then(setJob, fail);
    },
    follow: setJob,
    cancel() {
      if (job) post(`jobs/${job.id}/cancel`, {}).catch(fail);
    },
  };
}
