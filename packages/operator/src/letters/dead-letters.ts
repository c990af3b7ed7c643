import { type Clock, type Matcher, systemClock } from "@penstock/model";
import type { Queue, QueueFigures } from "../queue.ts";
import { type DropOptions, type DropReport, drop } from "./drop.ts";
import { compileFilter } from "./filter.ts";
import type { Letter } from "./letter.ts";
import { type Dimension, Pivot, type PivotTable } from "./pivot.ts";
import { type ReplayOptions, type ReplayReport, replay } from "./replay.ts";
import { type Reach, type Sweep, sweep } from "./sweep.ts";
import { exportLine, type ImportReport, importLines } from "./transfer.ts";

/** What looking through the letters has in common. */
export interface LookOptions {
  /** Default: every letter. */
  readonly matchers?: readonly Matcher[] | undefined;
  /** How far to look; the front by default, which changes nothing. */
  readonly reach?: Reach | undefined;
  /** Letters visited at most. */
  readonly limit?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Hears how many letters were visited. */
  readonly onProgress?: ((seen: number) => void) | undefined;
}

/** A dead-letter queue as an operator sees it. */
export interface DeadLetters {
  readonly queue: Queue;
  figures(): Promise<QueueFigures>;
  /** Hands over the letters that match, as they come; nothing is kept of them. */
  list(options: LookOptions & { readonly onLetters: (letters: readonly Letter[]) => void }): Promise<Sweep>;
  /** The letter whose id begins so; undefined when it was not reached. @throws {SyntaxError} when there are several */
  find(id: string, options?: LookOptions): Promise<{ readonly letter: Letter | undefined; readonly sweep: Sweep }>;
  /** Adds the letters up by the dimensions. */
  pivot(by: readonly Dimension[], options?: LookOptions): Promise<PivotTable & { readonly sweep: Sweep }>;
  /** What a replay would do, of the letters within reach. Queues and deletes nothing. */
  previewReplay(options: ReplayOptions & Pick<LookOptions, "reach">): Promise<ReplayReport>;
  /** Sends letters back; those in the way are turned over. */
  replay(options: ReplayOptions): Promise<ReplayReport>;
  /** What a drop would delete, of the letters within reach. */
  previewDrop(options: DropOptions & Pick<LookOptions, "reach">): Promise<DropReport>;
  /** Deletes letters for good; those in the way are turned over. */
  drop(options: DropOptions): Promise<DropReport>;
  /** The letters that match as lines of JSON, for `import`, an editor or a backup. They stay in the queue. */
  export(options: LookOptions & { readonly onLine: (line: string) => void }): Promise<Sweep>;
  import(lines: AsyncIterable<string>, onProgress?: (imported: number) => void): Promise<ImportReport>;
  /** Hands over letters within reach as they appear, first those that are there, until the signal. */
  tail(options: TailOptions): Promise<void>;
}

export interface TailOptions {
  readonly matchers?: readonly Matcher[] | undefined;
  /** Between two looks, milliseconds. */
  readonly intervalMs: number;
  readonly signal: AbortSignal;
  readonly onLetters: (letters: readonly Letter[]) => void;
  /** Hears after each look how many letters lie where no look reaches. */
  readonly onHidden?: ((hidden: number) => void) | undefined;
}

/** The most that SQS holds in flight for a FIFO queue (SQS quotas). */
const MAX_LETTERS = 120_000;

/** Between two looks a tail hears of its end within this. */
const STOP_POLL_MS = 100;

/** @param clock the machine's by default */
export function openDeadLetters(queue: Queue, clock: Clock = systemClock): DeadLetters {
  const look = async (options: LookOptions, onLetters: (letters: readonly Letter[]) => void): Promise<Sweep> => {
    const { matchers = [], reach = "front", limit = MAX_LETTERS, signal, onProgress } = options;
    const filter = compileFilter(matchers);
    let seen = 0;
    return sweep({
      queue,
      reach,
      limit,
      signal,
      visit: async (letters) => {
        onLetters(letters.filter(filter.takes));
        seen += letters.length;
        onProgress?.(seen);
        return letters.map(() => "keep");
      },
    });
  };
  const shared = { queue, clock };
  return {
    queue,
    figures: () => queue.figures(),
    list: ({ onLetters, ...options }) => look(options, onLetters),
    find: (id, options = {}) => find(id, options, look),
    async pivot(by, options = {}) {
      const pivot = new Pivot(by, options.matchers ?? []);
      const swept = await look(options, (letters) => letters.forEach((letter) => void pivot.add(letter)));
      return { ...pivot.table(), sweep: swept };
    },
    previewReplay: ({ reach = "front", limit = MAX_LETTERS, ...options }) =>
      replay({ ...options, ...shared, reach, limit, mode: "preview" }),
    replay: ({ limit = MAX_LETTERS, ...options }) =>
      replay({ ...options, ...shared, reach: "all", limit, mode: "replay" }),
    previewDrop: ({ reach = "front", limit = MAX_LETTERS, ...options }) =>
      drop({ ...options, queue, reach, limit, mode: "preview" }),
    drop: ({ limit = MAX_LETTERS, ...options }) => drop({ ...options, queue, reach: "all", limit, mode: "drop" }),
    export: ({ onLine, ...options }) =>
      look(options, (letters) => letters.forEach((one) => void onLine(exportLine(one)))),
    import: (lines, onProgress) => importLines(lines, queue, onProgress),
    tail: (options) => tail(options, clock, look),
  };
}

type Look = (options: LookOptions, onLetters: (letters: readonly Letter[]) => void) => Promise<Sweep>;

async function find(
  id: string,
  options: LookOptions,
  look: Look,
): Promise<{ letter: Letter | undefined; sweep: Sweep }> {
  let exact: Letter | undefined;
  let first: Letter | undefined;
  let count = 0;
  const swept = await look(options, (letters) => {
    for (const letter of letters) {
      if (!letter.id.startsWith(id)) continue;
      count++;
      first ??= letter;
      if (letter.id === id) exact = letter;
    }
  });
  if (exact || count <= 1) return { letter: exact ?? first, sweep: swept };
  throw new SyntaxError(
    `Expected the id of one letter, got \`${id}\`, with which ${count} begin, such as ${first!.id}`,
  );
}

async function tail(
  { matchers, intervalMs, signal, onLetters, onHidden }: TailOptions,
  clock: Clock,
  look: Look,
): Promise<void> {
  let known: ReadonlySet<string> = new Set();
  while (!signal.aborted) {
    const present = new Set<string>();
    const swept = await look({ matchers, signal }, (letters) => {
      const fresh = letters.filter((letter) => !known.has(letter.id));
      for (const letter of letters) present.add(letter.id);
      if (fresh.length > 0) onLetters(fresh);
    });
    // Those that are gone are forgotten, so that what is remembered is no more than what is within reach.
    if (swept.ended === undefined) known = present;
    onHidden?.(swept.hidden);
    const nextMs = clock.now() + intervalMs;
    while (!signal.aborted && clock.now() < nextMs) await clock.sleep(Math.min(STOP_POLL_MS, nextMs - clock.now()));
  }
}
