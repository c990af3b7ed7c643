import {
  FIFO_QUEUE_URL,
  fifoQueueUrl,
  GROUP_LABEL,
  integerWithin,
  isObject,
  MAX_LANES,
  plainUrl,
  type Settings,
} from "@penstock/model";
import { parseDurationMs } from "./duration.ts";

/** Older samples than this are data to import, not to queue. */
const MAX_SAMPLE_AGE_MS: number = 366 * 24 * 60 * 60_000;
const MAX_REQUEST_TIMEOUT_MS = 60_000;
/** SQS's own bounds (SQS quotas for messages: 0 to 43,200 seconds). */
const MAX_VISIBILITY_TIMEOUT_MS = 43_200_000;
/** Each one holds a batch of up to 10 MiB in memory. */
const MAX_CONCURRENCY = 64;

const LOG_LEVELS = ["debug", "info", "warn", "error"] as const;

export type LogLevel = (typeof LOG_LEVELS)[number];

export interface Values {
  readonly PENSTOCK_RECEIVER_URL: string;
  readonly PENSTOCK_QUERY_URL: string;
  readonly PENSTOCK_RECEIVER_HEADERS: Record<string, string>;
  readonly PENSTOCK_SIGNING_REGION: string;
  readonly PENSTOCK_DEAD_LETTER_QUEUE_URL: string;
  readonly PENSTOCK_QUEUE_URL: string;
  /** Milliseconds, as the other times. */
  readonly PENSTOCK_VISIBILITY_TIMEOUT: number;
  readonly PENSTOCK_LANES: number;
  readonly PENSTOCK_GROUP_LABEL: string;
  readonly PENSTOCK_MAX_SAMPLE_AGE: number;
  readonly PENSTOCK_REQUEST_TIMEOUT: number;
  readonly PENSTOCK_CONCURRENCY: number;
  readonly PENSTOCK_METRICS_PORT: number;
  readonly PENSTOCK_SERVICE: string;
  readonly PENSTOCK_LOG_LEVEL: LogLevel;
  readonly AWS_REGION: string;
}

