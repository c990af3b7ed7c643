/** How Go writes numbers, text and times: the answers of Cortex and Prometheus are made of it. */

const DAY_MS = 86_400_000;
const MAX_INT64: bigint = 2n ** 63n - 1n;
const MIN_INT64: bigint = -(2n ** 63n);
/** `%.200q` */
const SHORT_RUNES = 200;

/** `%d` of an int64. The ends of its range are no numbers of JavaScript's, so they are put back. */
export function goInteger(value: number): string {
  if (Number.isSafeInteger(value)) return String(value);
  const integer = BigInt(value);
  return String(integer > MAX_INT64 ? MAX_INT64 : integer < MIN_INT64 ? MIN_INT64 : integer);
}

/** `%g` and `%v` of a float64: shortest digits, with an exponent below 1e-04 and from 1e+06 on (strconv/ftoa.go). */
export function goFloat(value: number): string {
  if (!Number.isFinite(value)) return goNotFinite(value);
  if (value === 0) return Object.is(value, -0) ? "-0" : "0";
  const magnitude = Math.abs(value);
  if (magnitude >= 1e-4 && magnitude < 1e6) return String(value);
  return padExponent(value.toExponential());
}

/** A sample's value in Prometheus' JSON: like JavaScript's, but for the exponent's two digits (util/jsonutil). */
export function goJsonFloat(value: number): string {
  if (!Number.isFinite(value)) return goNotFinite(value);
  return Object.is(value, -0) ? "-0" : padExponent(String(value));
}

/** `%q`: what cannot be printed is written by its code. */
export function goQuote(text: string): string {
  let quoted = '"';
  for (const rune of text) quoted += ESCAPES.get(rune) ?? (PRINTABLE.test(rune) ? rune : codeOf(rune));
  return `${quoted}"`;
}

/** `%.200q`: of the first 200 runes. */
export function goQuoteShort(text: string): string {
  // A rune is at most two units, so the text need not be taken apart to its end.
  return goQuote([...text.slice(0, 2 * SHORT_RUNES)].slice(0, SHORT_RUNES).join(""));
}

/** A time in UTC as `time.RFC3339Nano` has it, without trailing zeros, for any year that an int64 reaches. */
export function goTime(timestampMs: number): string {
  const days = Math.floor(timestampMs / DAY_MS);
  const [year, month, day] = civilDate(days);
  const clock = new Date(timestampMs - days * DAY_MS).toISOString().slice(11, 23);
  return `${padYear(year)}-${pad(month)}-${pad(day)}T${clock.replace(/\.?0+$/, "")}Z`;
}

function goNotFinite(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  return value > 0 ? "+Inf" : "-Inf";
}

/** `1e+6` is `1e+06` in Go. */
function padExponent(text: string): string {
  return text.replace(/e([+-])(\d)$/, "e$10$2");
}

/** unicode.IsPrint */
const PRINTABLE = /[\p{L}\p{M}\p{N}\p{P}\p{S} ]/u;

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['"', '\\"'],
  ["\\", "\\\\"],
  ["\x07", "\\a"],
  ["\b", "\\b"],
  ["\f", "\\f"],
  ["\n", "\\n"],
  ["\r", "\\r"],
  ["\t", "\\t"],
  ["\v", "\\v"],
]);

function codeOf(rune: string): string {
  const code = rune.codePointAt(0)!;
  const hex = code.toString(16);
  if (code < 0x20 || code === 0x7f) return `\\x${hex.padStart(2, "0")}`;
  return code < 0x10000 ? `\\u${hex.padStart(4, "0")}` : `\\U${hex.padStart(8, "0")}`;
}

/**
 * The proleptic Gregorian date of a day counted from 1970-01-01: Date ends 275,760 years out, an int64 of milliseconds
 * reaches 292 million. Years of 400 begin on 0000-03-01, so that the leap day is a year's last.
 */
function civilDate(days: number): [year: number, month: number, day: number] {
  const sinceMarch0000 = days + 719_468;
  const era = Math.floor(sinceMarch0000 / 146_097);
  const dayOfEra = sinceMarch0000 - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const marchMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9;
  return [era * 400 + yearOfEra + (month <= 2 ? 1 : 0), month, dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1];
}

function pad(value: number): string {
  return String(value).padStart(2, "0");
}

function padYear(year: number): string {
  return `${year < 0 ? "-" : ""}${String(Math.abs(year)).padStart(4, "0")}`;
}
