import type { Receiver } from "@penstock/model";
import { Command, InvalidArgumentError } from "commander";
import { durationMs, durationOption, positive } from "../arguments.ts";
import { asUsage, CommandError, EXIT } from "../exit.ts";

interface Flags {
  readonly redeliver: number;
  readonly crash: number;
  readonly announceTwice: number;
  readonly seed: number;
  readonly lanes: number;
  readonly groups: number;
  readonly window: number;
  readonly compareWindows?: readonly number[];
  readonly outOfOrderWindow: number;
  readonly receiver?: string;
  readonly query?: string;
  readonly json?: true;
}

/** `penstock replay DIR` */
export function replayCommand(): Command {
  return new Command("replay")
    .description(
      "Replay a folder of CloudFront logs in virtual time, each file with its true delay, and close the books.",
    )
    .argument("<dir>", "folder with the logs and their deliveries.tsv")
    .addOption(
      durationOption("--window <duration>", "batching window: files announced within it are sent as one run", "0s"),
    )
    .option("--compare-windows <durations>", "replay once for each of these windows, side by side", readDurations)
    .option("--groups <n>", "message groups of the series", positive, 1)
    .option("--redeliver <share>", "share of batches that are delivered twice", readShare, 0)
    .option("--crash <share>", "share of invocations that die before or after a write", readShare, 0)
    .option("--announce-twice <share>", "share of files that are announced again, hours later", readShare, 0)
    .option("--seed <n>", "of the chance that decides which", readWhole, 1)
    .option("--lanes <n>", "lanes of a series, 1 to 10", readWhole, 10)
    .addOption(durationOption("--out-of-order-window <duration>", "of the built-in receiver", "10m"))
    .option("--receiver <url>", "write to this Prometheus or remote-write URL instead of the built-in receiver")
    .option("--query <url>", "base of the query API, where it is not the receiver's")
    .option("--json", "print the account as JSON")
    .addHelpText(
      "after",
      "\nExamples:\n  penstock replay test/data/cloudfront\n  penstock replay test/data/cloudfront --redeliver 10% --crash 30% --announce-twice 20%\n  penstock replay test/data/cloudfront --compare-windows 0s,1m,5m",
    )
    .action(run);
}

async function run(dir: string, flags: Flags): Promise<void> {
  const { redeliver, crash, announceTwice, seed, lanes, groups, window, compareWindows } = flags;
  if (compareWindows !== undefined && flags.receiver !== undefined) {
    const why = "what one replay leaves in a receiver would be counted in the next";
    throw new CommandError(EXIT.usage, `Expected \`--compare-windows\` without \`--receiver\`: ${why}`);
  }
  const { replay } = await import("./replay.ts");
  const { compare, describe } = await import("./print.ts");
  const onProgress = progress(process.stderr);
  const shared = { redeliver, crash, announceTwice, seed, lanes, groups, onProgress };
  const columns = [];
  for (const windowMs of compareWindows ?? [window]) {
    const account = await replay(dir, { ...shared, receiver: await receiverFor(flags), windowMs });
    columns.push([title(windowMs), account] as const);
  }
  const accounts = columns.map(([, account]) => account);
  const one = compareWindows === undefined ? accounts[0]! : undefined;
  const text = one ? describe(one) : compare(columns);
  process.stdout.write(flags.json ? `${JSON.stringify(one ?? Object.fromEntries(columns), null, 2)}\n` : text);
  process.exitCode = accounts.every(({ balanced }) => balanced) ? EXIT.fine : EXIT.findings;
}

async function receiverFor(flags: Flags): Promise<(now: () => number) => Receiver> {
  const { receiver, query, outOfOrderWindow: outOfOrderWindowMs } = flags;
  if (receiver === undefined) {
    const { AMP_RULES, LocalReceiver, receiverPort } = await import("@penstock/local");
    const rules = { ...AMP_RULES, engine: "cortex" as const, outOfOrderWindowMs };
    return (now) => receiverPort(new LocalReceiver({ now, rules }));
  }
  const { createReceiver, receiverUrls } = await import("@penstock/remote-write");
  const urls = asUsage(() => receiverUrls({ url: receiver, ...(query === undefined ? {} : { queryUrl: query }) }));
  if (urls.queryUrl === undefined)
    throw new CommandError(EXIT.usage, `Expected \`--query\` with the base of the query API beside ${receiver}`);
  const { writeUrl, queryUrl } = urls;
  return () => createReceiver({ writeUrl, queryUrl });
}

/** A share like `10%` or `0.1`. */
function readShare(text: string): number {
  const share = text.endsWith("%") ? Number(text.slice(0, -1)) / 100 : Number(text);
  if (text.trim() !== "" && share >= 0 && share < 1) return share;
  throw new InvalidArgumentError(`Expected a share below 100 %, like 10% or 0.1, got \`${text}\`.`);
}

function readWhole(text: string): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(number)) return number;
  throw new InvalidArgumentError(`Expected a whole number, got \`${text}\`.`);
}

function readDurations(text: string): number[] {
  return text.split(",").map((each) => durationMs(each.trim()));
}

function title(windowMs: number): string {
  return windowMs === 0 ? "file by file" : `window ${windowMs / 1_000} s`;
}

/** One line that counts runs, on a terminal only. */
function progress(stream: NodeJS.WriteStream): (done: number, runs: number) => void {
  if (!stream.isTTY) return () => undefined;
  return (done, runs) => {
    if (done % 20 !== 0 && done !== runs) return;
    stream.write(`\r${done} of ${runs} runs${done === runs ? "\n" : ""}`);
  };
}
