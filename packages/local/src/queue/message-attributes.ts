import { createHash } from "node:crypto";
import { invalidParameter } from "./errors.ts";
import { MAX_ATTRIBUTE_NAME_LENGTH, MAX_MESSAGE_ATTRIBUTES } from "./limits.ts";

/** A message attribute as the JSON protocol carries it. */
export interface MessageAttribute {
  /** `String`, `Number` or `Binary`, with a label of the sender's after a dot. */
  readonly DataType: string;
  readonly StringValue?: string | undefined;
  /** Base64. */
  readonly BinaryValue?: string | undefined;
}

export type MessageAttributes = Readonly<Record<string, MessageAttribute>>;

/** @throws QueueError as SQS refuses a message attribute (SQS developer guide, message attributes) */
export function checkMessageAttributes(attributes: MessageAttributes): void {
  const entries = Object.entries(attributes);
  if (entries.length > MAX_MESSAGE_ATTRIBUTES) {
    throw invalidParameter(
      `Number of message attributes [${entries.length}] exceeds the allowed maximum [${MAX_MESSAGE_ATTRIBUTES}].`,
    );
  }
  for (const [name, attribute] of entries) {
    if (!NAME.test(name) || name.length > MAX_ATTRIBUTE_NAME_LENGTH || RESERVED.test(name)) {
      throw invalidParameter(`The message attribute name '${name}' is invalid.`);
    }
    const type = TYPE.exec(attribute.DataType)?.[1];
    if (!type) {
      throw invalidParameter(`The message attribute '${name}' has an invalid message attribute type.`);
    }
    if (!(type === "Binary" ? attribute.BinaryValue : attribute.StringValue)) {
      throw invalidParameter(`Message (user) attribute '${name}' must contain a non-empty value of type '${type}'.`);
    }
  }
}

/** Name, type and value, as SQS counts them towards the message's size. */
export function messageAttributesBytes(attributes: MessageAttributes): number {
  let bytes = 0;
  for (const [name, attribute] of Object.entries(attributes)) {
    bytes += Buffer.byteLength(name) + Buffer.byteLength(attribute.DataType) + bytesOf(attribute).length;
  }
  return bytes;
}

/**
 * MD5OfMessageAttributes: of name, type and value of each by name, every part with its length before it and the value
 * with a byte for its kind (SQS developer guide, "Calculating the MD5 message digest for message attributes").
 */
export function digestOfMessageAttributes(attributes: MessageAttributes): string {
  const hash = createHash("md5");
  for (const name of Object.keys(attributes).sort()) {
    const attribute = attributes[name]!;
    const binary = attribute.DataType.startsWith("Binary");
    for (const part of [Buffer.from(name), Buffer.from(attribute.DataType)]) hash.update(lengthOf(part)).update(part);
    const value = bytesOf(attribute);
    hash
      .update(Buffer.of(binary ? BINARY : TEXT))
      .update(lengthOf(value))
      .update(value);
  }
  return hash.digest("hex");
}

/** The attributes a receive asks for: by name, by prefix (`bar.*`), or all (`All`, `.*`). Undefined when there are none. */
export function chooseMessageAttributes(
  attributes: MessageAttributes,
  wanted: readonly string[],
): MessageAttributes | undefined {
  const chosen = Object.entries(attributes).filter(([name]) => wanted.some((pattern) => matches(name, pattern)));
  return chosen.length > 0 ? Object.fromEntries(chosen) : undefined;
}

const NAME = /^(?!\.)(?!.*\.\.)[A-Za-z0-9_.-]+(?<!\.)$/;
const RESERVED = /^(aws|amazon)\./i;
const TYPE = /^(String|Number|Binary)(?:\.|$)/;

const TEXT = 1;
const BINARY = 2;

function bytesOf({ DataType, StringValue = "", BinaryValue = "" }: MessageAttribute): Buffer {
  return DataType.startsWith("Binary") ? Buffer.from(BinaryValue, "base64") : Buffer.from(StringValue);
}

function lengthOf(part: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(part.length);
  return length;
}

function matches(name: string, pattern: string): boolean {
  if (pattern === "All" || pattern === ".*" || pattern === name) return true;
  return pattern.endsWith(".*") && name.startsWith(pattern.slice(0, -1));
}
