import { styleText } from "node:util";
import { lendCredentials } from "@penstock/local";
import { type Check, examine, openReceiver, type Status } from "@penstock/operator";
import { EXIT } from "../exit.ts";
import { operating } from "../output/operating.ts";
import { folded } from "../output/table.ts";

export interface DoctorOptions {
  readonly queue: string;
  readonly deadLetters: string;
  readonly receiver: string;
  readonly query?: string;
  readonly readOnly?: true;
  readonly json?: true;
}

/** Prints each check as it is made. Exit code 1 when one fails. @throws {CommandError} */
export function runDoctor({ queue, deadLetters, receiver, query, readOnly, json }: DoctorOptions): Promise<void> {
  return operating(async (signal) => {
    lendCredentials(queue, receiver);
    const counts: Record<Status, number> = { PASS: 0, WARN: 0, FAIL: 0, SKIP: 0 };
    const checks = examine({
      queueUrl: queue,
      deadLetterQueueUrl: deadLetters,
      receiver: openReceiver({ url: receiver, queryUrl: query }),
      receiverUrl: receiver,
      probe: readOnly ? "read" : "write",
    });
    for await (const check of checks) {
      counts[check.status]++;
      process.stdout.write(json ? `${JSON.stringify(check)}\n` : formatCheck(check));
      if (signal.aborted) break;
    }
    if (!json) {
      process.stdout.write(
        `\n${counts.PASS} passed, ${counts.WARN} warned, ${counts.FAIL} failed, ${counts.SKIP} skipped.\n`,
      );
    }
    if (counts.FAIL > 0) process.exitCode = EXIT.findings;
  });
}

const COLORS: Readonly<Record<Status, "green" | "yellow" | "red" | "dim">> = {
  PASS: "green",
  WARN: "yellow",
  FAIL: "red",
  SKIP: "dim",
};

/** As long as the longest id, `dead-letters.retention`. */
const ID_WIDTH = 22;
/** Where the words of a check begin. */
const INDENT = 30;

function formatCheck({ id, status, title, seen, cure }: Check): string {
  const line = `${styleText(COLORS[status], status)}  ${id.padEnd(ID_WIDTH)}  ${folded(`${title}. ${seen}`, INDENT)}\n`;
  return cure === undefined ? line : `${line}${"cure".padStart(INDENT - 2)}  ${folded(cure, INDENT)}\n`;
}
