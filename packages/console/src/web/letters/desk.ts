import { type ReadonlySignal, signal } from "@preact/signals";
import type { Desk, Job, JobKind, Reach } from "../../api.ts";
import { CallError, get, post } from "../call.ts";

const BUSY_INTERVAL_MS = 400;
const INTERVAL_MS = 3_000;
const CONFLICT = 409;

const state = signal<Desk | undefined>(undefined);
const said = signal<string | undefined>(undefined);
const changed = signal<Job | undefined>(undefined);

/** The dead letters as the server knows them; undefined until it has said so. */
export const desk: ReadonlySignal<Desk | undefined> = state;
/** Why the last look could not be taken. */
export const deskError: ReadonlySignal<string | undefined> = said;

/** The last replay or drop that ended, until somebody has read of it. */
export const lastChange: ReadonlySignal<Job | undefined> = changed;

export function forgetChange(): void {
  changed.value = undefined;
}

/** The job of a kind that has the letters in hand now. */
export function running(kind: JobKind): Job | undefined {
  const busy = state.value?.busy;
  return busy?.kind === kind ? busy : undefined;
}

/** The job that has the letters in hand now, other than one's own. */
export function inOtherHands(own: Job | undefined): Job | undefined {
  const busy = state.value?.busy;
  return busy?.id === own?.id ? undefined : busy;
}

/** Asks the server how things are while the page is shown; without a look of them it takes one. Returns what ends it. */
export function watchDesk(): () => void {
  const ending = new AbortController();
  let timer: number | undefined;
  let followed: string | undefined;
  const tick = async (): Promise<void> => {
    if (!document.hidden) await ask(ending.signal);
    if (ending.signal.aborted) return;
    const { look, busy } = state.value ?? {};
    if (busy) followed = busy.id;
    else if (followed !== undefined) {
      await report(followed, ending.signal);
      followed = undefined;
    } else if (state.value && (!look || look.outdated) && said.value === undefined) {
      await takeLook(look?.reach ?? "front");
    }
    timer = window.setTimeout(tick, busy ? BUSY_INTERVAL_MS : INTERVAL_MS);
  };
  void tick();
  return () => {
    ending.abort();
    clearTimeout(timer);
  };
}

/** Looks through the letters again. */
export async function takeLook(reach: Reach): Promise<void> {
  try {
    said.value = undefined;
    const busy = await post<Job>("look", { reach });
    if (state.value) state.value = { ...state.value, busy };
  } catch (error) {
    // Somebody else's look will do as well.
    if (!(error instanceof CallError && error.status === CONFLICT)) said.value = (error as Error).message;
  }
}

export function cancelJob(job: Job): void {
  post(`jobs/${job.id}/cancel`, {}).catch((error: unknown) => {
    said.value = (error as Error).message;
  });
}

async function ask(signal: AbortSignal): Promise<void> {
  try {
    state.value = await get<Desk>("desk", signal);
  } catch {
    // `trouble` says it on every page.
  }
}

async function report(id: string, signal: AbortSignal): Promise<void> {
  const job = await get<Job>(`jobs/${id}`, signal).catch(() => undefined);
  if (job?.kind === "look") said.value = job.error;
  if (job?.kind === "replay" || job?.kind === "drop") changed.value = job;
}
