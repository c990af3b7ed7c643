import { CONCURRENT as CONCURRENT_NAMES } from "./concurrent.ts";
import { WITH_EXEMPLARS } from "./extras.ts";
import { DEFAULT_FOLDER, MODES, readScenarios, type Scenario } from "./transcripts.ts";

/** Scenarios not followed, by engine: a name, or the start of the names of a family with a star; and why. */
export interface LeftOut {
  readonly reasons: Readonly<Record<string, string>>;
  /** Scenarios of those families that are followed all the same: their titles tell what the transcript does not hold. */
  readonly but?: readonly string[];
}

const CONCURRENT = "its requests were in flight together, and neither they nor their answers were recorded";
const EXEMPLARS = "its exemplars were not recorded";

export const RF_1_LEFT_OUT: LeftOut = {
  reasons: { "conc-*": CONCURRENT, "exemplar-*": EXEMPLARS },
  but: [...CONCURRENT_NAMES, ...WITH_EXEMPLARS],
};

export const RF_3_LEFT_OUT: LeftOut = {
  reasons: {
    "conc-*": `${CONCURRENT}; which of three ingesters has a refused sample is chance. With one it is followed`,
    "exemplar-*": EXEMPLARS,
  },
  but: WITH_EXEMPLARS,
};

export const PROMETHEUS_LEFT_OUT: LeftOut = {
  reasons: {
    "conc-*": CONCURRENT,
    "exemplar-*": EXEMPLARS,
    oversize: "its bodies are recorded only at their start, and Prometheus stores all that is in them",
  },
  but: [...CONCURRENT_NAMES, ...WITH_EXEMPLARS],
};

const RAW = "its bodies are made by hand, and the client makes its own";
const LABELS_BY_NAME = "the client has labels by name, so none comes twice";

/** Of what the client sends to a Prometheus. */
export const CLIENT_LEFT_OUT: LeftOut = {
  reasons: {
    "conc-*": CONCURRENT,
    "exemplar-*": "the client sends no exemplars",
    "metadata-*": "the client sends no metadata",
    "corrupt-snappy": RAW,
    headers: RAW,
    oversize: RAW,
    "zero-byte-body": RAW,
    "empty-request": "the client refuses to send nothing",
    "ts-zero-negative-max": "the client refuses timestamps that are not positive and safe integers",
    "dup-*": LABELS_BY_NAME,
  },
  but: CONCURRENT_NAMES,
};

/** Why a scenario is not followed; undefined when it is. */
export function reasonFor({ name }: Scenario, { reasons, but = [] }: LeftOut): string | undefined {
  if (but.includes(name)) return undefined;
  return Object.entries(reasons).find(([entry]) => covers(entry, name))?.[1];
}

/** What is left out of an engine's scenarios, a line for each reason: a skipped test alone says nothing. */
export function linesOf(engine: string, leftOut: LeftOut): string[] {
  const out = MODES.flatMap((mode) => readScenarios(engine, mode).map((scenario) => ({ mode, scenario })))
    .map(({ mode, scenario }) => ({ name: `${scenario.name} (${mode})`, why: reasonFor(scenario, leftOut) }))
    .filter(({ why }) => why !== undefined);
  const byReason = Map.groupBy(out, ({ why }) => why);
  return [...byReason].map(([why, some]) => `${engine}: left out, ${why}: ${some.map(({ name }) => name).join(", ")}`);
}

/** Entries that no scenario of ours bears out: a typing error, or a scenario that is gone. */
export function unknownEntries(engine: string, { reasons, but = [] }: LeftOut): string[] {
  const names = MODES.flatMap((mode) => readScenarios(engine, mode, DEFAULT_FOLDER)).map(({ name }) => name);
  return [...Object.keys(reasons), ...but].filter((entry) => !names.some((name) => covers(entry, name)));
}

function covers(entry: string, name: string): boolean {
  return entry.endsWith("*") ? name.startsWith(entry.slice(0, -1)) : name === entry;
}
