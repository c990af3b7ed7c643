import { type Kind, type Labels, NAME_LABEL } from "@penstock/model";

/** What a `# TYPE` line says of a metric family; `untyped` without one. */
export type ExpositionType = "counter" | "gauge" | "histogram" | "summary" | "untyped";

/** One sample of the Prometheus text format. */
export interface ExpositionSample {
  /** The metric's name among them, under `__name__`. */
  readonly labels: Labels;
  readonly value: number;
  /** Milliseconds since the epoch; undefined when the line has none. */
  readonly timestampMs: number | undefined;
}

/** A sample with what its family says of it. */
export interface TypedSample extends ExpositionSample {
  readonly type: ExpositionType;
}

/**
 * The longest line that is read. Labels of a series are at most 7 KiB (AMP quota L-8E142053), escaped twice as much; it
 * also keeps what one regular expression has to walk short.
 */
export const MAX_EXPOSITION_LINE_LENGTH: number = 64 * 1024;

/**
 * The samples of a page in the Prometheus text format 0.0.4 (prometheus.io, "Exposition formats"), one by one, so that a
 * caller can stop where it has enough. The same series twice is two samples.
 *
 * @throws {SyntaxError} that names the line, once the line is reached
 */
export function* parseExposition(text: string): Generator<TypedSample> {
  const types = new Map<string, ExpositionType>();
  let number = 0;
  for (const line of linesOf(text)) {
    number++;
    // A page may be millions of lines that say nothing.
    if (line === "" || (line[0] === "#" && !line.includes("TYPE"))) continue;
    try {
      const type = parseType(line);
      if (type) types.set(type.name, type.type);
      const sample = parseExpositionLine(line);
      if (sample) yield { ...sample, type: typeOf(sample.labels[NAME_LABEL]!, types) };
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      throw new SyntaxError(`Line ${number}: ${error.message}`);
    }
  }
}

/**
 * One line of the text format; undefined for a line that holds no sample.
 *
 * @throws {SyntaxError} saying what was expected
 */
export function parseExpositionLine(line: string): ExpositionSample | undefined {
  if (line.length > MAX_EXPOSITION_LINE_LENGTH) {
    throw new SyntaxError(`Expected a line of at most ${MAX_EXPOSITION_LINE_LENGTH} characters, got ${line.length}`);
  }
  const start = matchAt(BLANK, line, 0)![0].length;
  if (start === line.length || line[start] === "#") return undefined;
  const name = matchAt(NAME, line, start)?.[0];
  if (name === undefined) throw expected("a metric name", line, start);
  const { labels, end } = readLabels(line, name, start + name.length);
  return { labels: Object.fromEntries(labels), ...readSample(line, end) };
}

/** What samples of a family are to the queue: a counter, and each series of a histogram or summary, only grows. */
export function kindOfType(type: ExpositionType): Kind {
  return type === "gauge" || type === "untyped" ? "gauge" : "cumulative";
}

const BLANK = /[ \t\r]*/y;
const NAME = /[a-zA-Z_:][a-zA-Z0-9_:]*/y;
const LABEL = /[ \t]*([a-zA-Z_][a-zA-Z0-9_]*)[ \t]*=[ \t]*"([^"\\]*(?:\\.[^"\\]*)*)"[ \t]*(,|(?=\}))/y;
const OPEN = /[ \t]*\{/y;
const CLOSE = /[ \t]*\}/y;
const SAMPLE = /[ \t]*(\S+)(?:[ \t]+([+-]?\d+))?[ \t\r]*$/y;
const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;
const TYPE = /^[ \t]*#[ \t]+TYPE[ \t]+([a-zA-Z_:][a-zA-Z0-9_:]*)[ \t]+(\S+)[ \t\r]*$/;
const TYPES: readonly string[] = ["counter", "gauge", "histogram", "summary", "untyped"];
/** As Go reads a number's words, whatever their case. */
const WORDS: ReadonlyMap<string, number> = new Map([
  ["nan", Number.NaN],
  ["inf", Infinity],
  ["infinity", Infinity],
]);

/** `text.split("\n")` of a page of empty lines would hold as many strings as the page has bytes. */
function* linesOf(text: string): Generator<string> {
  for (let start = 0; start < text.length; ) {
    const end = text.indexOf("\n", start);
    yield text.slice(start, end === -1 ? text.length : end);
    start = end === -1 ? text.length : end + 1;
  }
}

function parseType(line: string): { name: string; type: ExpositionType } | undefined {
  if (line.length > MAX_EXPOSITION_LINE_LENGTH) return undefined;
  const [, name, type] = TYPE.exec(line) ?? [];
  if (name === undefined) return undefined;
  if (!TYPES.includes(type!)) throw new SyntaxError(`Expected a type, one of ${TYPES.join(", ")}, got \`${type}\``);
  return { name, type: type as ExpositionType };
}

/** The series of a histogram or summary carry its name with a suffix. */
function typeOf(name: string, types: ReadonlyMap<string, ExpositionType>): ExpositionType {
  const own = types.get(name);
  if (own !== undefined) return own;
  const [, family, suffix] = /^(.*)_(bucket|sum|count)$/.exec(name) ?? [];
  const type = family === undefined ? undefined : types.get(family);
  if (type === "histogram" || (type === "summary" && suffix !== "bucket")) return type;
  return "untyped";
}

function readLabels(line: string, metric: string, from: number): { labels: Map<string, string>; end: number } {
  const labels = new Map([[NAME_LABEL, metric]]);
  const open = matchAt(OPEN, line, from);
  if (!open) return { labels, end: from };
  let at = from + open[0].length;
  for (let close = matchAt(CLOSE, line, at); !close; close = matchAt(CLOSE, line, at)) {
    const label = matchAt(LABEL, line, at);
    if (!label) throw expected('a label such as a="b"', line, at);
    const name = label[1]!;
    if (labels.has(name)) throw new SyntaxError(`Expected label \`${name}\` once, got it twice`);
    labels.set(name, unescaped(label[2]!));
    at += label[0].length;
  }
  return { labels, end: at + matchAt(CLOSE, line, at)![0].length };
}

function readSample(line: string, from: number): Pick<ExpositionSample, "value" | "timestampMs"> {
  const [, word, timestamp] = matchAt(SAMPLE, line, from) ?? [];
  const value = word === undefined ? undefined : numberOf(word);
  if (value === undefined) throw expected("a value and perhaps a timestamp in milliseconds", line, from);
  return { value, timestampMs: timestamp === undefined ? undefined : Number(timestamp) };
}

function numberOf(word: string): number | undefined {
  // A number that is too large for a float is none: Prometheus does not read it as infinite either.
  if (NUMBER.test(word)) return Number.isFinite(Number(word)) ? Number(word) : undefined;
  const [, sign, letters] = /^([+-]?)([a-zA-Z]+)$/.exec(word) ?? [];
  const value = WORDS.get(letters?.toLowerCase() ?? "");
  return sign === "-" && value !== undefined ? -value : value;
}

function unescaped(text: string): string {
  return text.replace(/\\(.)/g, (whole, letter: string) => {
    if (letter === "n") return "\n";
    if (letter === '"' || letter === "\\") return letter;
    throw new SyntaxError(`Expected an escape \\\\, \\" or \\n in a label value, got \`${whole}\``);
  });
}

function matchAt(pattern: RegExp, line: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(line);
}

function expected(what: string, line: string, at: number): SyntaxError {
  return new SyntaxError(`Expected ${what}, got \`${line.slice(at, at + 40).trim()}\``);
}
