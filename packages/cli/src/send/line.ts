import { jsonValue, NAME_LABEL } from "@penstock/model";
import type { SeriesInput } from "@penstock/producer";
import { parseBraced } from "../labels.ts";

/** What follows the braces in the text format: a value, and milliseconds since the epoch or nothing. */
const SAMPLE = /^\s*(\S+)(?:\s+(-?\d+))?\s*$/;
const WORDS: Readonly<Record<string, number>> = {
  nan: Number.NaN,
  inf: Infinity,
  "+inf": Infinity,
  "-inf": -Infinity,
};

/**
 * One line: a JSON object with a series or a sample, or a sample in the Prometheus text format. Undefined for a line that
 * holds none. Whether the series is any good is the producer's to say.
 *
 * @throws {SyntaxError}
 */
export function parseLine(line: string): SeriesInput | undefined {
  const text = line.trim();
  if (text === "" || text.startsWith("#")) return undefined;
  return text.startsWith('{"') ? (JSON.parse(text) as SeriesInput) : parseText(text);
}

function parseText(text: string): SeriesInput {
  const { name, matchers, rest } = parseBraced(text);
  const odd = matchers.find(({ op }) => op !== "=");
  if (odd) throw new SyntaxError(`Expected \`=\` after label \`${odd.name}\`, got \`${odd.op}\``);
  const [, word, timestamp] = SAMPLE.exec(rest) ?? [];
  const value = word === undefined ? undefined : (WORDS[word.toLowerCase()] ?? numberOf(word));
  if (value === undefined) {
    throw new SyntaxError(
      `Expected a value and perhaps a timestamp in milliseconds, got \`${rest.trim().slice(0, 40)}\``,
    );
  }
  const labels = Object.fromEntries(matchers.map((matcher) => [matcher.name, matcher.value]));
  const metric = name === "" ? labels : { [NAME_LABEL]: name, ...labels };
  return { metric, value: jsonValue(value), ...(timestamp !== undefined && { timestamp: Number(timestamp) }) };
}

function numberOf(word: string): number | undefined {
  const value = Number(word);
  return Number.isNaN(value) ? undefined : value;
}
