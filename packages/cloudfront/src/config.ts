import { show } from "@penstock/model";
import type { LabelRules } from "./labels.ts";
import { parseSetting, SETTINGS, type SettingName, type Values } from "./settings.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** What the function needs to know. */
export interface Config {
  readonly queueUrl: string;
  readonly groups: number;
  readonly rules: LabelRules;
}

/** All that is wrong with the environment, a sentence each. */
class ConfigError extends Error {
  override readonly name = "ConfigError";
}

/**
 * The configuration of the Lambda function.
 *
 * @throws {ConfigError} that names everything wrong at once, names of the form `PENSTOCK_…` that nobody reads too
 */
export function readConfig(environment: Environment): Config {
  const problems = unknownNames(environment);
  const parsed: Partial<Record<SettingName, unknown>> = {};
  for (const { name, expected, default: fallback } of SETTINGS) {
    const text = environment[name] ?? fallback;
    parsed[name] = text === undefined ? undefined : parseSetting(name, text);
    if (parsed[name] !== undefined) continue;
    problems.push(`Expected \`${name}\` to be ${expected}, got ${text === undefined ? "nothing" : show(text)}`);
  }
  const values = parsed as Values;
  problems.push(...pathProblems(values));
  if (problems.length > 0) throw new ConfigError(problems.join("\n"));
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

/** A misspelt setting would otherwise be one left at its default. */
function unknownNames(environment: Environment): string[] {
  const known = SETTINGS.map(({ name }) => name as string);
  return Object.keys(environment)
    .filter((name) => name.startsWith("PENSTOCK_") && !known.includes(name))
    .map((name) => `Expected no \`${name}\` in the environment: the settings are ${known.join(", ")}`);
}

/** A path that nobody wrote down is `other`, so the label without paths, and paths without the label, say nothing. */
function pathProblems({ PENSTOCK_PATHS: paths, PENSTOCK_LABELS, PENSTOCK_LATENCY_LABELS }: Values): string[] {
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
