import { show } from "@penstock/model";
import { LogFileError } from "./error.ts";
import { type Line, MAX_LINE_BYTES, OVERLONG } from "./lines.ts";
import { type LogRequest, parseRequest } from "./request.ts";

/** A line that is no request, and why. */
export interface Skip {
  /** Counted from 1. */
  readonly line: number;
  readonly reason: string;
}

/** Of a file in which every line is bad, this many say all there is to say. */
const MAX_SKIPS_TOLD = 100;

const REQUIRED_COLUMNS = ["date", "time", "sc-status"];

/**
 * The lines of one log to requests. Columns are found by their names in the `#Fields:` line, never by their place:
 * CloudFront has added columns before.
 */
export class LogReader {
  readonly #name: string;
  #columns: ReadonlyMap<string, number> | undefined;
  #line = 0;
  #skippedLines = 0;
  readonly #skips: Skip[] = [];

  /** @param name of the file, for errors */
  constructor(name: string) {
    this.#name = name;
  }

  /** Lines that should have been requests and were not. */
  get skippedLines(): number {
    return this.#skippedLines;
  }

  /** The first {@link MAX_SKIPS_TOLD} of them. */
  get skips(): readonly Skip[] {
    return this.#skips;
  }

  /**
   * The next line as a request; undefined when it is none.
   *
   * @throws LogFileError when the file is no log that we can read
   */
  take(line: Line): LogRequest | undefined {
    this.#line++;
    if (line === OVERLONG) return this.#skip(`Expected a line of at most ${MAX_LINE_BYTES} bytes, got more`);
    if (line === "") return undefined;
    if (line.startsWith("#")) return this.#directive(line);
    if (!this.#columns) throw this.#error(`Expected a line \`#Fields:\` before line ${this.#line}, got ${show(line)}`);
    const columns = this.#columns;
    const values = line.split("\t");
    if (values.length !== columns.size) {
      return this.#skip(`Expected ${columns.size} fields as in \`#Fields:\`, got ${values.length}`);
    }
    const request = parseRequest((column) => {
      const value = values[columns.get(column) ?? -1];
      return value === "-" ? undefined : value;
    });
    return typeof request === "string" ? this.#skip(request) : request;
  }

  /**
   * After the last line.
   *
   * @throws LogFileError when there was no `#Fields:` line
   */
  end(): void {
    if (!this.#columns) throw this.#error(`Expected a line \`#Fields:\`, got none in ${this.#line} lines`);
  }

  #directive(line: string): undefined {
    const [, word, rest] = /^#(Version|Fields):\s*(.*?)\s*$/.exec(line) ?? [];
    if (word === "Version" && rest !== "1.0") throw this.#error(`Expected \`#Version: 1.0\`, got ${show(line)}`);
    if (word === "Fields") this.#columns = this.#readColumns(rest!.split(/\s+/));
  }

  #readColumns(names: readonly string[]): ReadonlyMap<string, number> {
    const columns = new Map(names.map((name, index) => [name, index]));
    const missing = REQUIRED_COLUMNS.find((name) => !columns.has(name));
    if (missing !== undefined)
      throw this.#error(`Expected \`${missing}\` in the line \`#Fields:\`, got ${show(names)}`);
    if (columns.size < names.length) throw this.#error(`Expected each column once in \`#Fields:\`, got ${show(names)}`);
    return columns;
  }

  #skip(reason: string): undefined {
    this.#skippedLines++;
    if (this.#skips.length < MAX_SKIPS_TOLD) this.#skips.push({ line: this.#line, reason });
  }

  #error(sentence: string): LogFileError {
    return new LogFileError(this.#name, sentence);
  }
}
