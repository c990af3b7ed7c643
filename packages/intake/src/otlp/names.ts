/**
 * Names by the OpenTelemetry-to-Prometheus mapping (OpenTelemetry specification, "Prometheus and OpenMetrics
 * Compatibility"; where it leaves a choice, as Prometheus' own OTLP endpoint with `UnderscoreEscapingWithSuffixes`).
 */

/** What decides the suffixes of a metric's name. */
export type NameType = "counter" | "gauge" | "other";

/** `http.server.duration` in `ms` → `http_server_duration_milliseconds`; "" when nothing of a name is left. */
export function metricName(name: string, unit: string, type: NameType): string {
  let tokens = tokensOf(name);
  const [main, per] = unitTokens(unit);
  for (const token of [main, per]) if (token !== "" && !tokens.includes(token)) tokens.push(token);
  if (type === "counter") tokens = atTheEnd(tokens, "total");
  // Counters of things are often said to have the unit 1, so only a gauge is believed to be a ratio.
  if (type === "gauge" && unit === "1") tokens = atTheEnd(tokens, "ratio");
  const joined = tokens.join("_");
  return /^\d/.test(joined) ? `_${joined}` : joined;
}

/** `http.method` → `http_method`. Names that begin with a digit or one `_` are marked, as both mean something else. */
export function labelName(key: string): string {
  const name = key.replace(/[^a-zA-Z0-9_]/g, "_").replace(/_{2,}/g, "_");
  if (/^\d/.test(name)) return `key_${name}`;
  return name.startsWith("_") ? `key${name}` : name;
}

function tokensOf(text: string): string[] {
  return text.split(/[^a-zA-Z0-9:]+/).filter((token) => token !== "");
}

function atTheEnd(tokens: readonly string[], last: string): string[] {
  return [...tokens.filter((token) => token !== last), last];
}

/** A unit and what it is per, as words; "" for none. What stands in braces is an annotation (UCUM). */
function unitTokens(unit: string): [main: string, per: string] {
  const [main = "", ...rest] = unit.split("/");
  const mainWord = wordOf(main, UNITS);
  const perWord = wordOf(rest.join("/"), PER_UNITS);
  return [mainWord, perWord === "" ? "" : `per_${perWord}`];
}

function wordOf(unit: string, words: Readonly<Record<string, string>>): string {
  const text = unit.trim();
  if (/[{}]/.test(text)) return "";
  return tokensOf(Object.hasOwn(words, text) ? words[text]! : text).join("_");
}

const UNITS: Readonly<Record<string, string>> = {
  d: "days",
  h: "hours",
  min: "minutes",
  s: "seconds",
  ms: "milliseconds",
  us: "microseconds",
  ns: "nanoseconds",
  By: "bytes",
  KiBy: "kibibytes",
  MiBy: "mebibytes",
  GiBy: "gibibytes",
  TiBy: "tebibytes",
  kBy: "kilobytes",
  KBy: "kilobytes",
  MBy: "megabytes",
  GBy: "gigabytes",
  TBy: "terabytes",
  m: "meters",
  V: "volts",
  A: "amperes",
  J: "joules",
  W: "watts",
  g: "grams",
  Cel: "celsius",
  Hz: "hertz",
  "1": "",
  "%": "percent",
};

const PER_UNITS: Readonly<Record<string, string>> = {
  s: "second",
  m: "minute",
  h: "hour",
  d: "day",
  w: "week",
  mo: "month",
  y: "year",
};
