import { type Clock, DEDUPLICATION_WINDOW_MS, type Matcher, type QueueEntry } from "@penstock/model";
import type { Queue } from "../queue.ts";
import { compileFilter, type Filter } from "./filter.ts";
import { foresee } from "./foresee.ts";
import type { Letter } from "./letter.ts";
import { Lineage } from "./lineage.ts";
import { compileRelabel, type RelabelRule } from "./relabel.ts";
import { type Change, type Rewritten, rewrite, type Unfit } from "./rewrite.ts";
import { type Fate, type Reach, type Sweep, sweep } from "./sweep.ts";

export interface ReplayOptions {
  /** Where letters go back to. */
  readonly to: Queue;
  /** A letter goes when its words match and one of its series does; it goes whole. */
  readonly matchers: readonly Matcher[];
  /** Letters that came to the queue later stay; by SQS's clock, milliseconds since the epoch. */
  readonly arrivedByMs?: number | undefined;
  /** Store what is too old at the time of the replay. */
  readonly restamp?: true | undefined;
  readonly relabel?: readonly RelabelRule[] | undefined;
  /** Message groups of the senders. Default 64. */
  readonly groups?: number | undefined;
  /** Whole messages without `id`: held back, unless one accepts that what was stored of them is stored again. */
  readonly unnamed?: "hold" | "replay" | undefined;
  /** Letters a second; as fast as it goes by default. */
  readonly rate?: number | undefined;
  readonly limit?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: ReplayProgress) => void) | undefined;
}

/** Counts of letters, but for `samples`. */
export interface ReplayProgress {
  /** Looked at. */
  readonly seen: number;
  /** Chosen by the matchers. */
  readonly matched: number;
  /** Queued, and so no longer dead; in a preview, those that would be. */
  readonly replayed: number;
  /** In those. */
  readonly samples: number;
  /** Of these, samples of series that do not match and go along, as a letter goes whole. */
  readonly companions: number;
  /** Deleted without a replay: another letter, now replayed, holds the same samples. A killed replay leaves such. */
  readonly covered: number;
  /** Chosen, but kept: why, and how many. */
  readonly kept: Readonly<Partial<Record<Unfit | "refused by the queue", number>>>;
  /** Samples that the consumer would refuse again, by reason, as far as can be told without the receiver. */
  readonly hopeless: Readonly<Record<string, number>>;
}

export interface ReplayReport extends ReplayProgress {
  readonly sweep: Sweep;
  /** What the queue said to the first letter it would not take; undefined when it took all. */
  readonly trouble: string | undefined;
}

/** What a preview shows, and a replay does. `reach` of a preview may be the front alone. */
export interface ReplayRun extends ReplayOptions {
  readonly queue: Queue;
  readonly clock: Clock;
  readonly reach: Reach;
  readonly mode: "preview" | "replay";
  readonly limit: number;
}

/**
 * Sends letters back to the queue. A letter is deleted only after all of its messages are queued; killed at any point and
 * run again in the same way, nothing is lost, and what was queued twice is stored once: by SQS's deduplication for five
 * minutes, by the consumer's receipts after that, as far as it looks back (24 hours).
 *
 * @throws {SyntaxError} for matchers or rules that cannot be
 * @throws {RangeError} for a rate that cannot be
 * @throws {RemoteError} when the dead-letter queue cannot be asked
 */
export async function replay(run: ReplayRun): Promise<ReplayReport> {
  const { queue, reach, limit, signal, rate } = run;
  if (rate !== undefined && !(rate >= 1)) {
    throw new RangeError(`Expected \`rate\` to be at least 1 letter a second, got \`${rate}\``);
  }
  const replayer = new Replayer(run);
  const go = (): Promise<Sweep> =>
    sweep({
      queue,
      reach,
      limit,
      signal,
      // Paced by the second: a visit must end long before the letters in hand become visible again.
      maxVisit: rate === undefined ? undefined : Math.min(10, Math.floor(rate)),
      visit: (letters) => replayer.visit(letters),
      isOwnEcho: (letter) => replayer.sent.has(letter.source?.messageId ?? letter.id),
    });
  let swept = await go();
  while (swept.ended === undefined && replayer.nextPass()) swept = added(swept, await go());
  return { ...replayer.progress(), sweep: swept, trouble: replayer.trouble };
}

/** Two sweeps as one: the second looks at letters that the first has seen. */
function added(first: Sweep, second: Sweep): Sweep {
  return {
    ...first,
    turned: first.turned + second.turned,
    undeleted: first.undeleted + second.undeleted,
    unreturned: second.unreturned,
    ended: second.ended,
  };
}

/** By then SQS still knows a deduplication id, whatever its clock and ours say. */
const CERTAINLY_KNOWN_MS: number = DEDUPLICATION_WINDOW_MS - 60_000;

/** A letter on its way, as messages. */
interface Going {
  readonly letter: Letter;
  readonly entries: readonly QueueEntry[];
}

class Replayer {
  /** Message ids of what was queued: what the consumer refuses of it again is not replayed again by this run. */
  readonly sent = new Set<string>();
  trouble: string | undefined;
  readonly #run: ReplayRun;
  readonly #filter: Filter;
  readonly #change: Change;
  readonly #counts = { seen: 0, matched: 0, replayed: 0, samples: 0, companions: 0, covered: 0 };
  readonly #kept: Partial<Record<Unfit | "refused by the queue", number>> = {};
  readonly #hopeless: Record<string, number> = {};
  readonly #lineage = new Lineage();
  /** Letters of which it is open what to do until every name is known, and those of the pass before. */
  #open = new Set<string>();
  #left: ReadonlySet<string> | undefined;

