import { badData, notInSubset } from "./query-error.ts";

const UNITS: ReadonlyMap<string, number> = new Map([
  ["y", 365 * 86_400_000],
  ["w", 7 * 86_400_000],
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1000],
  ["ms", 1],
]);

const DURATION = /^(?:\d+y)?(?:\d+w)?(?:\d+d)?(?:\d+h)?(?:\d+m)?(?:\d+s)?(?:\d+ms)?$/;

/** `1h30m` or `123ms` in milliseconds; undefined for what is no duration. */
export function parseDuration(text: string): number | undefined {
  if (text === "" || !DURATION.test(text)) return undefined;
  let ms = 0;
  for (const [, count, unit] of text.matchAll(/(\d+)([a-z]+)/g)) ms += Number(count) * UNITS.get(unit!)!;
  return ms;
}

/** A number literal; `12`, `1.5e3`, `0x1f`, `-Inf`, `NaN`. Throws QueryError. */
export function parseNumber(text: string): number {
  const [, sign, digits] = /^([+-]?)\s*(.*)$/s.exec(text)!;
  const magnitude = parseMagnitude(digits!.toLowerCase());
  if (magnitude === undefined) throw notInSubset(`The number \`${text}\``);
  return sign === "-" ? -magnitude : magnitude;
}

function parseMagnitude(digits: string): number | undefined {
  if (digits === "inf") return Infinity;
  if (digits === "nan") return Number.NaN;
  // Go reads 017 as octal; durations and digits in groups are numbers only to later Prometheuses.
  const plain = /^(?:0x[0-9a-f]+|0|(?:[1-9]\d*|0(?=[.e]))(?:\.\d+)?(?:e[+-]?\d+)?|\.\d+(?:e[+-]?\d+)?)$/;
  return plain.test(digits) ? Number(digits) : undefined;
}

const SIMPLE_ESCAPES: ReadonlyMap<string, string> = new Map([
  ["a", "\x07"],
  ["b", "\b"],
  ["f", "\f"],
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
  ["v", "\v"],
  ["\\", "\\"],
  ["'", "'"],
  ['"', '"'],
]);

const ESCAPE = /\\(u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)/gs;

/** A string literal with Go's escapes (util/strutil, `Unquote`). Throws QueryError. */
export function parseString(literal: string): string {
  const quote = literal[0];
  if (literal.length < 2 || literal.at(-1) !== quote) throw badData(`parse error: unterminated string ${literal}`);
  const text = literal.slice(1, -1);
  if (quote === "`") return text;
  return text.replace(ESCAPE, (sequence, code: string) => {
    if (code.length > 1) return fromCode(Number.parseInt(code.slice(1), 16), sequence);
    if (QUOTES.includes(code) && code !== quote) throw badData(`parse error: invalid escape ${sequence}`);
    const character = SIMPLE_ESCAPES.get(code);
    // \x41 and \101 are bytes, not characters.
    if (character === undefined) throw notInSubset(`The escape \`${sequence}\``);
    return character;
  });
}

const QUOTES = "'\"";

function fromCode(code: number, sequence: string): string {
  if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) throw badData(`parse error: invalid escape ${sequence}`);
  return String.fromCodePoint(code);
}
