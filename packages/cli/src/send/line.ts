import { jsonValue, type Labels, type Matcher, NAME_LABEL } from "@penstock/model";
import type { SeriesInput } from "@penstock/producer";
import { parseBraced } from "../labels.ts";

/** What follows the braces in the text format: a value, and milliseconds since the epoch or nothing. */
const SAMPLE = /^\s*(\S+)(?:\s+(-?\d+))?\s*$/;
/** Go's words for what is no finite number, in any case (strconv, `ParseFloat`). */
const WORDS: ReadonlyMap<string, number> = new Map([
  ["nan", Number.NaN],
  ["inf", Infinity],
  ["+inf", Infinity],
  ["-inf", -Infinity],
  ["infinity", Infinity],
  ["+infinity", Infinity],
  ["-infinity", -Infinity],
]);

/**
 * One line: a JSON object with a series or a sample, or a sample in the Prometheus text format. Undefined for a line that
 * holds none. Whether the series is any good is the producer's to say.
 *
 * @throws {SyntaxError}
 */
export function parseLine(line: string): SeriesInput | undefined {
  const text = line.trim();
  if (text === "" || text.startsWith("#")) return undefined;
  return /^\{\s*"/.test(text) ? (JSON.parse(text) as SeriesInput) : parseText(text);
}

function parseText(text: string): SeriesInput {
  const { name, matchers, rest } = parseBraced(text);
  const odd = matchers.find(({ op }) => op !== "=");
  if (odd) throw new SyntaxError(`Expected \`=\` after label \`${odd.name}\`, got \`${odd.op}\``);
  const [, word, timestamp] = SAMPLE.exec(rest) ?? [];
  const value = word === undefined ? undefined : (WORDS.get(word.toLowerCase()) ?? numberOf(word));
  if (value === undefined) {
    throw new SyntaxError(
      `Expected a value and perhaps a timestamp in milliseconds, got \`${rest.trim().slice(0, 40)}\``,
    );
  }
  return {
    metric: labelsOf(name, matchers),
    value: jsonValue(value),
    ...(timestamp !== undefined && { timestamp: Number(timestamp) }),
  };
}

/** One of two labels of a name would be lost, and the sample be another series'. @throws {SyntaxError} */
function labelsOf(metricName: string, matchers: readonly Matcher[]): Labels {
  const labels = new Map<string, string>(metricName === "" ? [] : [[NAME_LABEL, metricName]]);
  for (const { name, value } of matchers) {
    if (labels.has(name)) throw new SyntaxError(`Expected each label once, got \`${name}\` twice`);
    labels.set(name, value);
  }
  return Object.fromEntries(labels);
}

/** A number that is too large for a float is none: Prometheus does not read it as infinite either. */
function numberOf(word: string): number | undefined {
  const value = Number(word);
  return Number.isFinite(value) ? value : undefined;
}
