import { parseArgs } from "node:util";
import { type ChaosResult, runChaos } from "./chaos.ts";

/** Lines shown of what the books do not explain. */
const MAX_LINES = 10;

const USAGE = `Usage: npm run chaos -- [--seconds 60] [--seed N] [--workers 3] [--json]

Runs a queue, a receiver and workers as processes on this machine, breaks the network between them and kills them, then
lets everything settle and compares what was sent with what is stored and what is among the dead letters.
What is sent and what goes wrong is drawn from the seed; when processes get to run is not. Ctrl-C ends it.
Ends with 0 when the books are exact, with 1 when they are not or it was interrupted, with 2 when it was called wrongly.
`;

interface Settings {
  readonly seconds: number;
  readonly seed: number;
  readonly workers: number;
  readonly json: boolean;
}

/** @throws {TypeError} in a sentence */
function readSettings(args: readonly string[]): Settings | "help" {
  const text = { type: "string" } as const;
  const { values } = parseArgs({
    args: [...args],
    options: { seconds: text, seed: text, workers: text, json: { type: "boolean" }, help: { type: "boolean" } },
  });
  if (values.help) return "help";
  return {
    seconds: whole("--seconds", values.seconds ?? "60", 1, 3_600),
    seed: whole("--seed", values.seed ?? String(Math.floor(Math.random() * 2 ** 31)), 0, 2 ** 32 - 1),
    workers: whole("--workers", values.workers ?? "3", 1, 16),
    json: values.json ?? false,
  };
}

function whole(name: string, text: string, from: number, to: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= from && value <= to) return value;
  throw new TypeError(`Expected \`${name}\` to be a whole number from ${from} to ${to}, got \`${text}\``);
}

function report(result: ChaosResult, { seed, seconds, workers }: Settings): string {
  const { balance, faults, reasons } = result;
  const counts = (of: object): string =>
    Object.entries(of)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, count]) => `${name} ${count}`)
      .join(", ") || "none";
  const bad = [...result.problems, ...balance.lost, ...balance.twice, ...balance.foreign];
  return [
    `seed ${seed}, out-of-order window ${result.outOfOrderWindowMs} ms, drained within ${result.drainMs} ms`,
    `kills: ${result.workerKills} of workers, ${result.receiverKills} of the receiver`,
    `faults: ${counts(faults)}`,
    `samples: sent ${balance.sent}, stored ${balance.stored}, among dead letters ${balance.dead} (${counts(reasons)})`,
    `lost ${balance.lost.length}, twice ${balance.twice.length}, never sent ${balance.foreign.length}`,
    ...bad.slice(0, MAX_LINES).map((line) => `  ${line}`),
    ...(bad.length > MAX_LINES ? [`  and ${bad.length - MAX_LINES} more`] : []),
    result.exact
      ? "The books are exact."
      : `The books are not exact. Again: npm run chaos -- --seconds ${seconds} --seed ${seed} --workers ${workers}`,
    "",
  ].join("\n");
}

async function main(settings: Settings): Promise<number> {
  const ending = new AbortController();
  const end = (): void => ending.abort(new Error("Interrupted"));
  process.once("SIGINT", end).once("SIGTERM", end);
  const onProgress = (line: string): void => void process.stderr.write(`${line}\n`);
  const result = await runChaos({ ...settings, onProgress, signal: ending.signal });
  process.stdout.write(settings.json ? `${JSON.stringify(result)}\n` : report(result, settings));
  return result.exact ? 0 : 1;
}

try {
  const settings = readSettings(process.argv.slice(2));
  if (settings === "help") process.stdout.write(USAGE);
  else process.exitCode = await main(settings);
} catch (error) {
  const misuse = error instanceof TypeError;
  process.stderr.write(`${(error as Error).message}\n${misuse ? USAGE : ""}`);
  process.exitCode = misuse ? 2 : 1;
}
// Every process that was started has ended. Writers that were interrupted would go on trying to send what they hold.
process.exit();
