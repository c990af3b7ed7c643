import {
  type Decoded,
  decodeMessage,
  encodeGzipMessage,
  encodeMessage,
  MAX_DECODED_BYTES,
  MAX_MESSAGE_SAMPLES,
  type Message,
  OUR_REASONS,
  RECEIVER_REASONS,
} from "@penstock/model";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { gzipped, mutatedText, nastyJson, nastyText, nested } from "./arbitraries.ts";
import { expectAtMost, expectProportional } from "./growth.ts";

const REASONS: readonly string[] = [...RECEIVER_REASONS, ...OUR_REASONS];
/** Of a sentence about something of the input: that something is shown, cut. */
const MAX_DETAIL = 400;
/** Of a body with too many samples, in readings of its text as JSON: unpacking, reading, counting. */
const MAX_BOMB_WORK = 6;

const message: fc.Arbitrary<Message> = fc.record(
  {
    v: fc.constant(1 as const),
    id: fc.string({ minLength: 1, maxLength: 20 }),
    kind: fc.constantFrom("delta", "gauge", "cumulative"),
    late: fc.constantFrom("reject", "restamp"),
    series: fc.array(
      fc.record({
        metric: fc.dictionary(fc.constantFrom("__name__", "a", "__proto__", "b-c"), nastyText),
        timestamps: fc.array(fc.oneof(fc.constant(1_795_475_070_000), fc.integer()), { maxLength: 3 }),
        values: fc.array(fc.oneof(fc.double(), fc.constantFrom("NaN" as const, "Infinity" as const)), { maxLength: 3 }),
      }),
      { maxLength: 3 },
    ),
  },
  { requiredKeys: ["v", "series"] },
);

/** Objects with the names of a message, and anything in them. */
const almost = fc.record(
  {
    v: fc.oneof(fc.constant(1), nastyJson),
    id: nastyJson,
    kind: nastyJson,
    late: nastyJson,
    encoding: fc.oneof(fc.constant("gzip"), nastyJson),
    data: nastyJson,
    raw: nastyJson,
    series: fc.oneof(
      fc.array(fc.record({ metric: nastyJson, timestamps: nastyJson, values: nastyJson }, { requiredKeys: [] })),
      nastyJson,
    ),
  },
  { requiredKeys: ["v"] },
);

const body = fc.oneof(
  nastyText,
  nastyJson.map((value) => JSON.stringify(value)),
  almost.map((value) => JSON.stringify(value)),
  almost.map((value) => gzipped(JSON.stringify(value))),
  mutatedText(message.map(encodeMessage)),
  mutatedText(message.map(encodeGzipMessage)),
  mutatedText(message.map(encodeMessage)).map(gzipped),
);

/** What holds of whatever is decoded. */
function expectSound(text: string, decoded: Decoded): void {
  if (!decoded.ok) {
    expect(REASONS).toContain(decoded.reject.reason);
    expect(decoded.reject.detail.length).toBeLessThan(MAX_DETAIL);
    expect(decoded.raw.length).toBeLessThanOrEqual(Math.max(text.length, MAX_DECODED_BYTES));
    return;
  }
  const { series, samples } = decoded.message;
  expect(samples).toBe(series.reduce((sum, { count }) => sum + count, 0));
  expect(samples).toBeLessThanOrEqual(MAX_MESSAGE_SAMPLES);
  for (const { count, timestamps, values, reject, sampleRejects } of series) {
    expect(REASONS).toEqual(expect.arrayContaining([...sampleRejects.values()].map(({ reason }) => reason)));
    for (const { detail } of sampleRejects.values()) expect(detail.length).toBeLessThan(MAX_DETAIL);
    if (reject) {
      expect(REASONS).toContain(reject.reason);
      continue;
    }
    expect([timestamps.length, values.length]).toEqual([count, count]);
    for (let i = 0; i < count; i++) {
      if (sampleRejects.has(i)) continue;
      expect(Number.isSafeInteger(timestamps[i])).toBe(true);
      expect(Object.is(values[i], -0)).toBe(false);
      expect(typeof values[i]).toBe("number");
    }
  }
}

test("whatever a body holds, it is read or rejected with a reason, sample by sample", () => {
  fc.assert(
    fc.property(body, (text) => expectSound(text, decodeMessage(text))),
    { numRuns: 3_000 },
  );
});

test("a message and its gzip form are read alike", () => {
  fc.assert(
    fc.property(message, (sent) => {
      expect(decodeMessage(encodeGzipMessage(sent))).toEqual(decodeMessage(encodeMessage(sent)));
    }),
  );
});

