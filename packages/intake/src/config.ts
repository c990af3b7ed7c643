import { DEFAULT_GROUPS, show } from "@penstock/model";
import * as v from "valibot";
import { SHA256_HEX } from "./access.ts";
import type { FirehoseAccess } from "./doors/firehose.ts";
import { DEFAULT_LIMITS, type Limits } from "./limits.ts";

/** What Lambda's payload and the hash of a series key allow. */
const MAX_BODY_BYTES: number = 6 * 1024 * 1024;
const MAX_DECODED_BYTES: number = 64 * 1024 * 1024;
const MAX_SERIES = 1_000_000;
const MAX_GROUPS: number = 2 ** 32;

/** One name of the environment. */
interface Row<Value> {
  readonly meaning: string;
  /** What a value must be, as the end of "Expected `NAME` to be". */
  readonly expected: string;
  /** As one would write it; undefined leaves the setting out. */
  readonly fallback?: string;
  readonly required?: true;
  /** Its value is not shown. */
  readonly secret?: true;
  readonly schema: v.GenericSchema<string, Value>;
}

const integer = (max: number): v.GenericSchema<string, number> =>
  v.pipe(v.string(), v.regex(/^\d+$/), v.transform(Number), v.minValue(1), v.maxValue(max));

const sha256: v.GenericSchema<string, string> = v.pipe(v.string(), v.regex(SHA256_HEX));

const queueUrl: v.GenericSchema<string, string> = v.pipe(
  v.string(),
  v.check((text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol) && text.endsWith(".fifo")),
);

interface Values {
  readonly PENSTOCK_QUEUE_URL: string;
  readonly PENSTOCK_GROUPS: number;
  readonly PENSTOCK_BEARER_SHA256: string | undefined;
  readonly PENSTOCK_FIREHOSE_KEY_SHA256: string | undefined;
  readonly PENSTOCK_MAX_BODY_BYTES: number;
  readonly PENSTOCK_MAX_DECODED_BYTES: number;
  readonly PENSTOCK_MAX_SERIES: number;
}

const ROWS: { readonly [Name in keyof Values]: Row<NonNullable<Values[Name]>> } = {
  PENSTOCK_QUEUE_URL: {
    meaning: "The queue that samples go to.",
    expected: "the http or https URL of a FIFO queue, which ends in `.fifo`",
    required: true,
    schema: queueUrl,
  },
  PENSTOCK_GROUPS: {
    meaning: "Message groups. Every sender of a series must use the same number.",
    expected: `an integer from 1 to ${MAX_GROUPS}`,
    fallback: String(DEFAULT_GROUPS),
    schema: integer(MAX_GROUPS),
  },
  PENSTOCK_BEARER_SHA256: {
    meaning: "The SHA-256 of the token that requests must bear, where AWS_IAM does not guard the routes.",
    expected: "a SHA-256 in hexadecimal, 64 digits",
    secret: true,
    schema: sha256,
  },
  PENSTOCK_FIREHOSE_KEY_SHA256: {
    meaning: "The SHA-256 of Firehose's access key. Without it that door is closed.",
    expected: "a SHA-256 in hexadecimal, 64 digits",
    secret: true,
    schema: sha256,
  },
  PENSTOCK_MAX_BODY_BYTES: {
    meaning: "Bounds a body as it is sent.",
    expected: `an integer from 1 to ${MAX_BODY_BYTES}`,
    fallback: String(DEFAULT_LIMITS.maxBodyBytes),
    schema: integer(MAX_BODY_BYTES),
  },
  PENSTOCK_MAX_DECODED_BYTES: {
    meaning: "Bounds a body once it is unpacked.",
    expected: `an integer from 1 to ${MAX_DECODED_BYTES}`,
    fallback: String(DEFAULT_LIMITS.maxDecodedBytes),
    schema: integer(MAX_DECODED_BYTES),
  },
  PENSTOCK_MAX_SERIES: {
    meaning: "Bounds the series of a request.",
    expected: `an integer from 1 to ${MAX_SERIES}`,
    fallback: String(DEFAULT_LIMITS.maxSeries),
    schema: integer(MAX_SERIES),
  },
};

/** A setting as documentation prints it. */
export interface IntakeSetting {
  readonly name: string;
  readonly meaning: string;
  readonly expected: string;
  readonly default: string | undefined;
}

/** Every setting of the intake, in the order of documentation. */
export const INTAKE_SETTINGS: readonly IntakeSetting[] = Object.entries<Row<unknown>>(ROWS).map(
  ([name, { meaning, expected, fallback }]) => ({ name, meaning, expected, default: fallback }),
);

export interface IntakeConfig {
  readonly queueUrl: string;
  readonly groups: number;
  readonly bearerSha256: string | undefined;
  readonly firehose: FirehoseAccess;
  readonly limits: Partial<Limits>;
}

/** All that is wrong with the environment, a sentence each. */
export class IntakeConfigError extends Error {
  override readonly name = "IntakeConfigError";
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join("\n"));
    this.problems = problems;
  }
}

/**
 * The configuration of the Lambda handler.
 *
 * @throws {IntakeConfigError} that names everything wrong at once, names of the form `PENSTOCK_…` that nobody reads too
 */
export function readIntakeConfig(environment: Readonly<Record<string, string | undefined>>): IntakeConfig {
  const problems = unknownNames(environment);
  const parsed: Record<string, unknown> = {};
  for (const [name, row] of Object.entries<Row<unknown>>(ROWS)) {
    const text = environment[name] ?? row.fallback;
    if (text === undefined && !row.required) continue;
    const result = v.safeParse(row.schema, text);
    if (result.success) parsed[name] = result.output;
    else problems.push(complaint(name, row, text));
  }
  if (problems.length > 0) throw new IntakeConfigError(problems);
  const values = parsed as unknown as Values;
  const keySha256 = values.PENSTOCK_FIREHOSE_KEY_SHA256;
  return {
    queueUrl: values.PENSTOCK_QUEUE_URL,
    groups: values.PENSTOCK_GROUPS,
    bearerSha256: values.PENSTOCK_BEARER_SHA256,
    firehose: keySha256 === undefined ? "closed" : { keySha256 },
    limits: {
      maxBodyBytes: values.PENSTOCK_MAX_BODY_BYTES,
      maxDecodedBytes: values.PENSTOCK_MAX_DECODED_BYTES,
      maxSeries: values.PENSTOCK_MAX_SERIES,
    },
  };
}

/** A misspelt setting would otherwise be one left at its default. */
function unknownNames(environment: Readonly<Record<string, string | undefined>>): string[] {
  return Object.keys(environment)
    .filter((name) => name.startsWith("PENSTOCK_") && !Object.hasOwn(ROWS, name))
    .map((name) => `Expected no \`${name}\` in the environment: the settings are ${Object.keys(ROWS).join(", ")}`);
}

function complaint(name: string, { expected, secret }: Row<unknown>, text: string | undefined): string {
  const got = text === undefined ? "nothing" : secret ? "something else" : show(text.replace(/\/\/.*@/, "//…@"));
  return `Expected \`${name}\` to be ${expected}, got ${got}`;
}
