import { gzipSync } from "node:zlib";
import fc from "fast-check";

/** Text that has been somebody's undoing before. */
export const nastyText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.string({ unit: "grapheme", maxLength: 40 }),
  fc.constantFrom(
    "__proto__",
    "constructor",
    "toString",
    "\ud800",
    "\udfff\ud800",
    "a\u0000b",
    "\ufffe\uffff",
    "\u2028",
    "NaN",
    "1e999",
    "-0",
    '"',
    "\\",
    "{",
    "…".repeat(200),
  ),
);

const nastyNumber: fc.Arbitrary<number> = fc.oneof(
  fc.double({ noNaN: true }),
  fc.integer(),
  fc.constantFrom(-0, 1e308, -1e308, 5e-324, 2 ** 53, 2 ** 63, 1_795_475_070_000, 1_795_475_070),
);

/** JSON of any shape, also with names that objects of JavaScript's have. */
export const nastyJson: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    nastyNumber,
    nastyText,
    fc.constantFrom(null, true, false),
    fc.array(tie("value"), { maxLength: 5 }),
    fc.dictionary(nastyText, tie("value"), { maxKeys: 5 }),
  ),
})).value;

/** `text` with a piece cut out, a piece said twice, and some of something else put in. */
export function mutatedText(text: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const place = fc.double({ min: 0, max: 1, noNaN: true });
  const mutation = fc.tuple(fc.constantFrom("cut", "double", "insert", "end"), place, place, nastyText);
  return fc.tuple(text, fc.array(mutation, { maxLength: 4 })).map(([original, mutations]) =>
    mutations.reduce((mutated, [kind, a, b, other]) => {
      const from = Math.floor(Math.min(a, b) * mutated.length);
      const to = Math.floor(Math.max(a, b) * mutated.length);
      if (kind === "cut") return mutated.slice(0, from) + mutated.slice(to);
      if (kind === "double") return mutated.slice(0, to) + mutated.slice(from);
      if (kind === "insert") return mutated.slice(0, from) + other + mutated.slice(from);
      return mutated.slice(0, to);
    }, original),
  );
}

/** Bytes with some of them changed, and perhaps an end that is missing. */
export function mutatedBytes(bytes: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Uint8Array> {
  const change = fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 }));
  const kept = fc.double({ min: 0, max: 1, noNaN: true });
  return fc.tuple(bytes, fc.array(change, { maxLength: 6 }), fc.option(kept)).map(([original, changes, share]) => {
    const mutated = Uint8Array.from(original);
    for (const [at, byte] of changes) if (mutated.length > 0) mutated[at % mutated.length] = byte;
    return share === null ? mutated : mutated.slice(0, Math.floor(share * mutated.length));
  });
}

/** `[[[…]]]` */
export function nested(levels: number): string {
  return "[".repeat(levels) + "]".repeat(levels);
}

/** A body in the gzip form of a message, whatever its text is. */
export function gzipped(text: string): string {
  return JSON.stringify({ v: 1, encoding: "gzip", data: gzipSync(text).toString("base64") });
}
