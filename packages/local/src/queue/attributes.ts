import { invalidAttributeName, invalidAttributeValue } from "./errors.ts";
import type { FifoQueue } from "./queue.ts";
import { parseRedrivePolicy } from "./redrive-policy.ts";
import type { QueueSettings } from "./settings.ts";

/** Attributes of a queue as the API carries them: text by their AWS names. */
export type Attributes = Readonly<Record<string, string>>;

/** A setting as text. */
interface Attribute {
  readonly name: string;
  readonly key: keyof QueueSettings;
  parse(text: string): Partial<QueueSettings>;
  /** Undefined when it is not set. */
  format(settings: QueueSettings): string | undefined;
}

const ATTRIBUTES: readonly Attribute[] = [
  seconds("VisibilityTimeout", "visibilityTimeoutMs"),
  seconds("DelaySeconds", "delayMs"),
  seconds("MessageRetentionPeriod", "retentionMs"),
  seconds("ReceiveMessageWaitTimeSeconds", "waitMs"),
  number("MaximumMessageSize", "maxMessageBytes", 1),
  {
    name: "ContentBasedDeduplication",
    key: "contentBasedDeduplication",
    parse: (text) => ({ contentBasedDeduplication: oneOf("ContentBasedDeduplication", text, BOOLEANS) === "true" }),
    format: ({ contentBasedDeduplication }) => String(contentBasedDeduplication),
  },
  {
    name: "DeduplicationScope",
    key: "deduplicationScope",
    parse: (text) => ({ deduplicationScope: oneOf("DeduplicationScope", text, ["queue", "messageGroup"]) }),
    format: ({ deduplicationScope }) => deduplicationScope,
  },
  {
    name: "FifoThroughputLimit",
    key: "throughputLimit",
    parse: (text) => ({ throughputLimit: oneOf("FifoThroughputLimit", text, ["perQueue", "perMessageGroupId"]) }),
    format: ({ throughputLimit }) => throughputLimit,
  },
  {
    name: "RedrivePolicy",
    key: "redrivePolicy",
    parse: (text) => ({ redrivePolicy: parseRedrivePolicy(text) }),
    format: ({ redrivePolicy }) => redrivePolicy && JSON.stringify(redrivePolicy),
  },
];

/** Taken and answered back, without effect. */
const INERT: readonly string[] = [
  "Policy",
  "RedriveAllowPolicy",
  "KmsMasterKeyId",
  "KmsDataKeyReusePeriodSeconds",
  "SqsManagedSseEnabled",
];

/** The AWS name of a setting. */
export function attributeNameOf(key: keyof QueueSettings): string {
  return ATTRIBUTES.find((attribute) => attribute.key === key)?.name ?? INERT.join(" or ");
}

/**
 * The settings that these attributes name; `inert` holds those it held before, too.
 *
 * @throws QueueError for an attribute that may not be set, or a value that cannot be read
 */
export function parseAttributes(attributes: Attributes, inertBefore: Attributes = {}): Partial<QueueSettings> {
  let settings: Partial<QueueSettings> = {};
  for (const [name, text] of Object.entries(attributes)) {
    const attribute = ATTRIBUTES.find((candidate) => candidate.name === name);
    if (attribute) settings = { ...settings, ...attribute.parse(text) };
    else if (INERT.includes(name))
      settings = { ...settings, inert: { ...inertBefore, ...settings.inert, [name]: text } };
    else throw invalidAttributeName(name);
  }
  return settings;
}

/**
 * The attributes asked for, `All` or by name.
 *
 * @throws QueueError for an attribute there is not
 */
export function formatAttributes(queue: FifoQueue, names: readonly string[]): Attributes {
  const all = allAttributes(queue);
  if (names.includes("All")) return all;
  const chosen: Record<string, string> = {};
  for (const name of names) {
    if (!isAttribute(name)) throw invalidAttributeName(name);
    const text = all[name];
    if (text !== undefined) chosen[name] = text;
  }
  return chosen;
}

function allAttributes(queue: FifoQueue): Attributes {
  const { visible, inFlight, delayed } = queue.inspect();
  const settings = ATTRIBUTES.flatMap(({ name, format }): [string, string][] => {
    const text = format(queue.settings);
    return text === undefined ? [] : [[name, text]];
  });
  return {
    QueueArn: queue.arn,
    FifoQueue: "true",
    ApproximateNumberOfMessages: String(visible),
    ApproximateNumberOfMessagesNotVisible: String(inFlight),
    ApproximateNumberOfMessagesDelayed: String(delayed),
    CreatedTimestamp: epochSeconds(queue.createdAtMs),
    LastModifiedTimestamp: epochSeconds(queue.modifiedAtMs),
    ...Object.fromEntries(settings),
    ...queue.settings.inert,
  };
}

const READ_ONLY: readonly string[] = [
  "QueueArn",
  "FifoQueue",
  "ApproximateNumberOfMessages",
  "ApproximateNumberOfMessagesNotVisible",
  "ApproximateNumberOfMessagesDelayed",
  "CreatedTimestamp",
  "LastModifiedTimestamp",
];

function isAttribute(name: string): boolean {
  return READ_ONLY.includes(name) || INERT.includes(name) || ATTRIBUTES.some((attribute) => attribute.name === name);
}

type NumberKey = "visibilityTimeoutMs" | "delayMs" | "retentionMs" | "waitMs" | "maxMessageBytes";

function seconds(name: string, key: NumberKey): Attribute {
  return number(name, key, 1000);
}

/** An attribute in units of `unit` of the setting. */
function number(name: string, key: NumberKey, unit: number): Attribute {
  return {
    name,
    key,
    parse: (text) => {
      if (!/^[0-9]{1,10}$/.test(text)) throw invalidAttributeValue(name, `Expected a whole number, got ${text}.`);
      return { [key]: Number(text) * unit };
    },
    format: (settings) => String(settings[key] / unit),
  };
}

const BOOLEANS = ["true", "false"] as const;

function oneOf<T extends string>(name: string, text: string, values: readonly T[]): T {
  const value = values.find((candidate) => candidate === text);
  if (value === undefined) throw invalidAttributeValue(name, `Expected ${values.join(" or ")}, got ${text}.`);
  return value;
}

function epochSeconds(ms: number): string {
  return String(Math.floor(ms / 1000));
}
