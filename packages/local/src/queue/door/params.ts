import { show } from "@penstock/model";
import { invalidParameter, missingParameter, QueueError } from "../errors.ts";
import type { MessageAttributes } from "../message-attributes.ts";

/** The input of one action, as it was in the request. */
export type Params = Readonly<Record<string, unknown>>;

/** @throws QueueError unless `body` is a JSON object */
export function parseParams(body: string): Params {
  try {
    const value: unknown = JSON.parse(body);
    if (isObject(value)) return value;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new QueueError("SerializationException", "Expected the request's body to be a JSON object.");
}

export function text(params: Params, name: string): string {
  const value = optionalText(params, name);
  if (value === undefined) throw missingParameter(name);
  return value;
}

export function optionalText(params: Params, name: string): string | undefined {
  const value = params[name] ?? undefined;
  if (value === undefined || typeof value === "string") return value;
  throw mistyped(name, "text", value);
}

export function integer(params: Params, name: string): number {
  const value = optionalInteger(params, name);
  if (value === undefined) throw missingParameter(name);
  return value;
}

export function optionalInteger(params: Params, name: string): number | undefined {
  const value = params[name] ?? undefined;
  if (value === undefined || Number.isSafeInteger(value)) return value as number | undefined;
  throw mistyped(name, "an integer", value);
}

/** Seconds on the wire, milliseconds here. */
export function optionalSeconds(params: Params, name: string): number | undefined {
  const value = optionalInteger(params, name);
  return value === undefined ? undefined : value * 1000;
}

export function texts(params: Params, name: string): readonly string[] {
  const value = params[name] ?? [];
  if (Array.isArray(value) && value.every((item) => typeof item === "string")) return value;
  throw mistyped(name, "a list of text", value);
}

export function textMap(params: Params, name: string): Readonly<Record<string, string>> {
  const value = params[name] ?? {};
  if (isObject(value) && Object.values(value).every((item) => typeof item === "string")) {
    return value as Record<string, string>;
  }
  throw mistyped(name, "a map of text", value);
}

export function objects(params: Params, name: string): readonly Params[] {
  const value = params[name] ?? [];
  if (Array.isArray(value) && value.every(isObject)) return value;
  throw mistyped(name, "a list of objects", value);
}

export function messageAttributes(params: Params): MessageAttributes | undefined {
  const value = params.MessageAttributes ?? undefined;
  if (value === undefined) return undefined;
  if (!isObject(value) || !Object.values(value).every(isObject)) throw mistyped("MessageAttributes", "a map", value);
  const attributes = Object.entries(value as Record<string, Params>).map(([name, attribute]) => [
    name,
    {
      DataType: text(attribute, "DataType"),
      StringValue: optionalText(attribute, "StringValue"),
      BinaryValue: optionalText(attribute, "BinaryValue"),
    },
  ]);
  return attributes.length > 0 ? Object.fromEntries(attributes) : undefined;
}

function isObject(value: unknown): value is Params {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function mistyped(name: string, expected: string, value: unknown): QueueError {
  return invalidParameter(`Expected \`${name}\` to be ${expected}, got \`${show(value)}\`.`);
}