  constructor(run: ReplayRun) {
    this.#run = run;
    this.#filter = compileFilter(run.matchers);
    const relabel = run.relabel === undefined || run.relabel.length === 0 ? undefined : compileRelabel(run.relabel);
    this.#change = { restamp: run.restamp, relabel, groups: run.groups };
  }

  progress(): ReplayProgress {
    return { ...this.#counts, kept: { ...this.#kept }, hopeless: { ...this.#hopeless } };
  }

  /** Whether there are letters to go through again, now that more is known; fewer each time. */
  nextPass(): boolean {
    const isShrinking = this.#open.size > 0 && this.#open.size !== this.#left?.size;
    this.#left = this.#open;
    this.#open = new Set();
    return isShrinking;
  }

  async visit(letters: readonly Letter[]): Promise<Fate[]> {
    const { mode, rate, clock, onProgress } = this.#run;
    const decisions = letters.map((letter) => this.#decide(letter));
    const going = decisions.filter((decision) => typeof decision === "object");
    const gone = mode === "preview" ? new Set(going.map(({ letter }) => letter)) : await this.#send(going);
    const fates = decisions.map((decision, i): Fate => {
      const letter = letters[i]!;
      if (decision === "keep") return "keep";
      if (decision === "covered") return this.#isDoneWith(letter) ? "take" : "keep";
      if (gone.has(letter)) this.#count(letter, decision.entries);
      else this.#lineage.decide(letter, "kept");
      return gone.has(letter) ? "take" : "keep";
    });
    onProgress?.(this.progress());
    if (rate !== undefined && mode === "replay") await clock.sleep((going.length * 1000) / rate);
    return mode === "replay" ? fates : letters.map(() => "keep");
  }

  /** The messages of a letter that is to go; or what becomes of one that is not. */
  #decide(letter: Letter): "keep" | "covered" | Going {
    const isFirstLook = this.#left === undefined;
    if (!isFirstLook && !this.#left!.has(letter.id)) return "keep";
    const { arrivedByMs = Number.POSITIVE_INFINITY } = this.#run;
    const isChosen = letter.arrivedAtMs <= arrivedByMs && this.#filter.takes(letter);
    if (isFirstLook) {
      this.#counts.seen++;
      if (isChosen) this.#counts.matched++;
      this.#lineage.saw(letter);
    }
    const standing = this.#lineage.standing(letter, !isFirstLook);
    if (standing === "covered") return "covered";
    if (standing === "open") {
      this.#open.add(letter.id);
      return "keep";
    }
    const result = isChosen && standing === "free" ? this.#rewrite(letter) : undefined;
    if (result?.ok) {
      this.#lineage.decide(letter, "replayed");
      return { letter, entries: result.entries };
    }
    if (isChosen) this.#keep(result?.why ?? "twin");
    this.#lineage.decide(letter, "kept");
    return "keep";
  }

  #rewrite(letter: Letter): Rewritten {
    return rewrite(letter, this.#change, this.#run.unnamed ?? "hold");
  }

  /**
   * Whether a letter may go that an ancestor's replay covers: not when SQS took that replay for one of the last five
   * minutes, by a run that was killed. Then nothing was queued anew, and this letter is what became of the earlier one.
   * SQS answers such a send with the earlier message's id.
   */
  #isDoneWith(letter: Letter): boolean {
    const { source } = letter;
    const isCovered = this.#lineage.standing(letter, true) === "covered";
    const isEcho = source === undefined || this.sent.has(source.messageId);
    const isRecent = source !== undefined && this.#run.clock.now() - source.sentAtMs < CERTAINLY_KNOWN_MS;
    const isDone = isCovered && !isEcho && !isRecent;
    this.#lineage.decide(letter, isDone ? "replayed" : "kept");
    if (isDone) this.#counts.covered++;
    return isDone;
  }

  /** Resolves with the letters of which every message is queued. */
  async #send(going: readonly Going[]): Promise<ReadonlySet<Letter>> {
    const outcomes = await this.#run.to.send(going.flatMap(({ entries }) => entries));
    const gone = new Set<Letter>();
    let next = 0;
    for (const { letter, entries } of going) {
      const own = outcomes.slice(next, next + entries.length);
      next += entries.length;
      for (const outcome of own) if (outcome.ok) this.sent.add(outcome.messageId);
      const failure = own.find((outcome) => !outcome.ok);
      if (failure === undefined) gone.add(letter);
      else {
        this.#keep("refused by the queue");
        this.trouble ??= failure.ok ? undefined : failure.detail;
      }
    }
    return gone;
  }

  #count(letter: Letter, entries: Going["entries"]): void {
    this.#counts.replayed++;
    this.#counts.samples += letter.samples;
    const matching = this.#filter.seriesOf(letter).reduce((sum, { samples }) => sum + samples, 0);
    if (letter.series.length > 0) this.#counts.companions += letter.samples - matching;
    for (const [reason, samples] of Object.entries(foresee(entries, this.#run.clock.now()))) {
      this.#hopeless[reason] = (this.#hopeless[reason] ?? 0) + samples;
    }
  }

  #keep(why: Unfit | "refused by the queue"): void {
    this.#kept[why] = (this.#kept[why] ?? 0) + 1;
  }
}
