import { expect, test } from "vitest";
import { QueueError } from "./errors.ts";
import {
  checkMessageAttributes,
  chooseMessageAttributes,
  digestOfMessageAttributes,
  type MessageAttributes,
  messageAttributesBytes,
} from "./message-attributes.ts";

const text = (StringValue: string) => ({ DataType: "String", StringValue });
const GREETING: MessageAttributes = { Hello: text("There"), General: text("Kenobi"), "Help.Me": text("Me") };

// Digests as AWS answered them (LocalStack's recorded tests of SQS, 2023).
test.each([
  [["All"], "4c360f3fdafd970e05fae2f149d997f5"],
  [["General", "Hello", "Missing"], "fca026605781cb4126a1e9044df24232"],
  [["Hello"], "a311262e065454b75da111d535b8dacd"],
  [["Hel.*"], undefined],
])("the attributes chosen by %j have AWS's digest", (names, digest) => {
  const chosen = chooseMessageAttributes(GREETING, names);
  expect(chosen && digestOfMessageAttributes(chosen)).toBe(digest);
});

test("binary attributes have AWS's digest", () => {
  const bytes = "traceparent\u001e00-774062d6c37081a5a0b9b5b88e30627c-2d2482211f6489da-01";
  const attr1 = { DataType: "Binary", BinaryValue: Buffer.from(bytes).toString("base64") };
  expect(digestOfMessageAttributes({ attr1 })).toBe("8cbe4db156db8a94db8b801b7addb984");
  expect(messageAttributesBytes({ attr1 })).toBe("attr1".length + "Binary".length + bytes.length);
});

test.each<[string, MessageAttributes]>([
  ["no value", { a: { DataType: "String" } }],
  ["an unknown type", { a: { DataType: "Text", StringValue: "1" } }],
  ["text in a binary", { a: { DataType: "Binary", StringValue: "1" } }],
  ["a reserved name", { "AWS.a": text("1") }],
  ["a name with a space", { "a b": text("1") }],
  ["a name that ends in a dot", { "a.": text("1") }],
  ["two dots", { "a..b": text("1") }],
  ["eleven of them", Object.fromEntries(Array.from("abcdefghijk", (name) => [name, text("1")]))],
])("%s is refused", (_, attributes) => {
  expect(() => checkMessageAttributes(attributes)).toThrow(QueueError);
});

test("types may have a label", () => {
  checkMessageAttributes({ a: { DataType: "Number.float", StringValue: "1" }, ...GREETING });
});
