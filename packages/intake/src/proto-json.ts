import { show } from "@penstock/model";
import type { Meter } from "./limits.ts";
import { Problem } from "./problem.ts";
import { type Field, MAX_DEPTH, type Message, type Scalar, type Shape } from "./protobuf.ts";

/**
 * Reads a message from its JSON form, into what {@link decodeProtobuf} makes of its binary form (protobuf.dev, "ProtoJSON
 * Format"; OTLP: keys in lowerCamelCase, enums as integers, unknown keys ignored).
 *
 * @throws {Problem} 400 that names the field, 413 for too many elements
 */
export function decodeProtoJson(shape: Shape, json: unknown, elements: Meter): Message {
  return readMessage(shape, json, "the body", elements, 0);
}

function readMessage(shape: Shape, json: unknown, path: string, elements: Meter, depth: number): Message {
  if (depth > MAX_DEPTH) throw new Problem(400, `Expected at most ${MAX_DEPTH} objects inside one another`);
  if (typeof json !== "object" || json === null || Array.isArray(json)) throw wrong(path, "an object", json);
  elements.add();
  const message: Message = {};
  for (const field of Object.values(shape)) {
    const value = (json as Message)[field.name];
    if (value === undefined || value === null) continue;
    const name = depth === 0 ? field.name : `${path}.${field.name}`;
    message[field.name] = readField(field, value, name, elements, depth);
  }
  return message;
}

function readField({ type, repeated }: Field, value: unknown, path: string, elements: Meter, depth: number): unknown {
  const read = (one: unknown, name: string): unknown => {
    if (typeof type === "function") return readMessage(type(), one, name, elements, depth + 1);
    if (repeated) elements.add();
    return readScalar(type, one, name);
  };
  if (!repeated) return read(value, path);
  if (!Array.isArray(value)) throw wrong(path, "a list", value);
  return value.map((one, i) => read(one, `${path}[${i}]`));
}

function readScalar(type: Scalar, value: unknown, path: string): unknown {
  switch (type) {
    case "string":
      if (typeof value !== "string") throw wrong(path, "text", value);
      return value;
    case "bytes":
      if (typeof value !== "string" || !BASE64.test(value)) throw wrong(path, "base64 text", value);
      return Buffer.from(value, "base64");
    case "bool":
      if (typeof value !== "boolean") throw wrong(path, "true or false", value);
      return value;
    case "uint32":
      if (!Number.isInteger(value) || (value as number) < 0) throw wrong(path, "a whole number", value);
      return value;
    case "double":
      return readDouble(value, path);
    case "int64":
    case "fixed64":
    case "sfixed64":
      return readInteger(value, path);
  }
}

const BASE64 = /^[A-Za-z0-9+/_-]*={0,2}$/;
const INTEGER = /^-?\d{1,20}$/;
/** The longest that a double is written in, with room; what is longer is not worth reading. */
const MAX_NUMBER_LENGTH = 400;
const WORDS: Readonly<Record<string, number>> = { NaN: Number.NaN, Infinity, "-Infinity": -Infinity };

function readDouble(value: unknown, path: string): number {
  if (typeof value === "number") return value;
  if (typeof value === "string" && Object.hasOwn(WORDS, value)) return WORDS[value]!;
  const number = typeof value === "string" && value.length <= MAX_NUMBER_LENGTH ? Number(value.trim() || "x") : NaN;
  if (Number.isNaN(number)) throw wrong(path, "a number", value);
  return number;
}

function readInteger(value: unknown, path: string): bigint {
  if (typeof value === "string" && INTEGER.test(value)) return BigInt(value);
  if (Number.isInteger(value)) return BigInt(value as number);
  throw wrong(path, "a whole number", value);
}

function wrong(path: string, expected: string, value: unknown): Problem {
  return new Problem(400, `Expected ${path} to be ${expected}, got ${show(value)}`);
}
