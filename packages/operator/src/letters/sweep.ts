import { randomUUID } from "node:crypto";
import { type HeldMessage, type Outgoing, type Queue, RemoteError } from "../queue.ts";
import { keepArrival } from "./arrival.ts";
import { Hand } from "./hand.ts";
import { type Letter, readLetter } from "./letter.ts";
import { Receives } from "./receives.ts";

/**
 * A FIFO queue hands out the oldest messages of a group, ten at most, and nothing behind them while one of them is in
 * flight (SQS Developer Guide, "FIFO delivery logic"). So there are two ways through a dead-letter queue:
 *
 * - `front`: what SQS hands out is held until the end, then given back. Nothing changes but receive counts, and what lies
 *   behind stays hidden.
 * - `all`: what is in the way is turned over: queued again at the end of its group, and only then deleted in front.
 */
export type Reach = "front" | "all";

/** What is to become of a letter: it stays in the queue, or whoever visited it has taken care of it. */
export type Fate = "keep" | "take";

export interface SweepOptions {
  readonly queue: Queue;
  readonly reach: Reach;
  /** Letters visited at most. */
  readonly limit: number;
  /** Ends the sweep between two visits; what is in hand then is given back. */
  readonly signal?: AbortSignal | undefined;
  /** Letters of one visit. Default as many as some receives bring. */
  readonly maxVisit?: number | undefined;
  /** Sees each letter once. One fate for each letter, in their order. */
  visit(letters: readonly Letter[]): Promise<readonly Fate[]>;
  /** Messages that came into being by this sweep's own doing, such as replays that were refused again: not visited. */
  isOwnEcho?(letter: Letter): boolean;
}

/** How a sweep went. Counts are of letters. */
export interface Sweep {
  /** Visited. */
  readonly seen: number;
  /** In the queue when the sweep began, by SQS's approximate count, and not visited: behind others, or in flight elsewhere. */
  readonly hidden: number;
  /** Messages that hold a letter which another message here holds too. */
  readonly doubles: number;
  /** Queued again at the end of their groups. */
  readonly turned: number;
  /** Taken, but not deleted: the queue would not. They come again. */
  readonly undeleted: number;
  /** Not given back: they come back by themselves when their visibility ends. */
  readonly unreturned: number;
  /** Why it ended early; undefined when it saw all that it could reach. */
  readonly ended: "limit" | "cancelled" | undefined;
}

/** What is held for turning over is kept in memory with its body. */
const MAX_HELD_BYTES: number = 16 * 1024 * 1024;
/** SQS's clock is known to the second. */
const SECOND_MS = 1_000;

/** Goes through the dead letters once. @throws {RemoteError} when the queue cannot be asked; what was held is given back */
export async function sweep(options: SweepOptions): Promise<Sweep> {
  const run = new SweepRun(options);
  try {
    await run.start();
    while (await run.round());
  } finally {
    await run.giveBack();
  }
  return run.result();
}

interface Visited {
  readonly message: HeldMessage;
  readonly letter: Letter;
}

class SweepRun {
  readonly #options: SweepOptions;
  readonly #hand: Hand;
  readonly #receives: Receives;
  /** The letters visited: by their ids, the message that each stood in. */
  readonly #visited = new Map<string, string>();
  /** Message ids of what holds a letter that stands in another message too. */
  readonly #doubles = new Set<string>();
  /** Message ids of the copies that this sweep made. */
  readonly #copies = new Set<string>();
  /** Letters that came later are not visited, or a sweep could go on for good. */
  #newestMs = Number.POSITIVE_INFINITY;
  /** Letters in the queue when the sweep began. */
  #total = 0;
  #turned = 0;
  #lastLook = { seen: -1, groups: 0 };
  #unreturned = 0;
  #ended: Sweep["ended"];

  constructor(options: SweepOptions) {
    this.#options = options;
    this.#hand = new Hand(options.queue);
    this.#receives = new Receives(options.queue);
  }

  async start(): Promise<void> {
    const { queue } = this.#options;
    const { visible, inFlight, delayed, attributes, serverNowMs } = await queue.figures();
    if (attributes.RedrivePolicy !== undefined) {
      throw new RemoteError(
        `Expected ${queue.url} to be the last queue, got one with a redrive policy of its own`,
        "Remove that policy first, or name another queue: every look counts as a receive, and in the end would move letters on.",
      );
    }
    this.#total = visible + inFlight + delayed;
    if (serverNowMs !== undefined) this.#newestMs = serverNowMs + SECOND_MS;
  }

