import { ConfigError, type Environment, type Reading, readEnvironment } from "@penstock/model";
import type { LabelRules } from "./labels.ts";
import { SETTINGS, type Values } from "./settings.ts";

/** What the function needs to know. */
export interface Config {
  readonly queueUrl: string;
  readonly groups: number;
  readonly rules: LabelRules;
}

/**
 * The configuration of the Lambda function.
 *
 * @throws {ConfigError} that names everything wrong at once, names of the form `PENSTOCK_…` that nobody reads too
 */
export function readConfig(environment: Environment): Config {
  const { values, problems } = readEnvironment(SETTINGS, environment);
  const all = [...problems, ...pathProblems(values)];
  if (all.length > 0) throw new ConfigError(all);
  return {
    queueUrl: values.PENSTOCK_QUEUE_URL!,
    groups: values.PENSTOCK_GROUPS!,
    rules: {
      labels: values.PENSTOCK_LABELS!,
      latencyLabels: values.PENSTOCK_LATENCY_LABELS!,
      paths: values.PENSTOCK_PATHS!,
      maxLabelValues: values.PENSTOCK_MAX_LABEL_VALUES!,
    },
  };
}

/** A path that nobody wrote down is `other`, so the label without paths, and paths without the label, say nothing. */
function pathProblems({
  PENSTOCK_PATHS: paths,
  PENSTOCK_LABELS,
  PENSTOCK_LATENCY_LABELS,
}: Reading<Values>["values"]): string[] {
  if (paths === undefined) return [];
  const isLabel = [...(PENSTOCK_LABELS ?? []), ...(PENSTOCK_LATENCY_LABELS ?? [])].includes("path");
  if (isLabel && paths.length === 0) {
    return ["Expected `PENSTOCK_PATHS` to name the paths of the label `path`, such as `/,/blog/*`, got none"];
  }
  if (!isLabel && paths.length > 0) {
    return ["Expected `path` in `PENSTOCK_LABELS` or `PENSTOCK_LATENCY_LABELS` beside `PENSTOCK_PATHS`, got none"];
  }
  return [];
}
