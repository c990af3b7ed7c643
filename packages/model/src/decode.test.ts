import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { decodeMessage } from "./decode.ts";

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

test.each([
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
])("a message that is wrong is rejected with the reason %s", (reason, body) => {
  expect(reasonOf(body)).toBe(reason);
});

test("packed text in another encoding is rejected: read as UTF-8, two series could become one", () => {
  const latin1 = Buffer.from(bodyOf({ series: [series({ metric: { __name__: "m", place: "café" } })] }), "latin1");
  const body = JSON.stringify({ v: 1, encoding: "gzip", data: gzipSync(latin1).toString("base64") });
  expect(decodeMessage(body)).toMatchObject({ ok: false, reject: { detail: expect.stringContaining("UTF-8") } });
});
