import { NAME_LABEL, type ReadSeries } from "@penstock/model";
import { readSamples } from "@penstock/operator";
import { operating } from "../output/operating.ts";
import { lastMs, openReadable, type ReceiverPlace } from "../output/receiver.ts";
import { parseSelector } from "../output/selector.ts";
import { formatTable } from "../output/table.ts";
import { timeWords } from "../output/words.ts";

export interface QueryOptions extends ReceiverPlace {
  /** Milliseconds. */
  readonly since: number;
  readonly json?: boolean;
}

/** Prints the series that match as the receiver has them, each lane its own. @throws {CommandError} */
export function runQuery(selector: string, { since, json, ...place }: QueryOptions): Promise<void> {
  return operating(async () => {
    const matchers = parseSelector(selector);
    const { startMs, endMs } = lastMs(since);
    const series = await readSamples(openReadable(place), matchers, startMs, endMs);
    process.stdout.write(json ? formatJson(series) : formatSeries(series));
  });
}

/** JSON has no number for three values, so these are text, as in a message. */
function formatJson(series: readonly ReadSeries[]): string {
  return series
    .map(({ labels, timestamps, values }) => {
      const numbers = values.map((value) => (Number.isFinite(value) ? value : String(value)));
      return `${JSON.stringify({ metric: labels, timestamps, values: numbers })}\n`;
    })
    .join("");
}

const BARS = "▁▂▃▄▅▆▇█";
const SPARK_LENGTH = 24;

/** One line for each series: samples, newest value and time, the last values as bars, and its labels. */
function formatSeries(series: readonly ReadSeries[]): string {
  if (series.length === 0) return "No series has samples there.\n";
  const rows = series.map(({ labels, timestamps, values }) => [
    String(timestamps.length),
    String(Number(values.at(-1)!.toPrecision(8))),
    timeWords(timestamps.at(-1)!),
    sparkline(values.slice(-SPARK_LENGTH)),
    name(labels),
  ]);
  return formatTable(["SAMPLES", "NEWEST", "AT", "TREND", "SERIES"], rows);
}

/** Values as bars between their least and their greatest; a value that is no finite number is a gap. */
function sparkline(values: readonly number[]): string {
  const finite = values.filter(Number.isFinite);
  const least = Math.min(...finite);
  const range = Math.max(...finite) - least;
  const bar = (value: number): string => BARS[range === 0 ? 0 : Math.round(((value - least) / range) * 7)]!;
  return values.map((value) => (Number.isFinite(value) ? bar(value) : " ")).join("");
}

function name(labels: Readonly<Record<string, string>>): string {
  const { [NAME_LABEL]: metric = "", ...rest } = labels;
  const pairs = Object.entries(rest).map(([label, value]) => `${label}=${JSON.stringify(value)}`);
  return pairs.length === 0 ? metric : `${metric}{${pairs.join(",")}}`;
}
