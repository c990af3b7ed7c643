import { GROUP_LABEL, MAX_LANES } from "@penstock/model";
import * as v from "valibot";
import { parseDurationMs } from "./duration.ts";

/** Older samples than this are data to import, not to queue. */
const MAX_SAMPLE_AGE_MS: number = 366 * 24 * 60 * 60_000;
const MAX_REQUEST_TIMEOUT_MS = 60_000;
/** SQS's own bounds (SQS quotas for messages: 0 to 43,200 seconds). */
const MAX_VISIBILITY_TIMEOUT_MS = 43_200_000;
/** Each one holds a batch of up to 10 MiB in memory. */
const MAX_CONCURRENCY = 64;

/** One name of the environment. */
interface Row<Value> {
  readonly meaning: string;
  /** What a value must be, as the end of "Expected `NAME` to be". */
  readonly expected: string;
  /** As one would write it; undefined leaves the setting out. */
  readonly fallback?: string;
  readonly required?: "always" | "worker";
  /** Its value is not shown. */
  readonly secret?: true;
  readonly schema: v.GenericSchema<string, Value>;
}

const integer = (min: number, max: number): v.GenericSchema<string, number> =>
  v.pipe(v.string(), v.regex(/^\d+$/), v.transform(Number), v.minValue(min), v.maxValue(max));

const duration = (min: number, max: number): v.GenericSchema<string, number> =>
  v.pipe(v.string(), v.transform(parseDurationMs), v.number(), v.minValue(min), v.maxValue(max));

const url: v.GenericSchema<string, string> = v.pipe(v.string(), v.check(isPlainUrl));

const fifoQueueUrl: v.GenericSchema<string, string> = v.pipe(
  v.string(),
  v.check((text) => isPlainUrl(text) && new URL(text).pathname.endsWith(".fifo")),
);

const region: v.GenericSchema<string, string> = v.pipe(v.string(), v.regex(/^[a-z0-9-]+$/));

const headers: v.GenericSchema<string, Record<string, string>> = v.pipe(
  v.string(),
  v.parseJson(),
  v.record(v.string(), v.string()),
  v.check(areHeaders),
);

const LOG_LEVELS = ["debug", "info", "warn", "error"] as const;

export type LogLevel = (typeof LOG_LEVELS)[number];

/** What was read. Undefined where a setting has no value, no default and no need of one. */
export interface Values {
  readonly PENSTOCK_RECEIVER_URL: string | undefined;
  readonly PENSTOCK_QUERY_URL: string | undefined;
  readonly PENSTOCK_RECEIVER_HEADERS: Record<string, string> | undefined;
  readonly PENSTOCK_SIGNING_REGION: string | undefined;
  readonly PENSTOCK_DEAD_LETTER_QUEUE_URL: string | undefined;
  readonly PENSTOCK_QUEUE_URL: string | undefined;
  /** Milliseconds, as the other times. */
  readonly PENSTOCK_VISIBILITY_TIMEOUT: number | undefined;
  readonly PENSTOCK_LANES: number | undefined;
  readonly PENSTOCK_GROUP_LABEL: string | undefined;
  readonly PENSTOCK_MAX_SAMPLE_AGE: number | undefined;
  readonly PENSTOCK_REQUEST_TIMEOUT: number | undefined;
  readonly PENSTOCK_CONCURRENCY: number | undefined;
  readonly PENSTOCK_METRICS_PORT: number | undefined;
  readonly PENSTOCK_SERVICE: string | undefined;
  readonly PENSTOCK_LOG_LEVEL: LogLevel | undefined;
  readonly AWS_REGION: string | undefined;
}

export type SettingName = keyof Values;

