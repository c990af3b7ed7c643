import { MAX_SAMPLE_LEAD_MS } from "@penstock/model";
import { openReceiver, parseMatchers, readSeries, type StoredSeries } from "@penstock/operator";
import { CommandError, EXIT } from "../exit.ts";
import { operating } from "../output/operating.ts";
import { formatTable, printable } from "../output/table.ts";
import { ageWords, count, timeWords } from "../output/words.ts";

export interface SeriesOptions {
  readonly receiver: string;
  readonly query?: string;
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
    if (series.length === 0) process.stdout.write("No series has samples there.\n");
    for (const { key, samples, points } of series) {
      process.stdout.write(`${printable(key)}: ${count(samples, "sample")}\n`);
      const shown = points.slice(-MAX_POINTS);
      if (shown.length < samples) process.stdout.write(`(the newest ${MAX_POINTS}; --json prints all)\n`);
      const rows = shown.map(({ atMs, value, lane, group }) => [
        timeWords(atMs),
        lane || "-",
        group || "-",
        String(value),
      ]);
      process.stdout.write(`${formatTable(["TIME", "LANE", "GROUP", "VALUE"], rows)}\n`);
    }
  });
}

/** JSON has no number for three values. */
function jsonPoint({ value, ...rest }: StoredSeries["points"][number]): object {
  return { ...rest, value: Number.isFinite(value) ? value : String(value) };
}

async function read(selector: string, { receiver, query, since }: SeriesOptions): Promise<StoredSeries[]> {
  const matchers = parseMatchers(selector);
  if (matchers.length === 0) {
    throw new CommandError(EXIT.usage, 'Expected a selector such as up{job="api"}, got one that matches everything');
  }
  const nowMs = Date.now();
  const door = openReceiver({ url: receiver, queryUrl: query });
  // Samples may be a little ahead of this clock.
  return readSeries(door, { matchers, startMs: nowMs - since, endMs: nowMs + MAX_SAMPLE_LEAD_MS });
}
