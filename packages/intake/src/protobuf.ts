import protobuf from "protobufjs/minimal.js";
import type { Meter } from "./limits.ts";
import { Problem } from "./problem.ts";

/**
 * What a field holds. The three of 64 bits are bigints: nanoseconds since the epoch do not fit in a number, and a stale
 * marker differs from other NaNs only in its bits, so a double may be read as `fixed64`.
 */
export type Scalar = "string" | "bytes" | "bool" | "uint32" | "double" | "int64" | "fixed64" | "sfixed64";

export interface Field {
  /** As in the .proto file, in lowerCamelCase. */
  readonly name: string;
  /** A message is a function, as messages may hold themselves. */
  readonly type: Scalar | (() => Shape);
  readonly repeated?: true;
}

/** The fields of a message by number. What it does not name is skipped. */
export type Shape = Readonly<Record<number, Field>>;

/** A message as it was read: its fields by name, those that were absent left out. */
export type Message = Record<string, unknown>;

/** OTLP's attribute values hold one another; protobufjs and Go stop at 100 too. */
export const MAX_DEPTH = 100;

const { Reader } = protobuf;
type Reader = InstanceType<typeof Reader>;

const VARINT = 0;
const FIXED64 = 1;
const DELIMITED = 2;
const WIRE_TYPES: Readonly<Record<Scalar, number>> = {
  string: DELIMITED,
  bytes: DELIMITED,
  bool: VARINT,
  uint32: VARINT,
  int64: VARINT,
  double: FIXED64,
  fixed64: FIXED64,
  sfixed64: FIXED64,
};

/**
 * Reads a message. Its elements are counted as they are made: an empty message takes two bytes on the wire.
 *
 * @throws {Problem} 400 for what is no such message, 413 for one with too many elements
 */
export function decodeProtobuf(shape: Shape, bytes: Uint8Array, elements: Meter): Message {
  try {
    return new MessageReader(bytes, elements).read(shape, bytes.length, 0);
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw new Problem(400, `Expected a protobuf message: ${(error as Error).message}`);
  }
}

class MessageReader {
  readonly #reader: Reader;
  readonly #elements: Meter;

  constructor(bytes: Uint8Array, elements: Meter) {
    this.#reader = Reader.create(bytes);
    this.#elements = elements;
  }

  /** @param end where the message ends, in bytes from the beginning of all */
  read(shape: Shape, end: number, depth: number): Message {
    if (depth > MAX_DEPTH) throw new Error(`more than ${MAX_DEPTH} messages inside one another`);
    this.#elements.add();
    const reader = this.#reader;
    const message: Message = {};
    while (reader.pos < end) {
      const tag = reader.uint32();
      const field = shape[tag >>> 3];
      if (!field || !this.#readField(message, field, tag & 7, end, depth)) reader.skipType(tag & 7);
      if (reader.pos > end) throw new Error(`a field reaches ${reader.pos - end} bytes beyond its message`);
    }
    return message;
  }

  /** Whether the field was there in a form that it may have; as other parsers do, another form is skipped. */
  #readField(message: Message, { name, type, repeated }: Field, wireType: number, end: number, depth: number): boolean {
    if (typeof type === "function") {
      if (wireType !== DELIMITED) return false;
      keep(message, name, repeated, this.read(type(), this.#endOfNext(end), depth + 1));
      return true;
    }
    if (wireType === WIRE_TYPES[type]) {
      if (repeated) this.#elements.add();
      keep(message, name, repeated, readScalar(this.#reader, type));
      return true;
    }
    if (!repeated || wireType !== DELIMITED) return false;
    const endOfPacked = this.#endOfNext(end);
    while (this.#reader.pos < endOfPacked) {
      this.#elements.add();
      keep(message, name, repeated, readScalar(this.#reader, type));
    }
    return true;
  }

  /** Where what begins with its length ends. */
  #endOfNext(end: number): number {
    const length = this.#reader.uint32();
    const { pos } = this.#reader;
    if (pos + length > end) throw new Error(`${length} bytes announced where ${end - pos} are left`);
    return pos + length;
  }
}

function keep(message: Message, name: string, repeated: true | undefined, value: unknown): void {
  if (!repeated) message[name] = value;
  else if (message[name] === undefined) message[name] = [value];
  else (message[name] as unknown[]).push(value);
}

function readScalar(reader: Reader, type: Scalar): unknown {
  switch (type) {
    case "string":
      return reader.string();
    case "bytes":
      return reader.bytes();
    case "bool":
      return reader.bool();
    case "uint32":
      return reader.uint32();
    case "double":
      return reader.double();
    case "int64":
      return BigInt(reader.int64().toString());
    case "fixed64":
      return readFixed64(reader);
    case "sfixed64":
      return BigInt.asIntN(64, readFixed64(reader));
  }
}

function readFixed64(reader: Reader): bigint {
  const low = reader.fixed32();
  return (BigInt(reader.fixed32()) << 32n) | BigInt(low);
}
