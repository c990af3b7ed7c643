import { DIMENSIONS, type Dimension, digestOf, type Letter, type PivotTable } from "@penstock/operator";
import { CommandError, EXIT } from "../exit.ts";
import { holding } from "../output/operating.ts";
import { formatTable } from "../output/table.ts";
import { ageWords, count } from "../output/words.ts";
import { type DlqOptions, lookOf, openLetters, tellSweep } from "./open.ts";
import { progressing, seen } from "./progress.ts";

export const NONE_MATCH = "No dead letters match.\n";

/** Adds letters up. Exit code 1 when there are any. @throws {CommandError} */
export function runStat(selector = "", options: DlqOptions & { readonly by: readonly string[] }): Promise<void> {
  return holding(async (signal) => {
    const by = options.by.map(asDimension);
    const look = lookOf(selector, options, signal);
    const { sweep, ...table } = await progressing("end", (show) =>
      openLetters(options).pivot(by, { ...look, onProgress: seen(show) }),
    );
    const isAll = sweep.hidden === 0 && sweep.ended === undefined && sweep.seen === 0;
    const none = isAll ? "No dead letters: every sample is stored, or on its way.\n" : NONE_MATCH;
    const text = table.letters === 0 ? none : formatPivot(by, table);
    process.stdout.write(options.json ? `${JSON.stringify({ by, ...table, sweep })}\n` : text);
    if (!options.json) tellSweep(sweep, look.reach);
    if (table.letters > 0 || sweep.hidden > 0) process.exitCode = EXIT.findings;
  });
}

function asDimension(word: string): Dimension {
  if (DIMENSIONS.includes(word as Dimension)) return word as Dimension;
  throw new CommandError(EXIT.usage, `Expected \`--by\` to name some of ${DIMENSIONS.join(", ")}, got \`${word}\``);
}

function formatPivot(by: readonly Dimension[], { rows, letters, samples, folded }: PivotTable): string {
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

interface ListOptions extends DlqOptions {
  readonly limit: number;
}

/** Lists letters: as text the newest first, as JSON as they come. @throws {CommandError} */
export function runList(selector = "", options: ListOptions): Promise<void> {
  return holding(async (signal) => {
    const look = lookOf(selector, options, signal);
    const list = options.json ? new FirstLetters(options.limit) : new NewestLetters(options.limit);
    const sweep = await progressing(options.json ? "stream" : "end", (show) =>
      openLetters(options).list({
        ...look,
        onProgress: seen(show),
        onLetters: (letters) => void letters.forEach((letter) => void list.add(letter)),
      }),
    );
    if (list instanceof NewestLetters) process.stdout.write(list.text());
    const more = list.seen - options.limit;
    if (more > 0) process.stderr.write(`${more} more match; --limit shows more.\n`);
    tellSweep(sweep, look.reach);
  });
}

/** Prints letters as they come, until there are enough. */
class FirstLetters {
  readonly #limit: number;
  seen = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(letter: Letter): void {
    if (this.seen++ < this.#limit) process.stdout.write(`${JSON.stringify(digestOf(letter))}\n`);
  }
}

/** Keeps the rows of the newest letters. */
class NewestLetters {
  readonly #limit: number;
  #rows: { readonly diedAtMs: number; readonly row: readonly string[] }[] = [];
  seen = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(letter: Letter): void {
    this.seen++;
    this.#rows.push({ diedAtMs: letter.diedAtMs, row: rowOf(letter) });
    if (this.#rows.length >= 2 * this.#limit) this.#cut();
  }

  text(): string {
    this.#cut();
    return this.#rows.length > 0
      ? formatTable(
          HEADERS,
          this.#rows.map(({ row }) => row),
        )
      : NONE_MATCH;
  }

  #cut(): void {
    this.#rows = this.#rows.sort((a, b) => b.diedAtMs - a.diedAtMs).slice(0, this.#limit);
  }
}

const HEADERS: readonly string[] = ["ID", "AGE", "REASON", "SAMPLES", "WRITER", "GROUP", "SERIES"];
/** What is shown of an id: enough to tell 10,000 apart. */
export const ID_LENGTH = 8;

function rowOf({ id, diedAtMs, reason, samples, writer, group, series }: Letter): string[] {
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
