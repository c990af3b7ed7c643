import type { DropProgress, DropReport } from "@penstock/operator";
import { EXIT } from "../exit.ts";
import { holding } from "../output/operating.ts";
import { count } from "../output/words.ts";
import { NONE_MATCH } from "./look.ts";
import { type DlqOptions, lookOf, openLetters, tellSweep } from "./open.ts";
import { progressing } from "./progress.ts";

/** Deletes letters, or says which. Exit code 1 when some that were meant stay. @throws {CommandError} */
export function runDrop(selector: string, options: DlqOptions): Promise<void> {
  return holding(async (signal) => {
    const letters = openLetters(options);
    const mode = options.confirm ? "drop" : "preview";
    const look = lookOf(selector, options, signal);
    const report = await progressing("end", (show) => {
      const onProgress = ({ seen, dropped }: DropProgress): void =>
        show(`${count(seen, "letter")} seen, ${dropped} dropped`);
      return mode === "drop" ? letters.drop({ ...look, onProgress }) : letters.previewDrop({ ...look, onProgress });
    });
    process.stdout.write(options.json ? `${JSON.stringify({ mode, ...report })}\n` : formatReport(report, mode));
    if (!options.json) tellSweep(report.sweep, look.reach);
    if (report.mixed > 0 || report.sweep.ended !== undefined || report.sweep.undeleted > 0) {
      process.exitCode = EXIT.findings;
    }
  });
}

function formatReport({ dropped, samples, mixed }: DropReport, mode: string): string {
  if (dropped === 0 && mixed === 0) return NONE_MATCH;
  const done = mode === "drop" ? "Deleted" : "Would delete";
  const lines = [`${done} ${count(dropped, "letter")} with ${count(samples, "sample")}, for good.`];
  if (mixed > 0) {
    lines.push(`${count(mixed, "letter")} also ${mixed === 1 ? "holds" : "hold"} series that do not match: they stay.`);
  }
  if (mode === "preview") lines.push("Nothing was changed; --confirm does it.");
  return `${lines.join("\n")}\n`;
}
