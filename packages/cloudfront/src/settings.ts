import * as v from "valibot";
import { DEFAULT_LABEL_RULES, LABEL_NAMES, type LabelName } from "./labels.ts";
import { MAX_PATHS, type PathPattern, pathPattern } from "./paths.ts";

/** More would only spread the files of a run over more batches. */
const MAX_GROUPS = 1_024;
const MAX_LABEL_VALUES = 1_000;

/** One name of the environment. */
interface Row<Value> {
  readonly meaning: string;
  /** What a value must be, as the end of "Expected `NAME` to be". */
  readonly expected: string;
  /** As one would write it; undefined where there must be a value. */
  readonly fallback?: string;
  readonly schema: v.GenericSchema<string, Value>;
}

/** What was read. Undefined where a value is missing or wrong. */
export interface Values {
  readonly PENSTOCK_QUEUE_URL: string | undefined;
  readonly PENSTOCK_GROUPS: number | undefined;
  readonly PENSTOCK_LABELS: readonly LabelName[] | undefined;
  readonly PENSTOCK_LATENCY_LABELS: readonly LabelName[] | undefined;
  readonly PENSTOCK_PATHS: readonly PathPattern[] | undefined;
  readonly PENSTOCK_MAX_LABEL_VALUES: number | undefined;
}

export type SettingName = keyof Values;

const integer = (min: number, max: number): v.GenericSchema<string, number> =>
  v.pipe(v.string(), v.regex(/^\d+$/), v.transform(Number), v.minValue(min), v.maxValue(max));

const list = (text: string): string[] => (text.trim() === "" ? [] : text.split(",").map((each) => each.trim()));

const labelNames: v.GenericSchema<string, readonly LabelName[]> = v.pipe(
  v.string(),
  v.transform(list),
  v.array(v.picklist(LABEL_NAMES)),
  v.check((names) => new Set(names).size === names.length),
);

const paths: v.GenericSchema<string, readonly PathPattern[]> = v.pipe(
  v.string(),
  v.transform((text) => list(text).map(pathPattern)),
  v.maxLength(MAX_PATHS),
  v.check((patterns) => patterns.every((pattern) => pattern !== undefined)),
  v.transform((patterns) => patterns.filter((pattern) => pattern !== undefined)),
);

const fifoQueueUrl: v.GenericSchema<string, string> = v.pipe(
  v.string(),
  v.check((text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol) && text.endsWith(".fifo")),
);

const LABELS_EXPECTED = `a comma-separated list of different labels out of ${LABEL_NAMES.join(", ")}`;

const ROWS: { readonly [Name in SettingName]: Row<NonNullable<Values[Name]>> } = {
  PENSTOCK_QUEUE_URL: {
    meaning: "The queue for samples. The queue of S3 events is named by the event source mapping.",
    expected: "the http or https URL of a FIFO queue, which ends in `.fifo`",
    schema: fifoQueueUrl,
  },
  PENSTOCK_GROUPS: {
    meaning:
      "Message groups of the series. With one, a batch of the consumer is ten files. More let more consumers work at a time, at the price of lanes; needed only when a backlog does not shrink.",
    expected: `an integer from 1 to ${MAX_GROUPS}`,
    fallback: "1",
    schema: integer(1, MAX_GROUPS),
  },
  PENSTOCK_LABELS: {
    meaning: "Labels of `response_status_code_total`.",
    expected: LABELS_EXPECTED,
    fallback: DEFAULT_LABEL_RULES.labels.join(","),
    schema: labelNames,
  },
  PENSTOCK_LATENCY_LABELS: {
    meaning: "Labels of `response_duration_seconds`, where each combination of values is sixteen series.",
    expected: LABELS_EXPECTED,
    fallback: DEFAULT_LABEL_RULES.latencyLabels.join(","),
    schema: labelNames,
  },
  PENSTOCK_PATHS: {
    meaning:
      "What the label `path` may be, the first match counting: `/,/blog/*,*.css`. `*` stands for any text; paths that match nothing are `other`.",
    expected: `a comma-separated list of at most ${MAX_PATHS} paths, each beginning with \`/\` or \`*\``,
    fallback: "",
    schema: paths,
  },
  PENSTOCK_MAX_LABEL_VALUES: {
    meaning: "Values of one label in one file; the others are `other`.",
    expected: `an integer from 1 to ${MAX_LABEL_VALUES}`,
    fallback: String(DEFAULT_LABEL_RULES.maxLabelValues),
    schema: integer(1, MAX_LABEL_VALUES),
  },
};

/** A setting as documentation prints it. */
export interface Setting {
  readonly name: SettingName;
  readonly meaning: string;
  readonly expected: string;
  /** Undefined where there must be a value. */
  readonly default: string | undefined;
}

/** Every setting of the function, in the order of documentation. */
export const SETTINGS: readonly Setting[] = Object.entries<Row<unknown>>(ROWS).map(([name, row]) => ({
  name: name as SettingName,
  meaning: row.meaning,
  expected: row.expected,
  default: row.fallback,
}));

/** The value of `text` for this setting, or undefined when it is none. */
export function parseSetting(name: SettingName, text: string): unknown {
  const parsed = v.safeParse(ROWS[name].schema, text);
  return parsed.success ? parsed.output : undefined;
}
