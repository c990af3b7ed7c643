import { readFileSync } from "node:fs";
import { gunzipSync, gzipSync } from "node:zlib";
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  decodeMessage,
  encodeGzipMessage,
  encodeMessage,
  jsonValue,
  KINDS,
  LATES,
  MAX_MESSAGE_SAMPLES,
  type Message,
  type Reject,
} from "./index.ts";

const schema = JSON.parse(readFileSync(new URL("../message.schema.json", import.meta.url), "utf8"));
const fitsSchema = new Ajv2020({ strict: true }).compile(schema);

/** The first thing that the decoder has against a body; undefined when it takes all of it. */
function complaintOf(body: string): Reject | undefined {
  const decoded = decodeMessage(body);
  if (!decoded.ok) return decoded.reject;
  const { series } = decoded.message;
  return series.flatMap(({ reject, sampleRejects }) => (reject ? [reject] : [...sampleRejects.values()]))[0];
}

const NOW = 1_795_475_070_000;
const one = (over: object = {}) => ({ metric: { __name__: "m" }, timestamps: [NOW], values: [1], ...over });
const labelled = (labels: object) => ({ v: 1, series: [one({ metric: { __name__: "m", ...labels } })] });
const manyLabels = (count: number, value: string) =>
  labelled(Object.fromEntries(Array.from({ length: count }, (_, i) => [`l${i}`, value])));
const packed = (text: string) => ({ v: 1, encoding: "gzip", data: gzipSync(text).toString("base64") });

/** Where the decoder refuses what the schema takes, and why the schema does not say so. */
const STRICTER: readonly (readonly [why: string, reason: string, detail: RegExp, message: object])[] = [
  ["JSON Schema cannot compare lengths", "series_malformed", /one length/, { v: 1, series: [one({ values: [] })] }],
  [
    "what a value may be hangs on the kind",
    "value_invalid",
    /of a delta/,
    { v: 1, series: [one({ values: ["NaN"] })] },
  ],
  ["JSON Schema knows no surrogates", "text_malformed", /lone surrogate/, labelled({ a: "\ud800" })],
  ["nor here", "message_malformed", /`id`/, { v: 1, id: "\ud800", series: [] }],
  [
    "it counts code points, and we UTF-16 units",
    "message_malformed",
    /`writer`/,
    {
      v: 1,
      writer: "😀".repeat(300),
      series: [],
    },
  ],
  ["a receiver's limit may be set", "max_label_names_per_series", /./, manyLabels(200, "v")],
  ["a receiver's limit may be set", "label_name_too_long", /./, labelled({ ["a".repeat(1_025)]: "v" })],
  ["a receiver's limit may be set", "label_value_too_long", /./, labelled({ a: "é".repeat(1_025) })],
  ["a receiver's limit may be set", "labels_size_bytes_exceeded", /./, manyLabels(100, "v".repeat(100))],
  [
    "it cannot add up the samples of all series",
    "message_malformed",
    /samples in a message/,
    {
      v: 1,
      series: [
        one({ timestamps: Array(MAX_MESSAGE_SAMPLES + 1).fill(NOW), values: Array(MAX_MESSAGE_SAMPLES + 1).fill(1) }),
      ],
    },
  ],
  ["it does not unpack", "message_malformed", /gzip/, { v: 1, encoding: "gzip", data: "AAAA" }],
  ["it does not look inside", "message_malformed", /JSON/, packed("no json")],
  [
    "the body that a dead letter keeps is judged by itself",
    "message_malformed",
    /JSON/,
    { v: 1, series: [], raw: "no" },
  ],
  [
    "a dead letter of a dead letter would nest for ever",
    "message_malformed",
    /hold no dead letter/,
    { v: 1, series: [], raw: JSON.stringify({ v: 1, series: [], raw: "no" }) },
  ],
];

/** What the decoder does not look at, and so takes where the schema does not. */
const LENIENT: readonly (readonly [why: string, message: object])[] = [
  ["a label with an empty value is no label, whatever its name", labelled({ "a-b": "", _unique_id: "" })],
  ["a dead letter's account of itself is for people", { v: 1, series: [one()], rejected: "why" }],
];

/** The message without what {@link LENIENT} is about. */
function asRead(message: unknown): unknown {
  if (!isObject(message)) return message;
  const { rejected, ...rest } = message;
  if (!Array.isArray(rest.series)) return rest;
  const series = rest.series.map((each: unknown) => {
    if (!isObject(each) || !isObject(each.metric)) return each;
    return { ...each, metric: Object.fromEntries(Object.entries(each.metric).filter(([, value]) => value !== "")) };
  });
  return { ...rest, series };
}

const text = fc.string({ unit: "binary", minLength: 1, maxLength: 20 });
const labels = fc.dictionary(fc.stringMatching(/^[a-zA-Z][a-zA-Z0-9_]{0,8}$/), text, { maxKeys: 4 });
const metric = fc
  .tuple(fc.stringMatching(/^[a-zA-Z_:][a-zA-Z0-9_:]{0,9}$/), labels)
  .map(([name, more]) => ({ __name__: name, ...more }));