/** Every setting of the consumer, as Lambda needs them. */
export const SETTINGS: Settings<Values> = {
  PENSTOCK_RECEIVER_URL: {
    meaning: "the receiver: an AMP workspace's URL, a Prometheus's base URL, or any remote-write URL",
    expected: "an http or https URL without user name and password",
    required: true,
    parse: plainUrl,
  },
  PENSTOCK_QUERY_URL: {
    meaning:
      "the receiver's query endpoint, where it does not follow from its URL; `none` works without one, within limits",
    expected: "an http or https URL without user name and password, or `none`",
    parse: (text) => (text === "" || text === "none" ? text : plainUrl(text)),
  },
  PENSTOCK_RECEIVER_HEADERS: {
    meaning: 'headers for every request to the receiver, as JSON: `{"X-Scope-OrgID":"team-a"}`; never shown',
    expected: "a JSON object of HTTP headers",
    fallback: "{}",
    secret: true,
    parse: headers,
  },
  PENSTOCK_SIGNING_REGION: {
    meaning:
      "the region to sign requests to the receiver for, where its URL does not name one, or `AWS_REGION` is another",
    expected: "an AWS region such as `eu-west-1`",
    parse: region,
  },
  PENSTOCK_DEAD_LETTER_QUEUE_URL: {
    meaning: "the FIFO queue for samples that the receiver will never take",
    expected: FIFO_QUEUE_URL,
    required: true,
    parse: fifoQueueUrl,
  },
  PENSTOCK_QUEUE_URL: {
    meaning: "the queue that the worker reads; on Lambda the event source mapping names it",
    expected: FIFO_QUEUE_URL,
    parse: fifoQueueUrl,
  },
  PENSTOCK_VISIBILITY_TIMEOUT: {
    meaning:
      "how long a batch is ours: the worker sets it at every receive; on Lambda it must not be longer than the queue's own",
    expected: "whole seconds from 1s to 12h",
    fallback: "30s",
    parse: (text) => {
      const ms = durationWithin(1_000, MAX_VISIBILITY_TIMEOUT_MS)(text);
      return ms !== undefined && ms % 1_000 === 0 ? ms : undefined;
    },
  },
  PENSTOCK_LANES: {
    meaning: "lanes of a series: how many samples of one series may lie at or behind one another's time",
    expected: `an integer from 1 to ${MAX_LANES}`,
    fallback: String(MAX_LANES),
    parse: integerWithin(1, MAX_LANES),
  },
  PENSTOCK_GROUP_LABEL: {
    meaning: "the label that holds the message group, so that a look can select it; empty leaves it out",
    expected: `\`${GROUP_LABEL}\`, or empty`,
    fallback: GROUP_LABEL,
    parse: (text) => (text === GROUP_LABEL || text === "" ? text : undefined),
  },
  PENSTOCK_MAX_SAMPLE_AGE: {
    meaning: "older samples are late; AMP takes none older than an hour",
    expected: "a duration from 1s to 366d, such as `1h`",
    fallback: "1h",
    parse: durationWithin(1_000, MAX_SAMPLE_AGE_MS),
  },
  PENSTOCK_REQUEST_TIMEOUT: {
    meaning: "bounds one request to the receiver",
    expected: "a duration from 100ms to 1m, such as `5s`",
    fallback: "5s",
    parse: durationWithin(100, MAX_REQUEST_TIMEOUT_MS),
  },
  PENSTOCK_CONCURRENCY: {
    meaning: "batches that one worker has in hand at a time",
    expected: `an integer from 1 to ${MAX_CONCURRENCY}`,
    fallback: "4",
    parse: integerWithin(1, MAX_CONCURRENCY),
  },
  PENSTOCK_METRICS_PORT: {
    meaning: "the worker's port on 127.0.0.1 for `/metrics` and `/healthz`; 0 takes any; without it there is none",
    expected: "an integer from 0 to 65535",
    parse: integerWithin(0, 65_535),
  },
  PENSTOCK_SERVICE: {
    meaning: "the `service` of log lines and CloudWatch metrics, to tell several pipelines of one account apart",
    expected: "1 to 100 characters",
    fallback: "penstock",
    parse: (text) => (text.length >= 1 && text.length <= 100 ? text : undefined),
  },
  PENSTOCK_LOG_LEVEL: {
    meaning: "the least that is logged",
    expected: `one of ${LOG_LEVELS.join(", ")}`,
    fallback: "info",
    parse: (text) => LOG_LEVELS.find((level) => level === text),
  },
  AWS_REGION: {
    meaning: "the region of the queues, where their URLs do not name it; Lambda sets it",
    expected: "an AWS region such as `eu-west-1`",
    parse: region,
  },
};

/** The same, as the worker needs them: nobody else tells it its queue. */
export const WORKER_SETTINGS: Settings<Values> = {
  ...SETTINGS,
  PENSTOCK_QUEUE_URL: { ...SETTINGS.PENSTOCK_QUEUE_URL, required: true },
};

function durationWithin(minMs: number, maxMs: number): (text: string) => number | undefined {
  return (text) => {
    const ms = parseDurationMs(text);
    return ms >= minMs && ms <= maxMs ? ms : undefined;
  };
}

function region(text: string): string | undefined {
  return /^[a-z0-9-]+$/.test(text) ? text : undefined;
}

function headers(text: string): Record<string, string> | undefined {
  try {
    const record: unknown = JSON.parse(text);
    if (!isObject(record) || !Object.values(record).every((value) => typeof value === "string")) return undefined;
    // It throws at what is no header.
    new Headers(record as Record<string, string>);
    return record as Record<string, string>;
  } catch {
    return undefined;
  }
}
