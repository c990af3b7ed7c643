import { openSync, readFileSync, truncateSync, writeSync } from "node:fs";
import {
  AMP_RULES,
  type IncomingSeries,
  LocalReceiver,
  type LocalReceiverOptions,
  startReceiverServer,
} from "../../../packages/local/src/receiver/index.ts";

/** One request as it lies in the log, one a line. */
interface Logged {
  readonly atMs: number;
  readonly series: readonly IncomingSeries[];
}

/**
 * A receiver with a write-ahead log: a request is in the log before it is done, so what was answered survives a kill.
 * The receiver is pure, so the same requests at the same times leave the same behind. As with Prometheus' own log, a
 * killed process loses nothing, and a machine that loses its power might.
 */
class LoggingReceiver extends LocalReceiver {
  readonly #log: number;

  constructor(options: LocalReceiverOptions, log: number) {
    super(options);
    this.#log = log;
  }

  override write(series: readonly IncomingSeries[]): ReturnType<LocalReceiver["write"]> {
    writeLine(this.#log, {
      atMs: this.now(),
      series: series.map(({ labels, timestamps, values }) => ({
        labels,
        timestamps: Array.from(timestamps),
        values: Array.from(values),
      })),
    });
    return super.write(series);
  }

  /** What is in the log already, once more. */
  redo({ series }: Logged): void {
    super.write(series);
  }
}

function writeLine(file: number, logged: Logged): void {
  const bytes = Buffer.from(`${JSON.stringify(logged)}\n`);
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
}

/** The whole lines. One that a kill cut off was never done nor answered, and is cut away. */
function readLines(path: string): Logged[] {
  const bytes = readFileSync(path, { flag: "a+" });
  const end = bytes.lastIndexOf("\n") + 1;
  truncateSync(path, end);
  const lines = bytes.toString("utf8", 0, end).split("\n").slice(0, -1);
  return lines.map((line) => JSON.parse(line) as Logged);
}

const [logPath = "", outOfOrderWindowMs = "0"] = process.argv.slice(2);
const lines = readLines(logPath);
let redoneAtMs: number | undefined;
const receiver = new LoggingReceiver(
  {
    now: () => redoneAtMs ?? Date.now(),
    rules: { engine: "cortex", ...AMP_RULES, outOfOrderWindowMs: Number(outOfOrderWindowMs) },
  },
  openSync(logPath, "a"),
);
for (const logged of lines) {
  redoneAtMs = logged.atMs;
  receiver.redo(logged);
}
redoneAtMs = undefined;
const { port } = await startReceiverServer({ receiver });
process.send?.({ port });
