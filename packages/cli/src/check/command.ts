import { Command } from "commander";
import { STDIN_BY_DEFAULT } from "../output/input.ts";

const EXAMPLES = `
Lines may be messages, series or samples as JSON, the Prometheus text format, or
an export of dead letters. What is too old is no finding, as a file may be
checked long before or after it is sent. Exit code 1 when there are findings.

Examples:
  penstock check samples.jsonl
  penstock dlq export '{}' | penstock check --json`;

export function checkCommand(): Command {
  return new Command("check")
    .description("Check samples against the limits of receivers, without sending them anywhere.")
    .argument("[file]", STDIN_BY_DEFAULT)
    .option("--json", "one JSON object per finding")
    .addHelpText("after", EXAMPLES)
    .action(async (file: string | undefined, options) => (await import("./run.ts")).runCheck(file, options));
}
