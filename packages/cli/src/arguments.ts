import { InvalidArgumentError, Option } from "commander";

/** As Prometheus writes one: whole numbers with units, each unit once, the largest first. */
const DURATION = /^(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?$/;
const UNITS_MS = [24 * 60 * 60_000, 60 * 60_000, 60_000, 1_000, 1];

/** `90s`, `1h30m` or `500ms` in milliseconds. @throws {InvalidArgumentError} */
export function durationMs(text: string): number {
  const parts = text === "" ? null : DURATION.exec(text);
  if (parts === null) throw new InvalidArgumentError("Expected a duration such as 20s, 1h30m or 500ms.");
  return UNITS_MS.reduce((sum, unitMs, i) => sum + Number(parts[i + 1] ?? 0) * unitMs, 0);
}

/** An option in milliseconds, whose help says its default as one would write it. */
export function durationOption(flags: string, description: string, fallback: string): Option {
  return new Option(flags, description).argParser(durationMs).default(durationMs(fallback), fallback);
}

/** A whole number of at least one. @throws {InvalidArgumentError} */
export function positive(text: string): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("Expected a whole number of at least 1.");
}

/** @throws {InvalidArgumentError} */
export function port(text: string): number {
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (number <= 65_535) return number;
  throw new InvalidArgumentError("Expected a port from 0 to 65535; 0 is any free one.");
}

/** @throws {InvalidArgumentError} */
export function httpUrl(text: string): string {
  if (URL.canParse(text) && ["http:", "https:"].includes(new URL(text).protocol)) return text;
  throw new InvalidArgumentError("Expected an http or https URL.");
}