const ROWS: { readonly [Name in SettingName]: Row<NonNullable<Values[Name]>> } = {
  PENSTOCK_RECEIVER_URL: {
    meaning: "The receiver: an AMP workspace's URL, a Prometheus's base URL, or any remote-write URL.",
    expected: "an http or https URL without user name and password",
    required: "always",
    schema: url,
  },
  PENSTOCK_QUERY_URL: {
    meaning:
      "The receiver's query endpoint, where it does not follow from its URL. `none` works without one, within the limits of docs/guarantees.md.",
    expected: "an http or https URL without user name and password, or `none`",
    schema: v.union([v.picklist(["", "none"]), url]),
  },
  PENSTOCK_RECEIVER_HEADERS: {
    meaning: 'Headers for every request to the receiver, as JSON: `{"X-Scope-OrgID":"team-a"}`.',
    expected: "a JSON object of HTTP headers",
    fallback: "{}",
    secret: true,
    schema: headers,
  },
  PENSTOCK_SIGNING_REGION: {
    meaning:
      "The region to sign requests to the receiver for, where its URL does not name one, or `AWS_REGION` is another.",
    expected: "an AWS region such as `eu-west-1`",
    schema: region,
  },
  PENSTOCK_DEAD_LETTER_QUEUE_URL: {
    meaning: "The queue for samples that the receiver will never take.",
    expected: "the http or https URL of a FIFO queue, which ends in `.fifo`",
    required: "always",
    schema: fifoQueueUrl,
  },
  PENSTOCK_QUEUE_URL: {
    meaning: "The queue that the worker reads. On Lambda the event source mapping names it.",
    expected: "the http or https URL of a FIFO queue, which ends in `.fifo`",
    required: "worker",
    schema: fifoQueueUrl,
  },
  PENSTOCK_VISIBILITY_TIMEOUT: {
    meaning:
      "The queue's visibility timeout: how long a batch is ours. On Lambda it must not be longer than the queue's own.",
    expected: "whole seconds from 1s to 12h",
    fallback: "30s",
    schema: v.pipe(duration(1_000, MAX_VISIBILITY_TIMEOUT_MS), v.multipleOf(1_000)),
  },
  PENSTOCK_LANES: {
    meaning: "Lanes of a series: how many samples of one series may lie at or behind one another's time.",
    expected: `an integer from 1 to ${MAX_LANES}`,
    fallback: String(MAX_LANES),
    schema: integer(1, MAX_LANES),
  },
  PENSTOCK_GROUP_LABEL: {
    meaning: "The label that holds the message group, so that a look can select it. Empty leaves it out.",
    expected: `\`${GROUP_LABEL}\`, or empty`,
    fallback: GROUP_LABEL,
    schema: v.picklist([GROUP_LABEL, ""]),
  },
  PENSTOCK_MAX_SAMPLE_AGE: {
    meaning: "Older samples are late. AMP takes none older than an hour.",
    expected: "a duration from 1s to 366d, such as `1h`",
    fallback: "1h",
    schema: duration(1_000, MAX_SAMPLE_AGE_MS),
  },
  PENSTOCK_REQUEST_TIMEOUT: {
    meaning: "Bounds one request to the receiver.",
    expected: "a duration from 100ms to 1m, such as `5s`",
    fallback: "5s",
    schema: duration(100, MAX_REQUEST_TIMEOUT_MS),
  },
  PENSTOCK_CONCURRENCY: {
    meaning: "Batches that one worker has in hand at a time.",
    expected: `an integer from 1 to ${MAX_CONCURRENCY}`,
    fallback: "4",
    schema: integer(1, MAX_CONCURRENCY),
  },
  PENSTOCK_METRICS_PORT: {
    meaning: "The worker's port on 127.0.0.1 for `/metrics` and `/healthz`; 0 takes any. Without it there is none.",
    expected: "an integer from 0 to 65535",
    schema: integer(0, 65_535),
  },
  PENSTOCK_SERVICE: {
    meaning: "The `service` of log lines and CloudWatch metrics, to tell several pipelines of one account apart.",
    expected: "1 to 100 characters",
    fallback: "penstock",
    schema: v.pipe(v.string(), v.minLength(1), v.maxLength(100)),
  },
  PENSTOCK_LOG_LEVEL: {
    meaning: "The least that is logged.",
    expected: `one of ${LOG_LEVELS.join(", ")}`,
    fallback: "info",
    schema: v.picklist(LOG_LEVELS),
  },
  AWS_REGION: {
    meaning: "The region of the queues, where their URLs do not name it. Lambda sets it.",
    expected: "an AWS region such as `eu-west-1`",
    schema: region,
  },
};

/** A setting as documentation prints it. */
export interface Setting {
  readonly name: SettingName;
  readonly meaning: string;
  readonly expected: string;
  readonly default: string | undefined;
  readonly required: "always" | "worker" | "never";
  /** Its value is never shown. */
  readonly secret: boolean;
}

/** Every setting of the consumer, in the order of documentation. */
export const SETTINGS: readonly Setting[] = Object.entries<Row<unknown>>(ROWS).map(([name, setting]) => ({
  name: name as SettingName,
  meaning: setting.meaning,
  expected: setting.expected,
  default: setting.fallback,
  required: setting.required ?? "never",
  secret: setting.secret ?? false,
}));

/** The value of `text` for this setting, or undefined when it is none. */
export function parseSetting(name: SettingName, text: string): unknown {
  const parsed = v.safeParse(ROWS[name].schema, text);
  return parsed.success ? parsed.output : undefined;
}

function isPlainUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password } = new URL(text);
  return /^https?:$/.test(protocol) && username === "" && password === "";
}

function areHeaders(record: Record<string, string>): boolean {
  try {
    new Headers(record);
    return true;
  } catch {
    return false;
  }
}