describe("however deep a body is nested, it is a reject and no end of the stack", () => {
  const places: Readonly<Record<string, (deep: string) => string>> = {
    "the body": (deep) => deep,
    "the version": (deep) => `{"v":${deep},"series":[]}`,
    "an envelope's field": (deep) => `{"v":1,"id":${deep},"series":[]}`,
    "a series": (deep) => `{"v":1,"series":[${deep}]}`,
    "a label": (deep) => `{"v":1,"series":[{"metric":{"__name__":${deep}},"timestamps":[1],"values":[1]}]}`,
    "a timestamp": (deep) => `{"v":1,"series":[{"metric":{"__name__":"m"},"timestamps":[${deep}],"values":[1]}]}`,
    "a value": (deep) =>
      `{"v":1,"series":[{"metric":{"__name__":"m"},"timestamps":[1795475070000],"values":[${deep}]}]}`,
    "beside a bad series": (deep) => `{"v":1,"series":[{"metric":{},"timestamps":[1],"values":[1],"more":${deep}}]}`,
  };
  test.each(Object.entries(places))("%s", (_place, bodyOf) => {
    for (const levels of [100, 10_000, 500_000]) {
      for (const text of [bodyOf(nested(levels)), gzipped(bodyOf(nested(levels)))]) {
        const decoded = decodeMessage(text);
        expect(decoded).toMatchObject({ ok: false, reject: { reason: "message_malformed" } });
        expectSound(text, decoded);
      }
    }
  });
});

describe("a small body that stands for much is a reject, and its samples are not looked at one by one", () => {
  const bombs: Readonly<Record<string, (size: number) => string>> = {
    "bad samples": (size) =>
      `[{"metric":{"__name__":"m"},"timestamps":[${row("0", size)}],"values":[${row("null", size)}]}]`,
    "lists of different lengths": (size) =>
      `[{"metric":{"__name__":"m"},"timestamps":[${row("0", size)}],"values":[]}]`,
    "series that are none": (size) => `[${row("0", size)}]`,
    "empty series": (size) => `[${row('{"metric":{},"timestamps":[],"values":[]}', size)}]`,
  };
  test.each(Object.entries(bombs))("%s", async (_kind, seriesOf) => {
    const plain = `{"v":1,"series":${seriesOf(300_000)}}`;
    const text = gzipped(plain);
    expect(text.length).toBeLessThan(200_000);
    const decoded = decodeMessage(text);
    expect(decoded).toMatchObject({ ok: false, reject: { reason: "message_malformed" } });
    expectSound(text, decoded);
    await expectAtMost(
      MAX_BOMB_WORK,
      () => decodeMessage(text),
      () => JSON.parse(plain),
    );
  });

  test("gzip of more than a message may unpack to", () => {
    const text = gzipped(" ".repeat(MAX_DECODED_BYTES + 1));
    expect(decodeMessage(text)).toMatchObject({
      ok: false,
      reject: { reason: "message_malformed", detail: expect.stringContaining("at most") },
      raw: text,
    });
  });
});

test("a dead letter of a dead letter of … is read one level deep", () => {
  let text = "what nobody can read";
  for (let level = 0; level < 30; level++) text = gzipped(JSON.stringify({ v: 1, series: [], raw: text }));
  const decoded = decodeMessage(text);
  expect(decoded).toMatchObject({ ok: false, reject: { reason: "message_malformed" } });
  expectSound(text, decoded);
});

function row(item: string, times: number): string {
  return new Array(times).fill(item).join(",");
}

describe("work grows with the body and not with its square", () => {
  const series = (samples: string): string => `{"v":1,"series":[{"metric":{"__name__":"m"},${samples}}]}`;
  const bodies: Readonly<Record<string, (size: number) => string>> = {
    "good samples": (size) => series(`"timestamps":[${row("1795475070000", size)}],"values":[${row("1", size)}]`),
    "bad samples": (size) => series(`"timestamps":[${row("1", size)}],"values":[${row('"x"', size)}]`),
    series: (size) => `{"v":1,"series":[${row('{"metric":{"__name__":"m"},"timestamps":[1],"values":[1]}', size)}]}`,
    labels: (size) =>
      `{"v":1,"series":[{"metric":{${Array.from({ length: size }, (_, i) => `"l${i}":"v"`).join(",")}},"timestamps":[],"values":[]}]}`,
    "a long label": (size) =>
      `{"v":1,"series":[{"metric":{"__name__":"m","a":"${"é\\\\\\n".repeat(size)}"},"timestamps":[],"values":[]}]}`,
    "a long name": (size) => `{"v":1,"series":[{"metric":{"__name__":"${"a".repeat(size)}-"}}]}`,
    garbage: (size) => "{".repeat(size),
  };
  test.each(Object.entries(bodies))("%s", (_kind, bodyOf) =>
    expectProportional(bodyOf, (text) => decodeMessage(text), 2_000),
  );
});
