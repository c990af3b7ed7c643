import {
  ConfigError,
  DEFAULT_GROUPS,
  type Environment,
  FIFO_QUEUE_URL,
  fifoQueueUrl,
  integerWithin,
  readEnvironment,
  type Settings,
} from "@penstock/model";
import { SHA256_HEX } from "./access.ts";
import type { FirehoseAccess } from "./doors/firehose.ts";
import { DEFAULT_LIMITS, type Limits } from "./limits.ts";

/** What Lambda's payload and the hash of a series key allow. */
const MAX_BODY_BYTES: number = 6 * 1024 * 1024;
const MAX_DECODED_BYTES: number = 64 * 1024 * 1024;
const MAX_SERIES = 1_000_000;
const MAX_GROUPS: number = 2 ** 32;

interface Values {
  readonly PENSTOCK_QUEUE_URL: string;
  readonly PENSTOCK_GROUPS: number;
  readonly PENSTOCK_BEARER_SHA256: string;
  readonly PENSTOCK_FIREHOSE_KEY_SHA256: string;
  readonly PENSTOCK_MAX_BODY_BYTES: number;
  readonly PENSTOCK_MAX_DECODED_BYTES: number;
  readonly PENSTOCK_MAX_SERIES: number;
}

/** Every setting of the intake. */
export const INTAKE_SETTINGS: Settings<Values> = {
  PENSTOCK_QUEUE_URL: { meaning: "the FIFO queue", expected: FIFO_QUEUE_URL, required: true, parse: fifoQueueUrl },
  PENSTOCK_GROUPS: {
    meaning: "message groups; every sender of a series must use the same number",
    expected: `an integer from 1 to ${MAX_GROUPS}`,
    fallback: String(DEFAULT_GROUPS),
    parse: integerWithin(1, MAX_GROUPS),
  },
  PENSTOCK_BEARER_SHA256: {
    meaning: "the SHA-256 of the token that every door but Firehose's asks for",
    expected: "a SHA-256 in hexadecimal, 64 digits",
    secret: true,
    parse: sha256,
  },
  PENSTOCK_FIREHOSE_KEY_SHA256: {
    meaning: "the SHA-256 of Firehose's key; without it that door is closed",
    expected: "a SHA-256 in hexadecimal, 64 digits",
    secret: true,
    parse: sha256,
  },
  PENSTOCK_MAX_BODY_BYTES: {
    meaning: "of a body as it is sent",
    expected: `an integer from 1 to ${MAX_BODY_BYTES}`,
    fallback: String(DEFAULT_LIMITS.maxBodyBytes),
    parse: integerWithin(1, MAX_BODY_BYTES),
  },
  PENSTOCK_MAX_DECODED_BYTES: {
    meaning: "of a body unpacked, and of the labels of all its series",
    expected: `an integer from 1 to ${MAX_DECODED_BYTES}`,
    fallback: String(DEFAULT_LIMITS.maxDecodedBytes),
    parse: integerWithin(1, MAX_DECODED_BYTES),
  },
  PENSTOCK_MAX_SERIES: {
    meaning: "of a request; a histogram makes one a bucket",
    expected: `an integer from 1 to ${MAX_SERIES}`,
    fallback: String(DEFAULT_LIMITS.maxSeries),
    parse: integerWithin(1, MAX_SERIES),
  },
};

function sha256(text: string): string | undefined {
  return SHA256_HEX.test(text) ? text : undefined;
}

export interface IntakeConfig {
  readonly queueUrl: string;
  readonly groups: number;
  readonly bearerSha256: string | undefined;
  readonly firehose: FirehoseAccess;
  readonly limits: Partial<Limits>;
}

/**
 * The configuration of the Lambda handler.
 *
 * @throws {ConfigError} that names everything wrong at once, names of the form `PENSTOCK_…` that nobody reads too
 */
export function readIntakeConfig(environment: Environment): IntakeConfig {
  const { values, problems } = readEnvironment(INTAKE_SETTINGS, environment);
  if (problems.length > 0) throw new ConfigError(problems);
  const keySha256 = values.PENSTOCK_FIREHOSE_KEY_SHA256;
  return {
    queueUrl: values.PENSTOCK_QUEUE_URL!,
    groups: values.PENSTOCK_GROUPS!,
    bearerSha256: values.PENSTOCK_BEARER_SHA256,
    firehose: keySha256 === undefined ? "closed" : { keySha256 },
    limits: {
      maxBodyBytes: values.PENSTOCK_MAX_BODY_BYTES!,
      maxDecodedBytes: values.PENSTOCK_MAX_DECODED_BYTES!,
      maxSeries: values.PENSTOCK_MAX_SERIES!,
    },
  };
}
