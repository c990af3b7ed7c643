import { jsonValue } from "@penstock/model";
import { parseExpositionLine, type SeriesInput } from "@penstock/producer";

/**
 * One line: a JSON object with a series or a sample, or a sample in the Prometheus text format. Undefined for a line that
 * holds none. Whether the series is any good is the producer's to say.
 *
 * @throws {SyntaxError}
 */
export function parseLine(line: string): SeriesInput | undefined {
  if (/^\s*\{/.test(line)) return parseJson(line);
  const sample = parseExpositionLine(line);
  if (!sample) return undefined;
  const { labels, value, timestampMs } = sample;
  const timestamp = timestampMs === undefined ? {} : { timestamp: timestampMs };
  return { metric: labels, value: jsonValue(value), ...timestamp };
}

function parseJson(line: string): SeriesInput {
  try {
    return JSON.parse(line) as SeriesInput;
  } catch (error) {
    throw new SyntaxError(`Expected a line of JSON: ${(error as Error).message}`);
  }
}
