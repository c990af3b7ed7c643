import type { Receiver } from "@penstock/model";
import { Command, InvalidArgumentError } from "commander";
import { asUsage, CommandError, EXIT } from "../exit.ts";
import type { Account } from "./replay.ts";

interface Flags {
  readonly redeliver: number;
  readonly crash: number;
  readonly seed: number;
  readonly lanes: number;
  readonly window: number;
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
    .option("--redeliver <share>", "share of batches that are delivered twice", readShare, 0)
    .option("--crash <share>", "share of invocations that die before or after a write", readShare, 0)
    .option("--seed <n>", "of the chance that decides which", readWhole, 1)
    .option("--lanes <n>", "lanes of a series, 1 to 10", readWhole, 10)
    .option("--window <seconds>", "out-of-order window of the built-in receiver", readWhole, 600)
    .option("--receiver <url>", "write to this Prometheus or remote-write URL instead of the built-in receiver")
    .option("--query <url>", "base of the query API, where it is not the receiver's")
    .option("--json", "print the account as JSON")
    .addHelpText(
      "after",
      "\nExamples:\n  penstock replay test/data/cloudfront\n  penstock replay test/data/cloudfront --redeliver 10% --crash 30%",
    )
    .action(run);
}

async function run(dir: string, flags: Flags): Promise<void> {
  const { redeliver, crash, seed, lanes } = flags;
  const onProgress = progress(process.stderr);
  const { replay } = await import("./replay.ts");
  const account = await replay(dir, { receiver: await receiverFor(flags), redeliver, crash, seed, lanes, onProgress });
  process.stdout.write(flags.json ? `${JSON.stringify(account, null, 2)}\n` : describe(account));
  process.exitCode = account.balanced ? 0 : 1;
}

async function receiverFor({ receiver, query, window }: Flags): Promise<(now: () => number) => Receiver> {
  if (receiver === undefined) {
    const { AMP_RULES, LocalReceiver, receiverPort } = await import("@penstock/local");
    const rules = { ...AMP_RULES, engine: "cortex" as const, outOfOrderWindowMs: window * 1_000 };
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

/** One line that counts files, on a terminal only. */
function progress(stream: NodeJS.WriteStream): (done: number, files: number) => void {
  if (!stream.isTTY) return () => undefined;
  return (done, files) => {
    if (done % 20 !== 0 && done !== files) return;
    stream.write(`\r${done} of ${files} files${done === files ? "\n" : ""}`);
  };
}

function describe(account: Account): string {
  const { samples, byStatus, rejected } = account;
  const rows = Object.entries(byStatus).map(
    ([status, { sent, stored }]) =>
      `  ${status.padEnd(8)}${String(sent).padStart(8)}${String(stored).padStart(9)}${sent === stored ? "" : "   differs"}`,
  );
  const reasons = Object.entries(rejected).map(([reason, n]) => `${n} ${reason}`);
  const perSeries = (account.activeSeries / Math.max(1, account.logicalSeries)).toFixed(2);
  return [
    `${account.files} files, ${account.requests} requests, ${samples.sent} samples`,
    "",
    `  status  requests   stored`,
    ...rows,
    "",
    ...(account.crashes > 0 ? ["  (of the samples that invocations which died stored, no report tells)"] : []),
    `  stored at their own time  ${samples.stored - account.restamped}`,
    `  restamped                 ${account.restamped}`,
    `  found stored already      ${samples.duplicate}`,
    `  rejected                  ${reasons.join(", ") || "0"}`,
    `  active series             ${account.activeSeries} for ${account.logicalSeries} (${perSeries} each)`,
    `  write requests            ${account.writeRequests} for ${account.batches} batches, ${account.refusals} refused`,
    `  looks                     ${account.looks}`,
    `  invocations that died     ${account.crashes}`,
    `  batches delivered twice   ${account.redeliveries}`,
    "",
    account.balanced ? "The books balance: every request is stored once." : "The books do not balance.",
    "",
  ].join("\n");
}
