import { FIFO_QUEUE_URL, fifoQueueUrl, integerWithin, type Settings } from "@penstock/model";
import { DEFAULT_LABEL_RULES, LABEL_NAMES, type LabelName } from "./labels.ts";
import { MAX_PATHS, type PathPattern, pathPattern } from "./paths.ts";

/** More would only spread the files of a run over more batches. */
const MAX_GROUPS = 1_024;
const MAX_LABEL_VALUES = 1_000;

export interface Values {
  readonly PENSTOCK_QUEUE_URL: string;
  readonly PENSTOCK_LABELS: readonly LabelName[];
  readonly PENSTOCK_LATENCY_LABELS: readonly LabelName[];
  readonly PENSTOCK_PATHS: readonly PathPattern[];
  readonly PENSTOCK_MAX_LABEL_VALUES: number;
  readonly PENSTOCK_GROUPS: number;
}

const LABELS_EXPECTED = `a comma-separated list of different labels out of ${LABEL_NAMES.join(", ")}`;

/** Every setting of the function. */
export const SETTINGS: Settings<Values> = {
  PENSTOCK_QUEUE_URL: {
    meaning: "Penstock's FIFO queue",
    expected: FIFO_QUEUE_URL,
    required: true,
    parse: fifoQueueUrl,
  },
  PENSTOCK_LABELS: {
    meaning: "labels of the counter",
    expected: LABELS_EXPECTED,
    fallback: DEFAULT_LABEL_RULES.labels.join(","),
    parse: labelNames,
  },
  PENSTOCK_LATENCY_LABELS: {
    meaning: "labels of the histogram: each combination of values is sixteen series",
    expected: LABELS_EXPECTED,
    fallback: DEFAULT_LABEL_RULES.latencyLabels.join(","),
    parse: labelNames,
  },
  PENSTOCK_PATHS: {
    meaning: "what `path` may be, the first match counting: `/,/blog/*,*.css`",
    expected: `a comma-separated list of at most ${MAX_PATHS} paths, each beginning with \`/\` or \`*\``,
    fallback: "",
    parse: pathPatterns,
  },
  PENSTOCK_MAX_LABEL_VALUES: {
    meaning: "values of one label in one file; the others are `other`",
    expected: `an integer from 1 to ${MAX_LABEL_VALUES}`,
    fallback: String(DEFAULT_LABEL_RULES.maxLabelValues),
    parse: integerWithin(1, MAX_LABEL_VALUES),
  },
  PENSTOCK_GROUPS: {
    meaning: "message groups of these series",
    expected: `an integer from 1 to ${MAX_GROUPS}`,
    fallback: "1",
    parse: integerWithin(1, MAX_GROUPS),
  },
};

function labelNames(text: string): readonly LabelName[] | undefined {
  const names = list(text).map((each) => LABEL_NAMES.find((name) => name === each));
  const known = names.filter((name) => name !== undefined);
  return known.length === names.length && new Set(known).size === known.length ? known : undefined;
}

function pathPatterns(text: string): readonly PathPattern[] | undefined {
  const patterns = list(text).map(pathPattern);
  const good = patterns.filter((pattern) => pattern !== undefined);
  return good.length === patterns.length && good.length <= MAX_PATHS ? good : undefined;
}

function list(text: string): string[] {
  return text.trim() === "" ? [] : text.split(",").map((each) => each.trim());
}