const timestamp = fc.integer({ min: 1e11, max: 1e14 });
const finite = fc.double({ noDefaultInfinity: true, noNaN: true });
const seriesOf = (value: fc.Arbitrary<number>) =>
  fc.tuple(metric, fc.array(fc.tuple(timestamp, value), { maxLength: 4 })).map(([labelSet, samples]) => ({
    metric: labelSet,
    timestamps: samples.map(([atMs]) => atMs),
    values: samples.map(([, sample]) => jsonValue(sample)),
  }));
/** Any message that a producer may send. */
const message: fc.Arbitrary<Message> = fc.constantFrom(...KINDS).chain((kind) =>
  fc.record(
    {
      v: fc.constant(1 as const),
      id: text,
      writer: text,
      kind: fc.constant(kind),
      late: fc.constantFrom(...LATES),
      series: fc.array(seriesOf(kind === "delta" ? finite : fc.double()), { maxLength: 3 }),
    },
    // Left out, the kind is delta.
    { requiredKeys: kind === "delta" ? ["v", "series"] : ["v", "kind", "series"] },
  ),
);

interface Mutation {
  readonly place: number;
  readonly how: "replace" | "delete" | "add";
  readonly name: string;
  readonly value: unknown;
}

/** One change somewhere in a message: a value replaced, taken out, or put in. */
const mutation: fc.Arbitrary<Mutation> = fc.record({
  place: fc.nat(),
  how: fc.constantFrom("replace" as const, "delete" as const, "add" as const),
  name: fc.constantFrom("id", "writer", "kind", "series", "encoding", "data", "raw", "_group", "a-b", "__name__", "x"),
  value: fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.constantFrom<unknown>(null, 0, -1, 1.5, 1e11 - 1, 1e14 + 1, "", "NaN", "nan", "\ud800", "gzip", "gauge", [], {}),
    message.map((inner) => encodeMessage(inner)),
    message.map((inner) => gzipSync(encodeMessage(inner)).toString("base64")),
    message,
  ),
});

function mutate(root: Record<string, unknown>, { place, how, name, value }: Mutation): void {
  const slots: [holder: Record<string, unknown>, key: string][] = [];
  const visit = (holder: Record<string, unknown>): void => {
    for (const key of Object.keys(holder)) {
      slots.push([holder, key]);
      if (typeof holder[key] === "object" && holder[key] !== null) visit(holder[key] as Record<string, unknown>);
    }
  };
  visit(root);
  const [holder, key] = slots[place % slots.length]!;
  const inside = holder[key];
  if (how === "delete" && Array.isArray(holder)) holder.splice(Number(key), 1);
  else if (how === "delete") delete holder[key];
  else if (how === "add" && Array.isArray(inside)) inside.push(value);
  else if (how === "add" && isObject(inside)) inside[name] = value;
  else holder[key] = value;
}

describe("the published schema and the decoder", () => {
  it("both take whatever the encoder makes, plain and packed", () => {
    fc.assert(
      fc.property(message, (sent) => {
        for (const body of [encodeMessage(sent), encodeGzipMessage(sent)]) {
          expect(fitsSchema(JSON.parse(body)), JSON.stringify(fitsSchema.errors)).toBe(true);
          expect(complaintOf(body)).toBeUndefined();
        }
        const { data } = JSON.parse(encodeGzipMessage(sent)) as { data: string };
        expect(fitsSchema(JSON.parse(gunzipSync(Buffer.from(data, "base64")).toString()))).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it("disagree about a broken message only where this file says so", () => {
    const start = fc.oneof(
      { weight: 4, arbitrary: message },
      message.map((sent) => JSON.parse(encodeGzipMessage(sent)) as object),
      message.map((sent) => ({ v: 1, series: [], raw: encodeMessage(sent) })),
    );
    const agreed = { refused: 0, taken: 0 };
    fc.assert(
      fc.property(start, fc.array(mutation, { minLength: 1, maxLength: 3 }), (sent, mutations) => {
        const holder: Record<string, unknown> = { message: JSON.parse(JSON.stringify(sent)) };
        for (const each of mutations) if (holder.message !== undefined) mutate(holder, structuredClone(each));
        const body = JSON.stringify(holder.message) ?? "";
        const fits = body !== "" && fitsSchema(asRead(JSON.parse(body)));
        const complaint = complaintOf(body);
        if (!fits) expect(complaint, body).toMatchObject({ reason: /./, detail: /./ });
        else if (complaint) {
          const { reason, detail } = complaint;
          const said = STRICTER.some(([, known, words]) => known === reason && words.test(detail));
          expect(said ? "" : `${reason}: ${detail} ${body}`).toBe("");
        }
        agreed[complaint ? "refused" : "taken"]++;
      }),
      { numRuns: 5_000 },
    );
    // Neither side of the coin is left out.
    expect(Math.min(agreed.refused, agreed.taken)).toBeGreaterThan(300);
  });

  it.each(STRICTER)("%s: only the decoder says %s", (_, reason, detail, sent) => {
    expect(fitsSchema(sent)).toBe(true);
    expect(complaintOf(JSON.stringify(sent))).toEqual({ reason, detail: expect.stringMatching(detail) });
  });

  it.each(LENIENT)("%s: only the schema refuses it", (_, sent) => {
    expect(fitsSchema(sent)).toBe(false);
    expect(complaintOf(JSON.stringify(sent))).toBeUndefined();
    expect(fitsSchema(asRead(sent))).toBe(true);
  });
});

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
