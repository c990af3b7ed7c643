import { show } from "@penstock/model";
import { type Cells, missingColumns } from "./request.ts";

/**
 * What may stand between two fields: CloudFront's tab, and in standard logging v2 what the owner chose. `#Fields:` does
 * not say which, so it is the first that cuts a line into as many fields as there are columns.
 */
const DELIMITERS: readonly string[] = ["\t", " ", ",", ";", "|"];

/**
 * The lines of a log in the W3C extended format, standard logging v1 and v2, to cells. Columns are found by their names
 * in the `#Fields:` line, never by their place: CloudFront has added columns before.
 */
export class W3cLines {
  #columns: ReadonlyMap<string, number> | undefined;
  #delimiter: string | undefined;

  /** Whether there was a `#Fields:` line. */
  get isKnown(): boolean {
    return this.#columns !== undefined;
  }

  /** A line that begins with `#`. @returns a sentence when the file is no log that we can read */
  directive(line: string): string | undefined {
    // Trimmed apart: an expression that also trims tries every run of spaces from each of its spaces.
    const [, word, rest = ""] = /^#(Version|Fields):(.*)$/s.exec(line.trimEnd()) ?? [];
    const value = rest.trimStart();
    if (word === "Version" && value !== "1.0") return `Expected \`#Version: 1.0\`, got ${show(line)}`;
    if (word !== "Fields") return undefined;
    const names = value.split(/\s+/);
    const columns = new Map(names.map((name, index) => [name, index]));
    const missing = missingColumns((name) => columns.has(name));
    if (missing !== undefined) return `Expected ${missing} in the line \`#Fields:\`, got ${show(names)}`;
    if (columns.size < names.length) return `Expected each column once in \`#Fields:\`, got ${show(names)}`;
    this.#columns = columns;
    return undefined;
  }

  /** A line of fields as cells, or a sentence why it is none. After a `#Fields:` line only. */
  cells(line: string): Cells | string {
    const columns = this.#columns!;
    const fits = (delimiter: string): boolean => line.split(delimiter).length === columns.size;
    this.#delimiter ??= DELIMITERS.find(fits);
    const values = line.split(this.#delimiter ?? "\t");
    if (values.length !== columns.size) {
      return `Expected ${columns.size} fields as in \`#Fields:\`, got ${values.length}`;
    }
    return (column) => {
      const value = values[columns.get(column) ?? -1];
      return value === "-" ? undefined : value;
    };
  }
}
