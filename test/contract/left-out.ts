import { DEFAULT_FOLDER, MODES, readScenarios, type Scenario } from "./transcripts.ts";

/** Scenarios not followed, by engine: a name, or the start of the names of a family with a star; and why. */
export type LeftOut = Readonly<Record<string, string>>;

const CONCURRENT = "its requests were in flight together, so chance had a hand in the answers; the transcript has none";
const EXEMPLARS = "exemplars are left out, of the transcript's requests too";
const METADATA = "metadata is left out";

export const CORTEX_LEFT_OUT: LeftOut = {
  "conc-*": CONCURRENT,
  "exemplar-*": EXEMPLARS,
  "metadata-*": METADATA,
};

export const PROMETHEUS_LEFT_OUT: LeftOut = {
  "conc-*": CONCURRENT,
  "exemplar-*": EXEMPLARS,
  "metadata-*": METADATA,
  oversize: "its bodies are recorded only at their start",
};

const RAW = "its bodies are made by hand, and the client makes its own";
const LABELS_BY_NAME = "the client has labels by name, so none comes twice";

/** Of what the client sends to a Prometheus. */
export const CLIENT_LEFT_OUT: LeftOut = {
  "conc-*": CONCURRENT,
  "exemplar-*": EXEMPLARS,
  "metadata-*": METADATA,
  "corrupt-snappy": RAW,
  headers: RAW,
  oversize: RAW,
  "zero-byte-body": RAW,
  "empty-request": "the client refuses to send nothing",
  "ts-zero-negative-max": "the client refuses timestamps that are not positive and safe integers",
  "dup-*": LABELS_BY_NAME,
};

/** Why a scenario is not followed; undefined when it is. */
export function reasonFor({ name }: Scenario, leftOut: LeftOut): string | undefined {
  return Object.entries(leftOut).find(([entry]) => covers(entry, name))?.[1];
}

/** Entries that no scenario of ours bears out: a typing error, or a scenario that is gone. */
export function unknownEntries(engine: string, leftOut: LeftOut): string[] {
  const names = MODES.flatMap((mode) => readScenarios(engine, mode, DEFAULT_FOLDER)).map(({ name }) => name);
  return Object.keys(leftOut).filter((entry) => !names.some((name) => covers(entry, name)));
}

function covers(entry: string, name: string): boolean {
  return entry.endsWith("*") ? name.startsWith(entry.slice(0, -1)) : name === entry;
}
