import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  decodeMessage,
  encodeGzipMessage,
  encodeMessage,
  groupOf,
  MAX_DECODED_BYTES,
  seriesKey,
  utf8Length,
} from "./index.ts";

const NOW = 1_795_475_070_000;
const series = (over: object = {}) => ({ metric: { __name__: "m" }, timestamps: [NOW], values: [1], ...over });
const bodyOf = (over: object) => JSON.stringify({ v: 1, series: [series()], ...over });
/** The reason for the first thing that is wrong with a body. */
function reasonOf(body: string): string | undefined {
  const decoded = decodeMessage(body);
  if (!decoded.ok) return decoded.reject.reason;
  for (const each of decoded.message.series) {
    const reason = each.reject?.reason ?? [...each.sampleRejects.values()][0]?.reason;
    if (reason) return reason;
  }
  return undefined;
}

describe("the series key", () => {
  it("does not depend on the order of labels, on empty ones, nor on lane and group", () => {
    const labels = { __name__: "m", b: "2", a: 'x"\\\n' };
    expect(seriesKey(labels)).toBe('{__name__="m",a="x\\"\\\\\\n",b="2"}');
    expect(seriesKey({ a: labels.a, b: "2", _unique_id: "3", _group: "g1", c: "", __name__: "m" })).toBe(
      seriesKey(labels),
    );
  });

  it("gives every language the same group", () => {
    expect(groupOf("", 2 ** 32)).toBe(`g${0x811c9dc5}`);
    expect(groupOf("a", 2 ** 32)).toBe(`g${0xe40c292c}`);
    expect(groupOf("foobar", 2 ** 32)).toBe(`g${0xbf9cf968}`);
  });
});

describe("a message", () => {
  it.each([
    ["message_malformed", "no json"],
    ["message_malformed", bodyOf({ v: 2 })],
    ["message_malformed", bodyOf({ kind: "rate" })],
    ["message_malformed", bodyOf({ series: {} })],
    ["message_malformed", JSON.stringify({ v: 1, encoding: "gzip", data: "AAAA" })],
    ["series_malformed", bodyOf({ series: [series({ values: [1, 2] })] })],
    ["series_malformed", bodyOf({ series: [series({ metric: { __name__: 1 } })] })],
    ["label_reserved", bodyOf({ series: [series({ metric: { __name__: "m", _unique_id: "1" } })] })],
    ["label_reserved", bodyOf({ series: [series({ metric: { __name__: "m", _group: "g1" } })] })],
    ["text_malformed", bodyOf({ series: [series({ metric: { __name__: "m", a: "\ud800" } })] })],
    ["missing_metric_name", bodyOf({ series: [series({ metric: { a: "b" } })] })],
    ["metric_name_invalid", bodyOf({ series: [series({ metric: { __name__: "a-b" } })] })],
    ["value_invalid", bodyOf({ series: [series({ values: ["NaN"] })] })],
    ["value_invalid", bodyOf({ kind: "gauge", series: [series({ values: [null] })] })],
    ["timestamp_invalid", bodyOf({ series: [series({ timestamps: [1_795_475_070] })] })],
    ["timestamp_invalid", bodyOf({ series: [series({ timestamps: [NOW * 1_000] })] })],
    [
      "max_label_names_per_series",
      bodyOf({
        series: [
          series({
            metric: Object.fromEntries([["__name__", "m"], ...Array.from({ length: 200 }, (_, i) => [`l${i}`, "v"])]),
          }),
        ],
      }),
    ],
    [undefined, bodyOf({ kind: "gauge", series: [series({ values: ["NaN"] })] })],
  ])("that is wrong is rejected with the reason %s", (reason, body) => {
    expect(reasonOf(body)).toBe(reason);
  });

  it("packed to fill the memory is a reject, not a crash", () => {
    const bomb = encodeGzipMessage({ v: 1, writer: "a".repeat(MAX_DECODED_BYTES), series: [] });
    expect(bomb.length).toBeLessThan(100_000);
    expect(reasonOf(bomb)).toBe("message_malformed");
  });

  it("says the same plain and packed", () => {
    const message = { v: 1, id: "x", kind: "gauge", series: [series(), series({ values: ["-Infinity"] })] } as const;
    expect(decodeMessage(encodeGzipMessage(message))).toEqual(decodeMessage(encodeMessage(message)));
  });

  it("of any text is decoded without an exception", () => {
    const anything = fc.oneof(
      fc.string(),
      fc.json(),
      fc.jsonValue().map((value) => JSON.stringify({ v: 1, series: [value] })),
    );
    fc.assert(
      fc.property(anything, (body) => void decodeMessage(body)),
      { numRuns: 2_000 },
    );
  });
});

it("the UTF-8 length is what an encoder writes", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      expect(utf8Length(text)).toBe(Buffer.byteLength(text));
    }),
  );
});
