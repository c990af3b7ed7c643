import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { FlushBook } from "@penstock/console";
import { type FlushReport, type Local, startLocal } from "@penstock/local";
import { createProducer } from "@penstock/producer";
import { CommandError, EXIT } from "../exit.ts";
import { FlushAccount, formatTotals, unexplained } from "./account.ts";
import { type Faces, openFaces } from "./faces.ts";
import { startFeed } from "./feed.ts";
import { formatWelcome, showLine } from "./screen.ts";

export interface DevOptions {
  /** Milliseconds; undefined runs until Ctrl-C. */
  readonly for?: number;
  readonly receiver?: string;
  readonly query?: string;
  readonly queuePort: number;
  readonly receiverPort: number;
  readonly doorsPort: number;
  readonly consolePort: number;
}

const LINE_INTERVAL_MS = 2_000;
/** A message that was returned comes back within the visibility timeout, 30 s. */
const DRAIN_MS = 60_000;
const DRAIN_LOOK_MS = 50;

/** Runs everything until the time is up or Ctrl-C, then settles what is under way. @throws {CommandError} */
export async function runDev(options: DevOptions): Promise<void> {
  const ending = new AbortController();
  const end = (): void => ending.abort();
  process.once("SIGINT", end).once("SIGTERM", end);
  const account = new FlushAccount();
  const book = new FlushBook();
  const local = await start(options, (report) => {
    account.add(report);
    book.add(report);
  });
  let faces: Faces | undefined;
  try {
    faces = await openFaces(local, book, options);
    process.stdout.write(formatWelcome(local, faces, options));
    const producer = createProducer({ queueUrl: local.queueUrl, writer: "penstock-dev", flushIntervalMs: 500 });
    const stopFeed = startFeed(producer);
    const lines = setInterval(() => showLine(formatTotals(account.totals)), LINE_INTERVAL_MS);
    await waitFor(options.for, ending.signal);
    clearInterval(lines);
    stopFeed();
    await producer.close();
    await faces.close();
    faces = undefined;
    // After Ctrl-C nobody waits for long; a second one ends the process.
    const waiting = options.for === undefined ? 0 : await drain(local);
    await local.stop();
    showLine(`${formatTotals(account.totals)}\n`);
    const { sent, pending, lost } = producer.stats;
    if (options.for !== undefined) judge(account, sent + pending + lost, waiting);
  } finally {
    process.off("SIGINT", end).off("SIGTERM", end);
    await faces?.close();
    await local.stop();
  }
}

async function start(
  { queuePort, receiverPort, receiver, query }: DevOptions,
  onReport: (report: FlushReport) => void,
): Promise<Local> {
  const say = (message: string): void => void process.stderr.write(`${message}\n`);
  const quiet = (): void => {};
  try {
    return await startLocal({
      queuePort,
      receiverPort,
      receiverUrl: receiver,
      queryUrl: query,
      log: { debug: quiet, info: quiet, warn: say, error: say },
      onReport,
    });
  } catch (error) {
    if ((error as Error).name !== "ConfigError") throw error;
    throw new CommandError(EXIT.usage, (error as Error).message);
  }
}

async function waitFor(durationMs: number | undefined, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  if (durationMs === undefined) await once(signal, "abort");
  else await sleep(durationMs, undefined, { signal }).catch(() => {});
}

/** Waits until the queue is empty. Resolves with the messages that are left when it took too long. */
async function drain(local: Local): Promise<number> {
  const endMs = performance.now() + DRAIN_MS;
  while (waitingIn(local) > 0 && performance.now() < endMs) await sleep(DRAIN_LOOK_MS);
  return waitingIn(local);
}

function waitingIn(local: Local): number {
  const { visible, inFlight, delayed } = local.inspect().queue;
  return visible + inFlight + delayed;
}

/** @throws {CommandError} for what the books do not explain */
function judge(account: FlushAccount, sent: number, waiting: number): void {
  const settled = account.totals.received - account.totals.returned;
  const others = Math.max(0, settled - sent);
  process.stdout.write(`sent ${sent}${others > 0 ? `, and ${others} by others` : ""}; the queue holds ${waiting}\n`);
  const problems = unexplained(account.totals, sent, waiting);
  if (problems.length > 0) throw new CommandError(EXIT.findings, problems.join("\n"));
}
