import { EXIT } from "../exit.ts";
import { readLines } from "../output/input.ts";
import { holding, operating } from "../output/operating.ts";
import { printable } from "../output/table.ts";
import { count } from "../output/words.ts";
import { type DlqOptions, lookOf, openLetters, tellSweep } from "./open.ts";
import { progressing, seen } from "./progress.ts";

/** Writes letters as lines of JSON. Exit code 1 when it could not reach all of them. @throws {CommandError} */
export function runExport(selector = "", options: DlqOptions): Promise<void> {
  return holding(async (signal) => {
    const look = lookOf(selector, options, signal);
    const sweep = await progressing("stream", (show) =>
      openLetters(options).export({
        ...look,
        onProgress: seen(show),
        onLine: (line) => void process.stdout.write(`${line}\n`),
      }),
    );
    tellSweep(sweep, look.reach);
    if (sweep.hidden > 0 || sweep.ended !== undefined) process.exitCode = EXIT.findings;
  });
}

/** Puts exported letters into the queue. Exit code 1 when some lines were refused. @throws {CommandError} */
export function runImport(file: string | undefined, options: DlqOptions): Promise<void> {
  return operating(async () => {
    const report = await progressing("end", (show) =>
      openLetters(options).import(readLines(file), (imported) => show(`${count(imported, "letter")} imported`)),
    );
    const { imported, refused, more } = report;
    if (options.json) process.stdout.write(`${JSON.stringify(report)}\n`);
    else {
      for (const { line, detail } of refused) process.stderr.write(`Line ${line}: ${printable(detail)}\n`);
      if (more > 0) process.stderr.write(`And ${count(more, "line")} more.\n`);
      const refusals = count(refused.length + more, "line");
      process.stdout.write(`Imported ${count(imported, "letter")}; refused ${refusals}.\n`);
    }
    if (refused.length > 0) process.exitCode = EXIT.findings;
  });
}
