import fc from "fast-check";
import { expect, test } from "vitest";
import { readEvent } from "./event.ts";

/** As S3 encodes a key. */
function encode(key: string): string {
  return encodeURIComponent(key).replaceAll("%20", "+").replaceAll("%2F", "/");
}

const record = (eventName: string, key: string) => ({
  eventVersion: "2.1",
  eventSource: "aws:s3",
  eventName,
  s3: { bucket: { name: "logs" }, object: { key: encode(key), size: 1024, eTag: "d41d8cd98f00b204e9800998ecf8427e" } },
});

test("every created object is announced under its own key, however odd that is, and deleted ones are not", () => {
  const name = fc.constantFrom(
    "ObjectCreated:Put",
    "ObjectCreated:CompleteMultipartUpload",
    "s3:ObjectCreated:Copy",
    "ObjectRemoved:Delete",
    "LifecycleExpiration:Delete",
  );
  const key = fc.string({ unit: "grapheme", minLength: 1 });
  fc.assert(
    fc.property(fc.array(fc.tuple(name, key), { maxLength: 5 }), (objects) => {
      const body = JSON.stringify({ Records: objects.map(([name, key]) => record(name, key)) });
      const created = objects.filter(([name]) => name.includes("Created"));
      expect(readEvent(body)).toEqual(created.map(([, key]) => ({ bucket: "logs", key })));
    }),
  );
});

test("S3's test event announces nothing", () => {
  const body = { Service: "Amazon S3", Event: "s3:TestEvent", Time: "2026-11-24T00:00:00.000Z", Bucket: "logs" };
  expect(readEvent(JSON.stringify(body))).toEqual([]);
});

test.each([
  ["no JSON", "{", "Expected an S3 event notification, got"],
  ["a topic's envelope", '{"Type":"Notification","Message":"{}"}', "with no topic or rule between"],
  ["a rule's event", '{"detail-type":"Object Created","detail":{}}', "with no topic or rule between"],
  ["no key", '{"Records":[{"eventName":"ObjectCreated:Put","s3":{"bucket":{"name":"logs"}}}]}', "Expected an S3 event"],
  [
    "a broken key",
    JSON.stringify({
      Records: [{ ...record("ObjectCreated:Put", ""), s3: { bucket: { name: "logs" }, object: { key: "%zz" } } }],
    }),
    'Expected a URL-encoded key, got "%zz"',
  ],
])("a message that is %s is refused with the cure", (_, body, sentence) => {
  expect(() => readEvent(body)).toThrow(sentence);
});
