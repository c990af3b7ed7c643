import { styleText } from "node:util";
import { NAME_LABEL, type ReadSeries } from "@penstock/model";

const BARS = "▁▂▃▄▅▆▇█";
const SPARK_LENGTH = 24;
const HEADERS = ["SAMPLES", "NEWEST", "AT", "TREND", "SERIES"];

/** One line for each series: samples, newest value and time, the last values as bars, and its labels. */
export function formatTable(series: readonly ReadSeries[]): string {
  if (series.length === 0) return "No series has samples there.\n";
  const rows = series.map((one) => [
    String(one.timestamps.length),
    String(Number(one.values.at(-1)!.toPrecision(8))),
    new Date(one.timestamps.at(-1)!).toISOString(),
    sparkline(one.values.slice(-SPARK_LENGTH)),
    name(one.labels),
  ]);
  const widths = HEADERS.map((header, column) => Math.max(header.length, ...rows.map((row) => row[column]!.length)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, i) => cell.padEnd(widths[i]!))
      .join("  ")
      .trimEnd();
  return `${[styleText("bold", line(HEADERS)), ...rows.map(line)].join("\n")}\n`;
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
