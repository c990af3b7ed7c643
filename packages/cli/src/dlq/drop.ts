import { type DropReport, parseMatchers } from "@penstock/operator";
import { EXIT } from "../exit.ts";
import { operating } from "../output/operating.ts";
import { count } from "../output/words.ts";
import { type DlqOptions, openLetters, tellSweep } from "./open.ts";
import { Progress } from "./progress.ts";

interface DropCommandOptions extends DlqOptions {
  readonly confirm?: true;
  readonly all?: true;
}

/** Deletes letters, or says which. Exit code 1 when some that were meant stay. @throws {CommandError} */
export function runDrop(selector: string, options: DropCommandOptions): Promise<void> {
  return operating(async (signal) => {
    const letters = openLetters(options);
    const progress = new Progress();
    const shared = {
      matchers: parseMatchers(selector),
      signal,
      onProgress: ({ seen, dropped }: { seen: number; dropped: number }) =>
        progress.show(`${seen} letters seen, ${dropped} dropped`),
    };
    const reach = options.all || options.confirm ? "all" : "front";
    const report = options.confirm ? await letters.drop(shared) : await letters.previewDrop({ ...shared, reach });
    progress.clear();
    const mode = options.confirm ? "drop" : "preview";
    process.stdout.write(options.json ? `${JSON.stringify({ mode, ...report })}\n` : formatReport(report, mode));
    if (!options.json) tellSweep(report.sweep, reach);
    if (report.mixed > 0 || report.sweep.ended !== undefined || report.sweep.undeleted > 0) {
      process.exitCode = EXIT.findings;
    }
  });
}

function formatReport({ dropped, samples, mixed }: DropReport, mode: string): string {
  const done = mode === "drop" ? "Deleted" : "Would delete";
  const lines = [`${done} ${count(dropped, "letter")} with ${count(samples, "sample")}, for good.`];
  if (mixed > 0) {
    lines.push(`${count(mixed, "letter")} also ${mixed === 1 ? "holds" : "hold"} series that do not match: they stay.`);
  }
  if (mode === "preview") lines.push("Nothing was changed; --confirm does it.");
  return `${lines.join("\n")}\n`;
}
