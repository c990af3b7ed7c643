import { styleText } from "node:util";
import { cut } from "@penstock/model";

/** The last column is cut to fit, but never below this. */
const LEAST_WIDTH = 20;
const GAP = "  ";

/**
 * Rows under headers, in columns. On a terminal the last column is cut to its width; in a pipe nothing is.
 *
 * @param width of the terminal; undefined when it is none
 */
export function formatTable(
  headers: readonly string[],
  rows: readonly (readonly string[])[],
  width: number | undefined = process.stdout.columns,
): string {
  const cells = rows.map((row) => row.map(printable));
  const last = headers.length - 1;
  const widths = headers.map((header, i) => cells.reduce((most, row) => Math.max(most, row[i]!.length), header.length));
  const before = widths.slice(0, last).reduce((sum, each) => sum + each + GAP.length, 0);
  const room = width === undefined ? Number.POSITIVE_INFINITY : Math.max(LEAST_WIDTH, width - before);
  const line = (row: readonly string[]): string =>
    row
      .map((cell, i) => (i === last ? cut(cell, Math.min(room, Number.MAX_SAFE_INTEGER)) : cell.padEnd(widths[i]!)))
      .join(GAP)
      .trimEnd();
  return `${[styleText("bold", line(headers)), ...cells.map(line)].join("\n")}\n`;
}

/** Names and values under each other. */
export function formatFields(fields: readonly (readonly [name: string, value: string | undefined])[]): string {
  const given = fields.filter((field): field is readonly [string, string] => field[1] !== undefined && field[1] !== "");
  const width = given.reduce((most, [name]) => Math.max(most, name.length), 0);
  return given
    .map(([name, value]) => `${styleText("bold", name.padEnd(width))}${GAP}${folded(value, width + GAP.length)}\n`)
    .join("");
}

/**
 * Text from strangers on lines that fit a terminal, behind an indent that is there already on the first; in a pipe one line.
 *
 * @param width of the terminal; undefined when it is none
 */
export function folded(text: string, indent: number, width: number | undefined = process.stdout.columns): string {
  const shown = printable(text);
  if (width === undefined || width - indent < LEAST_WIDTH) return shown;
  const lines: string[] = [];
  for (const word of shown.split(" ")) {
    const line = lines.at(-1);
    if (line !== undefined && line.length + 1 + word.length <= width - indent)
      lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines.join(`\n${" ".repeat(indent)}`);
}

/** What a terminal obeys, and what changes the direction of a line (Unicode, "Bidirectional formatting"). */
const COMMANDS = /[\p{Cc}\p{Bidi_Control}\u2028\u2029\ufeff]/gu;

/** Text from strangers, on one line, so that a terminal shows it and does not obey it. */
export function printable(text: string): string {
  return text.replace(COMMANDS, (unit) => {
    if (unit === "\n") return "\\n";
    if (unit === "\t") return " ";
    return `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}
