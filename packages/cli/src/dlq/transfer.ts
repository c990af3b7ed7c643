import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { parseMatchers } from "@penstock/operator";
import { CommandError, EXIT } from "../exit.ts";
import { operating } from "../output/operating.ts";
import { count } from "../output/words.ts";
import { type DlqOptions, openLetters, tellSweep } from "./open.ts";

/** Writes letters as lines of JSON. Exit code 1 when it could not reach all of them. @throws {CommandError} */
export function runExport(selector = "", options: DlqOptions & { readonly all?: true }): Promise<void> {
  return operating(async (signal) => {
    const reach = options.all ? "all" : "front";
    const sweep = await openLetters(options).export({
      matchers: parseMatchers(selector),
      reach,
      signal,
      onLine: (line) => void process.stdout.write(`${line}\n`),
    });
    tellSweep(sweep, reach);
    if (sweep.hidden > 0 || sweep.ended !== undefined) process.exitCode = EXIT.findings;
  });
}

/** Puts exported letters into the queue. Exit code 1 when some lines were refused. @throws {CommandError} */
export function runImport(file: string | undefined, options: DlqOptions): Promise<void> {
  return operating(async () => {
    const input = file === undefined ? process.stdin : createReadStream(file);
    const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
    const opening = new Promise<never>((_, reject) => {
      input.on("error", (error: Error) =>
        reject(new CommandError(EXIT.usage, `Expected a readable file: ${error.message}`)),
      );
    });
    const report = await Promise.race([openLetters(options).import(lines), opening]);
    const { imported, refused, more } = report;
    if (options.json) process.stdout.write(`${JSON.stringify(report)}\n`);
    else {
      for (const { line, detail } of refused) process.stderr.write(`Line ${line}: ${detail}\n`);
      const rest = more > 0 ? ` And ${count(more, "line")} more.` : "";
      process.stdout.write(`Imported ${count(imported, "letter")}; refused ${count(refused.length, "line")}.${rest}\n`);
    }
    if (refused.length > 0) process.exitCode = EXIT.findings;
  });
}
