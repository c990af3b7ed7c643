import { signal } from "@preact/signals";

/** The server gave it to this page, and takes nothing without it. */
const TOKEN = document.querySelector<HTMLMetaElement>('meta[name="penstock-token"]')!.content;

/** What stands between the page and its server; undefined when nothing does. One sentence. */
export const trouble = signal<string | undefined>(undefined);

/** The server said no. Its sentence. */
export class CallError extends Error {
  override readonly name = "CallError";
  readonly status: number;

  constructor(status: number, sentence: string) {
    super(sentence);
    this.status = status;
  }
}

/** @throws {CallError} */
export function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  return call<T>(path, { method: "GET", ...(signal && { signal }) });
}

/** @throws {CallError} */
export function post<T>(path: string, body: unknown): Promise<T> {
  return call<T>(path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
}

async function call<T>(path: string, init: RequestInit): Promise<T> {
  const headers = { ...init.headers, "x-penstock-token": TOKEN };
  const response = await fetch(`/api/${path}`, { ...init, headers }).catch((error: unknown) => {
    if ((error as Error).name === "AbortError") throw error;
    trouble.value = "The console does not answer. Is `penstock` still running?";
    throw new CallError(0, trouble.value);
  });
  const answer = (await response.json().catch(() => ({}))) as { readonly error?: string };
  if (response.ok) {
    trouble.value = undefined;
    return answer as T;
  }
  const sentence = answer.error ?? `The console answered ${response.status}.`;
  if (response.status === 403)
    trouble.value = "The console was started again since this page was loaded: load it again.";
  throw new CallError(response.status, sentence);
}
