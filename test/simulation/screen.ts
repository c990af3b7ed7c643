import type { Failure } from "./batch.ts";
import type { Progress } from "./pool.ts";
import { addTally, newTally, rate, type Tally } from "./tally.ts";

const COLUMNS = ["seeds", "stated", "stored", "dead", "queued", "invocations", "deaths", "requests"] as const;

export function formatProgress({ seeds, failures }: Progress, all: number, elapsedMs: number): string {
  return `\r${seeds} of ${all} worlds, ${failures.length} failed, ${(elapsedMs / 1_000).toFixed(0)} s`;
}

/** A table of the exact families, one of the others with what they lose, and a last line. */
export function formatFamilies({ families, failures, seeds }: Progress, from: number, seconds: number): string {
  const entries = Object.entries(families).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const exact = entries.filter(([, family]) => family.exact);
  const measured = entries.filter(([, family]) => !family.exact);
  const all = newTally();
  for (const [, { tally }] of exact) addTally(all, tally);
  const lines = [
    row("exact", [...COLUMNS, "failed"]),
    ...exact.map(([name, { tally }]) => row(name, [...counts(tally), tally.failed])),
    row("all", [...counts(all), all.failed]),
    "",
    row("measured", [...COLUMNS, "lost*", "twice*"]),
    ...measured.map(([name, { tally }]) => row(name, [...counts(tally), rate(tally, "lost"), rate(tally, "twice")])),
    "* samples in ten thousand",
    "",
    `${seeds} worlds, seeds ${from} to ${from + seeds - 1}, ${all.hours.toFixed(0)} virtual hours, ${seconds.toFixed(0)} s: ` +
      (failures.length === 0 ? "0 lost, 0 twice, 0 unexplained" : `${failures.length} worlds break the promise`),
  ];
  return lines.join("\n");
}

export function formatFailure({ seed, family, what }: Failure): string {
  const command = `node --conditions=@penstock/source test/simulation/main.ts --seed ${seed}`;
  return [
    "",
    `Seed ${seed} (${family}) breaks the promise:`,
    ...what.map((one) => `  ${one}`),
    `  Replay: ${command}`,
  ].join("\n");
}

function counts(tally: Tally): number[] {
  return COLUMNS.map((column) => tally[column]);
}

function row(name: string, cells: readonly (string | number)[]): string {
  return [name.padEnd(18), ...cells.map((cell) => String(cell).padStart(11))].join(" ");
}
