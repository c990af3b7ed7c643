import { show } from "./text.ts";

/** The names and values that a process was started with: `process.env` is one. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** One name of the environment. */
export interface Setting<Value> {
  /** What it is for, as documentation says it. */
  readonly meaning: string;
  /** What a value must be, as the end of "Expected `NAME` to be". */
  readonly expected: string;
  /** The value where there is none, as one would write it. */
  readonly fallback?: string;
  /** Whether there must be a value. */
  readonly required?: boolean;
  /** Its value is never shown. */
  readonly secret?: true;
  /** Undefined for text that is no value. */
  readonly parse: (text: string) => Value | undefined;
}

/** Settings by name, in the order of documentation. */
export type Settings<Values> = { readonly [Name in keyof Values]-?: Setting<NonNullable<Values[Name]>> };

/** What was read: undefined where a setting has no value, or a wrong one. */
export interface Reading<Values> {
  readonly values: { readonly [Name in keyof Values]: Values[Name] | undefined };
  /** All that is wrong, a sentence each. */
  readonly problems: readonly string[];
}

/** All that is wrong with an environment, a sentence each. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join("\n"));
    this.problems = problems;
  }
}

const OURS = "PENSTOCK_";

/** Reads settings, and complains of every name of the form `PENSTOCK_…` that is none of them. */
export function readEnvironment<Values>(settings: Settings<Values>, environment: Environment): Reading<Values> {
  const rows = Object.entries<Setting<unknown>>(settings);
  const problems = unknownNames(Object.keys(settings), environment);
  const values: Record<string, unknown> = {};
  for (const [name, setting] of rows) {
    const text = environment[name] ?? setting.fallback;
    if (text !== undefined) values[name] = setting.parse(text);
    const wrong = text === undefined ? setting.required : values[name] === undefined;
    if (wrong) problems.push(complaint(name, setting, text));
  }
  return { values: values as Reading<Values>["values"], problems };
}

/** A misspelt setting would otherwise be one left at its default. */
function unknownNames(known: readonly string[], environment: Environment): string[] {
  const ours = known.filter((name) => name.startsWith(OURS)).join(", ");
  return Object.keys(environment)
    .filter((name) => name.startsWith(OURS) && !known.includes(name))
    .map((name) => `Expected no \`${name}\` in the environment: the settings are ${ours}`);
}

function complaint(name: string, { expected, secret }: Setting<unknown>, text: string | undefined): string {
  const got = text === undefined ? "nothing" : secret ? "something else" : show(withoutPassword(text));
  return `Expected \`${name}\` to be ${expected}, got ${got}`;
}

function withoutPassword(text: string): string {
  return text.replace(/\/\/.*@/, "//…@");
}

/** Reads a whole number within bounds, both included. */
export function integerWithin(min: number, max: number): (text: string) => number | undefined {
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    return value >= min && value <= max ? value : undefined;
  };
}

/** Reads an http or https URL without user name and password. */
export function plainUrl(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const { protocol, username, password } = new URL(text);
  return /^https?:$/.test(protocol) && username === "" && password === "" ? text : undefined;
}

/** What {@link fifoQueueUrl} reads, as the end of "Expected `NAME` to be". */
export const FIFO_QUEUE_URL = "the http or https URL of a FIFO queue, which ends in `.fifo`";

/** Reads the URL of a FIFO queue. */
export function fifoQueueUrl(text: string): string | undefined {
  return plainUrl(text) !== undefined && new URL(text).pathname.endsWith(".fifo") ? text : undefined;
}
