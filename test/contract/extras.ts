import type { Exemplar, Metadata } from "../../packages/local/src/receiver/index.ts";
import type { Scenario, Step } from "./transcripts.ts";

/** Exemplars are not recorded. Their labels, by scenario, as titles, notes and Cortex' words tell them. */
const EXEMPLAR_LABELS: Readonly<Record<string, (note: string | null) => Exemplar["labels"]>> = {
  "exemplar-ok": () => [["trace_id", "x".repeat(32)]],
  "exemplar-bad": (note) => (note === "no labels" ? [] : [["trace_id", "x".repeat(200)]]),
};

export const WITH_EXEMPLARS: readonly string[] = Object.keys(EXEMPLAR_LABELS);

/** What each series of a step carried beside its samples. */
export function exemplarsOf({ name, baseMs }: Scenario, { note }: Step): Exemplar[] {
  const labelsOf = EXEMPLAR_LABELS[name];
  return labelsOf ? [{ labels: labelsOf(note), timestampMs: baseMs }] : [];
}

/** What a step said about metrics. */
export function metadataOf({ requestExtra }: Step): Metadata[] {
  return (requestExtra?.metadata ?? []).map(({ name = "", help = "", unit = "" }) => ({
    metric: name,
    help: unabbreviate(help),
    unit: unabbreviate(unit),
  }));
}

/** `(1025 bytes)`; the answer to it shows of which letter. */
function unabbreviate(text: string): string {
  const bytes = /^\((\d+) bytes\)$/.exec(text)?.[1];
  return bytes === undefined ? text : "h".repeat(Number(bytes));
}
