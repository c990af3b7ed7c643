import { readSeries, type StoredSeries } from "@penstock/operator";
import { operating } from "../output/operating.ts";
import { lastMs, openReadable, type ReceiverPlace } from "../output/receiver.ts";
import { parseSelector } from "../output/selector.ts";
import { formatTable, printable } from "../output/table.ts";
import { ageWords, count, timeWords } from "../output/words.ts";

export interface SeriesOptions extends ReceiverPlace {
  /** Milliseconds. */
  readonly since: number;
  readonly json?: true;
}

/** Samples of one series that are printed as text. */
const MAX_POINTS = 200;

/** Lists series with their lanes. @throws {CommandError} */
export function runList(selector: string, options: SeriesOptions): Promise<void> {
  return operating(async () => {
    const series = await read(selector, options);
    if (options.json) {
      for (const { points: _, ...rest } of series) process.stdout.write(`${JSON.stringify(rest)}\n`);
      return;
    }
    const nowMs = Date.now();
    const rows = series.flatMap(({ key, lanes }) =>
      lanes.map(({ lane, group, samples, newestMs, newestValue }) => [
        lane || "-",
        group || "-",
        String(samples),
        `${ageWords(nowMs - newestMs)} ago`,
        String(Number(newestValue.toPrecision(8))),
        key,
      ]),
    );
    process.stdout.write(
      rows.length > 0
        ? formatTable(["LANE", "GROUP", "SAMPLES", "NEWEST", "VALUE", "SERIES"], rows)
        : "No series has samples there.\n",
    );
  });
}

/** Prints raw samples. @throws {CommandError} */
export function runShow(selector: string, options: SeriesOptions): Promise<void> {
  return operating(async () => {
    const series = await read(selector, options);
    if (options.json) {
      for (const one of series)
        process.stdout.write(`${JSON.stringify({ ...one, points: one.points.map(jsonPoint) })}\n`);
      return;
    }
    const texts = series.map(formatPoints);
    process.stdout.write(texts.length > 0 ? texts.join("\n") : "No series has samples there.\n");
  });
}

function formatPoints({ key, samples, points }: StoredSeries): string {
  const shown = points.slice(-MAX_POINTS);
  const rest = shown.length < samples ? `(the newest ${MAX_POINTS}; --json prints all)\n` : "";
  const rows = shown.map(({ atMs, value, lane, group }) => [timeWords(atMs), lane || "-", group || "-", String(value)]);
  return `${printable(key)}: ${count(samples, "sample")}\n${rest}${formatTable(["TIME", "LANE", "GROUP", "VALUE"], rows)}`;
}

/** JSON has no number for three values. */
function jsonPoint({ value, ...rest }: StoredSeries["points"][number]): object {
  return { ...rest, value: Number.isFinite(value) ? value : String(value) };
}

function read(selector: string, { since, ...place }: SeriesOptions): Promise<StoredSeries[]> {
  const matchers = parseSelector(selector);
  return readSeries(openReadable(place), { matchers, ...lastMs(since) });
}
