import { type ReadonlySignal, signal } from "@preact/signals";
import type { Desk, Job, JobKind, Reach } from "../../api.ts";
import { CallError, get, post } from "../call.ts";
import { messagesIn } from "../overview/rates.ts";

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

/** How many more letters the queue has than when the last look began, by SQS's approximate counts; fewer when negative. */
export function cameSince({ figures, look }: Desk): number {
  if (!figures.known || !look) return 0;
  return messagesIn(figures.value) - look.letters - look.sweep.hidden;
}

/**
 * Asks the server how things are while the page is shown. Takes a look when there is none, or when it would show what is no
 * longer so: at first, or with nothing on the page. Later it only says so, for letters must not move under somebody's hand.
 *
 * @returns what ends it
 */
export function watchDesk(): () => void {
  const ending = new AbortController();
  void watch(ending.signal);
  return () => {
    ending.abort();
    askSoon();
  };
}

/** Something was begun or ended here: not to be waited for. */
export function askSoon(): void {
  isHurried = true;
  wake();
}

let isHurried = false;
let wake: () => void = () => undefined;

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    wake = () => {
      clearTimeout(timer);
      resolve();
    };
  });
}

async function watch(signal: AbortSignal): Promise<void> {
  let followed: string | undefined;
  let isFirst = true;
  while (!signal.aborted) {
    isHurried = false;
    if (!document.hidden) await ask(signal);
    const now = state.value;
    if (now?.busy) followed = now.busy.id;
    else if (now) {
      if (followed !== undefined) await report(followed, signal);
      followed = undefined;
      if (isDue(now, isFirst) && said.value === undefined && !signal.aborted)
        await takeLook(now.look?.reach ?? "front");
      isFirst = false;
    }
    const isQuick = isHurried || state.value?.busy !== undefined;
    if (!signal.aborted) await pause(isQuick ? BUSY_INTERVAL_MS : INTERVAL_MS);
  }
}

function isDue(now: Desk, isFirst: boolean): boolean {
  const { look } = now;
  if (!look || look.outdated) return true;
  // Letters that are turned over are moved: only when somebody asks for it.
  const isCheap = look.reach === "front" || look.letters === 0;
  return isCheap && cameSince(now) !== 0 && (isFirst || look.letters === 0);
}

/** Looks through the letters again. */
export async function takeLook(reach: Reach): Promise<void> {
  try {
    said.value = undefined;
    const busy = await post<Job>("look", { reach });
    if (state.value) state.value = { ...state.value, busy };
    askSoon();
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
