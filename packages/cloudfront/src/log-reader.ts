import { show } from "@penstock/model";
import { LogFileError } from "./error.ts";
import { jsonCells } from "./json.ts";
import type { LabelRules } from "./labels.ts";
import { type Line, MAX_LINE_BYTES, OVERLONG } from "./lines.ts";
import { type Cells, type LogRequest, missingColumns, parseRequest } from "./request.ts";
import { W3cLines } from "./w3c.ts";

/** A line that is no request, and why. */
export interface Skip {
  /** Counted from 1. */
  readonly line: number;
  readonly reason: string;
}

/** Of a file in which every line is bad, this many say all there is to say. */
const MAX_SKIPS_TOLD = 100;

/** The lines of one log to requests. Its first line says whether it is W3C or JSON. */
export class LogReader {
  readonly #name: string;
  readonly #rules: LabelRules;
  readonly #w3c = new W3cLines();
  #format: "unknown" | "w3c" | "json" = "unknown";
  /** A JSON record with all columns that are needed was seen. */
  #isComplete = false;
  #line = 0;
  #skippedLines = 0;
  readonly #skips: Skip[] = [];

  /** @param name of the file, for errors and the label `distribution` */
  constructor(name: string, rules: LabelRules) {
    this.#name = name;
    this.#rules = rules;
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
    if (this.#format === "unknown") this.#format = line.startsWith("{") ? "json" : "w3c";
    const cells = this.#format === "json" ? this.#jsonCells(line) : this.#w3cCells(line);
    if (cells === undefined) return undefined;
    const request = typeof cells === "string" ? cells : parseRequest(cells, this.#rules, this.#name);
    return typeof request === "string" ? this.#skip(request) : request;
  }

  /**
   * After the last line.
   *
   * @throws LogFileError when nothing in the file said that it is a log
   */
  end(): void {
    if (this.#isComplete || this.#w3c.isKnown) return;
    if (this.#format === "json") throw this.#error(`Expected JSON records, got none in ${this.#line} lines`);
    throw this.#error(`Expected a line \`#Fields:\` or JSON records, got none in ${this.#line} lines`);
  }

  #w3cCells(line: string): Cells | string | undefined {
    if (line.startsWith("#")) {
      const fault = this.#w3c.directive(line);
      if (fault !== undefined) throw this.#error(fault);
      return undefined;
    }
    if (this.#w3c.isKnown) return this.#w3c.cells(line);
    throw this.#error(`Expected a line \`#Fields:\` before line ${this.#line}, or JSON records, got ${show(line)}`);
  }

  #jsonCells(line: string): Cells | string {
    const record = jsonCells(line);
    if (typeof record === "string") return record;
    // Every record has all columns of its delivery: what the first one lacks is nowhere.
    const missing = this.#isComplete ? undefined : missingColumns(record.has);
    if (missing !== undefined) throw this.#error(`Expected ${missing} in the first record, got ${show(line)}`);
    this.#isComplete = true;
    return record.cells;
  }

  #skip(reason: string): undefined {
    this.#skippedLines++;
    if (this.#skips.length < MAX_SKIPS_TOLD) this.#skips.push({ line: this.#line, reason });
  }

  #error(sentence: string): LogFileError {
    return new LogFileError(this.#name, sentence);
  }
}
