import { DIMENSIONS, type Dimension, digestOf, type Letter, type PivotTable, parseMatchers } from "@penstock/operator";
import { CommandError, EXIT } from "../exit.ts";
import { operating } from "../output/operating.ts";
import { formatTable } from "../output/table.ts";
import { ageWords, count } from "../output/words.ts";
import { type DlqOptions, openLetters, tellSweep } from "./open.ts";

interface LookOptions extends DlqOptions {
  readonly all?: boolean;
}

/** Adds letters up. Exit code 1 when there are any. @throws {CommandError} */
export function runStat(selector = "", options: LookOptions & { readonly by: readonly string[] }): Promise<void> {
  return operating(async (signal) => {
    const by = options.by.map(asDimension);
    const reach = options.all ? "all" : "front";
    const { sweep, ...table } = await openLetters(options).pivot(by, {
      matchers: parseMatchers(selector),
      reach,
      signal,
    });
    process.stdout.write(options.json ? `${JSON.stringify({ by, ...table, sweep })}\n` : formatPivot(by, table));
    if (!options.json) tellSweep(sweep, reach);
    if (table.letters > 0 || sweep.hidden > 0) process.exitCode = EXIT.findings;
  });
}

function asDimension(word: string): Dimension {
  if (DIMENSIONS.includes(word as Dimension)) return word as Dimension;
  throw new CommandError(EXIT.usage, `Expected \`--by\` to name some of ${DIMENSIONS.join(", ")}, got \`${word}\``);
}

function formatPivot(by: readonly Dimension[], { rows, letters, samples, folded }: PivotTable): string {
  if (letters === 0) return "No dead letters: every sample is stored, or on its way.\n";
  const headers = ["LETTERS", "SAMPLES", "OLDEST", "NEWEST", ...by.map((dimension) => dimension.toUpperCase())];
  const nowMs = Date.now();
  const lines = rows.map((row) => [
    String(row.letters),
    String(row.samples),
    ageWords(nowMs - row.oldestMs),
    ageWords(nowMs - row.newestMs),
    ...row.by.map((value) => value || "-"),
  ]);
  const rest = folded > 0 ? `${count(folded, "sample")} in more rows than are kept.\n` : "";
  return `${formatTable(headers, lines)}${rest}\n${count(letters, "letter")} with ${count(samples, "sample")}.\n`;
}

/** Lists letters. @throws {CommandError} */
export function runList(selector = "", options: LookOptions & { readonly limit: number }): Promise<void> {
  return operating(async (signal) => {
    const reach = options.all ? "all" : "front";
    const rows: string[][] = [];
    let shown = 0;
    let more = 0;
    const sweep = await openLetters(options).list({
      matchers: parseMatchers(selector),
      reach,
      signal,
      onLetters: (letters) => {
        for (const letter of letters) {
          if (shown === options.limit) more++;
          else {
            shown++;
            if (options.json) process.stdout.write(`${JSON.stringify(digestOf(letter))}\n`);
            else rows.push(rowOf(letter));
          }
        }
      },
    });
    if (!options.json) process.stdout.write(rows.length > 0 ? formatTable(HEADERS, rows) : "No dead letters match.\n");
    if (more > 0) process.stderr.write(`${more} more match; --limit shows more.\n`);
    tellSweep(sweep, reach);
  });
}

export const HEADERS: readonly string[] = ["ID", "AGE", "REASON", "SAMPLES", "WRITER", "GROUP", "SERIES"];
/** What is shown of an id: enough to tell 10,000 apart. */
const ID_LENGTH = 8;

export function rowOf({ id, diedAtMs, reason, samples, writer, group, series }: Letter): string[] {
  const keys = series.map(({ key }) => key || "(unreadable)");
  const first = keys[0] ?? "(unreadable)";
  return [
    id.slice(0, ID_LENGTH),
    ageWords(Date.now() - diedAtMs),
    reason,
    String(samples),
    writer ?? "-",
    group,
    keys.length > 1 ? `${first} and ${keys.length - 1} more` : first,
  ];
}
