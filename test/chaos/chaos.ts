import { setTimeout as sleep } from "node:timers/promises";
import { Chance } from "./chance.ts";
import { type Balance, balance, Count, isExact } from "./ledger.ts";
import { messagesIn, readDeadLetters, readStored } from "./readings.ts";
import { openScene, type Scene } from "./scene.ts";
import type { FaultCounts } from "./trouble.ts";

const TICK_MS = 100;
const PROGRESS_MS = 1_000;
const STRIKE_MS = [300, 1_500] as const;
const RECEIVER_UP_MS = [3_000, 9_000] as const;
const RECEIVER_DOWN_MS = [0, 2_000] as const;
/** After the trouble is over: what waits for a visibility timeout comes within seconds. */
const DRAIN_MS = 60_000;
const DRAIN_LOOK_MS = 100;

export interface ChaosOptions {
  /** How long the trouble lasts. What comes after it is bounded, too. */
  readonly seconds: number;
  /** What is sent and what goes wrong is drawn from it; when processes get to run is not. */
  readonly seed: number;
  readonly workers: number;
  /** Hears of the run once a second. */
  readonly onProgress: (line: string) => void;
  /** Ends the run at once. */
  readonly signal?: AbortSignal;
}

export interface ChaosResult {
  readonly seed: number;
  readonly seconds: number;
  readonly outOfOrderWindowMs: number;
  readonly workerKills: number;
  readonly receiverKills: number;
  readonly faults: FaultCounts;
  readonly drainMs: number;
  readonly balance: Balance;
  /** Samples and unreadable bodies among the dead letters. */
  readonly reasons: Readonly<Record<string, number>>;
  /** What is wrong beside the balance, a sentence each. */
  readonly problems: readonly string[];
  /** The balance is exact, and there are no problems. */
  readonly exact: boolean;
}

/**
 * A queue, a receiver and workers as processes on loopback, a broken network between them, and kills; then quiet, and
 * the books. Every process that it started has ended when this resolves or rejects.
 *
 * @throws {Error} (rejects) when a part does not start, or the signal ends the run
 */
export async function runChaos(options: ChaosOptions): Promise<ChaosResult> {
  const { seed, seconds, workers, signal } = options;
  const chance = new Chance(seed);
  const scene = await openScene(chance, workers);
  try {
    await rage(scene, chance, options);
    signal?.throwIfAborted();
    const drain = await settle(scene, options);
    signal?.throwIfAborted();
    const books = await audit(scene);
    const problems = [...drain.problems, ...problemsOf(scene)];
    return {
      seed,
      seconds,
      outOfOrderWindowMs: scene.outOfOrderWindowMs,
      workerKills: workerKills(scene),
      receiverKills: scene.receiver.kills,
      faults: scene.trouble.counts,
      drainMs: drain.ms,
      ...books,
      problems,
      exact: isExact(books.balance) && problems.length === 0,
    };
  } finally {
    await scene.end();
  }
}

/** Everything at once, until the time is up. */
async function rage(scene: Scene, chance: Chance, { seconds, onProgress, signal }: ChaosOptions): Promise<void> {
  const { feeds, workers, receiver } = scene;
  const failed = new AbortController();
  const over = AbortSignal.any([AbortSignal.timeout(seconds * 1_000), failed.signal, ...(signal ? [signal] : [])]);
  const startedAt = performance.now();
  const strikes = chance.named("strikes");
  const outages = chance.named("outages");
  const loops = [
    every(
      () => TICK_MS,
      over,
      () => {
        for (const feed of feeds) feed.tick(Date.now());
      },
    ),
    every(
      () => strikes.integer(...STRIKE_MS),
      over,
      () => strikes.of(workers).strike(),
    ),
    every(
      () => outages.integer(...RECEIVER_UP_MS),
      over,
      () => receiver.restart(outages.integer(...RECEIVER_DOWN_MS)),
    ),
    every(
      () => PROGRESS_MS,
      over,
      async () => {
        onProgress(`${Math.round((performance.now() - startedAt) / 1_000)} s of ${seconds}: ${await stateOf(scene)}`);
      },
    ),
  ];
  try {
    await Promise.all(loops);
  } finally {
    // When one fails, none of the others is to start what nobody would end.
    failed.abort();
    await Promise.allSettled(loops);
  }
}

/** Ends the trouble and waits until the queue has everything, and nothing is left in it. */
async function settle(
  { trouble, workers, feeds, direct }: Scene,
  { onProgress, signal }: ChaosOptions,
): Promise<{ ms: number; problems: string[] }> {
  const startedAt = performance.now();
  const elapsedMs = (): number => Math.round(performance.now() - startedAt);
  onProgress("quiet: no more kills and faults, until the queue is empty");
  trouble.calm();
  await Promise.all(workers.map((worker) => worker.spare()));
  while (elapsedMs() < DRAIN_MS && !signal?.aborted) {
    await Promise.all(feeds.map((feed) => feed.flush()));
    const pending = feeds.reduce((sum, feed) => sum + feed.pending, 0);
    const waiting = await messagesIn(direct.sqs, direct.queueUrl);
    if (pending + waiting === 0) {
      onProgress(`drained within ${elapsedMs()} ms`);
      const codes = await Promise.all(workers.map((worker) => worker.stop()));
      const bad = codes.filter((code) => code !== 0);
      return { ms: elapsedMs(), problems: bad.map((code) => `A worker told to stop ended with ${code ?? "a kill"}`) };
    }
    await sleep(DRAIN_LOOK_MS);
  }
  const waiting = await messagesIn(direct.sqs, direct.queueUrl);
  return { ms: elapsedMs(), problems: [`After ${DRAIN_MS} ms of quiet ${waiting} messages are left in the queue`] };
}

/** Counts what was sent and where it is. */
async function audit({
  feeds,
  direct,
}: Scene): Promise<{ balance: Balance; reasons: Readonly<Record<string, number>> }> {
  const sent = new Count();
  for (const feed of feeds) for (const what of feed.sent.all()) sent.add(what, feed.sent.of(what));
  const stored = await readStored(direct.receiver(), Date.now());
  const { dead, reasons } = await readDeadLetters(direct.sqs, direct.deadLetterUrl);
  return { balance: balance({ sent, stored, dead }), reasons };
}

function problemsOf({ workers, feeds }: Scene): string[] {
  const trouble = feeds.reduce((sum, feed) => sum + feed.trouble, 0);
  const unsent = trouble > 0 ? [`The producers refused, merged or gave up ${trouble} samples`] : [];
  return [...workers.flatMap(({ surprises }) => surprises), ...unsent];
}

async function stateOf(scene: Scene): Promise<string> {
  const { feeds, direct, receiver, trouble } = scene;
  const sent = feeds.reduce((sum, feed) => sum + feed.sent.total, 0);
  const waiting = await messagesIn(direct.sqs, direct.queueUrl);
  const faults = Object.values(trouble.counts).reduce((sum, count) => sum + count, 0);
  const kills = `${workerKills(scene)} kills of workers and ${receiver.kills} of the receiver`;
  return `${sent} samples sent, ${waiting} messages wait, ${kills}, ${faults} faults`;
}

function workerKills({ workers }: Scene): number {
  return workers.reduce((sum, { kills }) => sum + kills, 0);
}

/** Waits and acts by turns. What an act takes beyond the end is waited for. */
async function every(waitMs: () => number, over: AbortSignal, act: () => unknown): Promise<void> {
  while (!over.aborted) {
    await sleep(waitMs(), undefined, { signal: over }).catch(() => {});
    if (!over.aborted) await act();
  }
}
