import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** `ORIGIN=recorded`: measured answers of real receivers; see the folder's README. */
export const DEFAULT_FOLDER: string = join(import.meta.dirname, "transcripts");
/** The transcripts to follow; another folder has the same files. */
const FOLDER: string = process.env.TRANSCRIPTS ?? DEFAULT_FOLDER;

/** Milliseconds relative to the scenario's base, or an int64 as text; a number, or the name of a special value. */
type RecordedSample = readonly [offset: number | string, value: number | string];

export interface RecordedSeries {
  readonly labels: readonly (readonly [name: string, value: string])[];
  readonly samples: readonly RecordedSample[];
}

interface RecordedMetadata {
  readonly name?: string;
  readonly help?: string;
  readonly unit?: string;
}

/** A body that no series make. Of a long one only the start is recorded. */
export interface RecordedRaw {
  readonly raw: true;
  readonly method: string;
  readonly bodyBytes: number;
  readonly bodyHexHead: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** What lies in each series, `name{labels}` without the scenario's own label; or only how much. */
export type Landed =
  | Readonly<Record<string, readonly (readonly [offsetMs: number, value: string])[]>>
  | { readonly series: number; readonly samples: number };

export interface Step {
  readonly note: string | null;
  readonly request: readonly RecordedSeries[] | RecordedRaw;
  /** `moreSeries`: so many more, like those that are recorded. */
  readonly requestExtra?: { readonly moreSeries?: number; readonly metadata?: readonly RecordedMetadata[] };
  readonly status: number;
  readonly body: string;
  readonly landedAfter?: Landed;
}

export interface Scenario {
  readonly name: string;
  readonly title: string;
  readonly baseMs: number;
  readonly steps: readonly Step[];
  readonly landed: Landed | null;
}

export type Mode = "window-0" | "window-1h";
export const MODES: readonly Mode[] = ["window-0", "window-1h"];

interface Transcript {
  readonly modes: Readonly<Partial<Record<Mode, Readonly<Record<string, RecordedScenario>>>>>;
}
type RecordedScenario = Omit<Scenario, "name" | "baseMs"> & { readonly base_ms: number };

/** The scenarios of one engine; none when the folder has no file of it. */
export function readScenarios(engine: string, mode: Mode, folder: string = FOLDER): Scenario[] {
  const file = join(folder, `${engine}.json`);
  if (!existsSync(file)) return [];
  const { modes } = JSON.parse(readFileSync(file, "utf8")) as Transcript;
  return Object.entries(modes[mode] ?? {}).map(([name, { base_ms: baseMs, ...scenario }]) => ({
    ...scenario,
    name,
    baseMs,
  }));
}