  /** One receive, visit and settling; false when there is nothing left to do. */
  async round(): Promise<boolean> {
    const { signal, limit } = this.#options;
    if (signal?.aborted) this.#ended = "cancelled";
    else if (this.#visited.size >= limit) this.#ended = "limit";
    if (this.#ended !== undefined) return false;
    const { maxVisit = Number.POSITIVE_INFINITY } = this.#options;
    const messages = await this.#receives.next(Math.min(maxVisit, limit - this.#visited.size));
    if (messages.length === 0) return this.#turnOver();
    await this.#settle(messages);
    if (this.#hand.bytes > MAX_HELD_BYTES) await this.#turnOver();
    return true;
  }

  result(): Sweep {
    return {
      seen: this.#visited.size,
      hidden: Math.max(0, this.#total - this.#accounted()),
      doubles: this.#doubles.size,
      turned: this.#turned,
      undeleted: this.#hand.undeleted,
      unreturned: this.#unreturned,
      ended: this.#ended,
    };
  }

  /** Messages of the queue that are no riddle any more. */
  #accounted(): number {
    return this.#visited.size + this.#doubles.size;
  }

  /** Gives back what is held. Never rejects. */
  async giveBack(): Promise<void> {
    this.#unreturned = await this.#hand.giveBack();
  }

  async #settle(messages: readonly HeldMessage[]): Promise<void> {
    const fresh = new Map<string, Visited>();
    const done: HeldMessage[] = [];
    for (const message of messages) {
      if (this.#hand.renew(message)) continue;
      const letter = readLetter(message);
      if (this.#isLater(message, letter)) this.#hand.hold(message, "handle");
      else if (!(this.#visited.has(letter.id) || fresh.has(letter.id))) fresh.set(letter.id, { message, letter });
      else {
        // Left by a sweep that was killed between queueing a letter again and deleting it, or imported twice.
        const holder = this.#visited.get(letter.id) ?? fresh.get(letter.id)!.message.messageId;
        if (holder !== message.messageId) this.#doubles.add(message.messageId);
        if (this.#options.reach === "all") done.push(message);
        else this.#hand.hold(message, "handle");
      }
    }
    try {
      await this.#visit([...fresh.values()], done);
    } finally {
      await this.#hand.delete(done);
    }
  }

  async #visit(fresh: readonly Visited[], done: HeldMessage[]): Promise<void> {
    if (fresh.length === 0) return;
    // Until its fate is known a letter is held, so that it is given back when the visit fails.
    for (const { message } of fresh) this.#hand.hold(message, this.#options.reach === "all" ? "body" : "handle");
    const fates = await this.#options.visit(fresh.map(({ letter }) => letter));
    for (const [i, { message, letter }] of fresh.entries()) {
      this.#visited.set(letter.id, message.messageId);
      if (fates[i] === "keep") continue;
      this.#hand.letGo(message.messageId);
      done.push(message);
    }
  }

  #isLater(message: HeldMessage, letter: Letter): boolean {
    if (this.#copies.has(message.messageId)) return true;
    if (this.#options.reach === "front") return false;
    return message.sentAtMs > this.#newestMs || this.#options.isOwnEcho?.(letter) === true;
  }

  /**
   * A receive that was full before it was through with a group locks the group with what it got of it. Such groups are
   * given back and received again, while that brings something new or leaves fewer of them; false when it does not.
   */
  async #lookCloser(): Promise<boolean> {
    const groups = this.#receives.cutGroups();
    const seen = this.#visited.size;
    const isProgress = seen > this.#lastLook.seen || groups.size < this.#lastLook.groups;
    if (this.#accounted() >= this.#total || groups.size === 0 || !isProgress) return false;
    this.#lastLook = { seen, groups: groups.size };
    this.#receives.forgetCuts();
    await this.#hand.giveBack(groups);
    return true;
  }

  /** Nothing is handed out any more: whether something lies behind what is held, and can now be reached. */
  async #turnOver(): Promise<boolean> {
    if (this.#options.reach === "front") return this.#lookCloser();
    const inFront = this.#hand.kept();
    // Both counts are approximate, and each may lag: only when they agree is it worth moving letters about.
    const isAllSeen = this.#accounted() >= this.#total;
    if (inFront.length === 0 || isAllSeen || (await this.#visible()) === 0) return false;
    const outcomes = await this.#options.queue.send(inFront.map(copyOf));
    const turned: HeldMessage[] = [];
    for (const [i, message] of inFront.entries()) {
      const outcome = outcomes[i]!;
      this.#hand.letGo(message.messageId);
      if (outcome.ok) {
        this.#copies.add(outcome.messageId);
        turned.push(message);
      } else this.#hand.hold(message, "handle");
    }
    this.#turned += turned.length;
    await this.#hand.delete(turned);
    return turned.length > 0;
  }

  /** Approximate; 0 when the queue does not say, which ends a sweep rather than turning letters for nothing. */
  async #visible(): Promise<number> {
    return this.#options.queue.figures().then(
      ({ visible }) => visible,
      () => 0,
    );
  }
}

/** The same letter, to stand at the end of its group: same body, and the memory of its arrival. */
function copyOf(message: HeldMessage): Outgoing {
  return {
    body: message.body,
    group: message.group,
    // New each time: a copy must never be taken for one of five minutes ago that may be gone by now.
    deduplicationId: `turned-${randomUUID()}`,
    attributes: { ...message.attributes, ...keepArrival(readLetter(message)) },
  };
}
