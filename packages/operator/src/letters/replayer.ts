import { DEDUPLICATION_WINDOW_MS, type QueueEntry } from "@penstock/model";
import { compileFilter, type Filter } from "./filter.ts";
import { foresee } from "./foresee.ts";
import type { Letter } from "./letter.ts";
import { Lineage } from "./lineage.ts";
import { compileRelabel } from "./relabel.ts";
import type { ReplayProgress, ReplayRun } from "./replay.ts";
import { type Change, type Rewritten, rewrite, type Unfit } from "./rewrite.ts";
import type { Fate } from "./sweep.ts";

/** By then SQS still knows a deduplication id, whatever its clock and ours say. */
const CERTAINLY_KNOWN_MS: number = DEDUPLICATION_WINDOW_MS - 60_000;

/** A letter on its way, as messages. */
interface Going {
  readonly letter: Letter;
  readonly entries: readonly QueueEntry[];
}

/** Decides what becomes of each letter of a replay, sends those that go, and counts. */
export class Replayer {
  /** Message ids of what was queued: what the consumer refuses of it again is not replayed again by this run. */
  readonly sent: Set<string> = new Set();
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
