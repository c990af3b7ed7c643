/** As Prometheus writes one: whole numbers with units, each unit once, the largest first. */
const DURATION = /^(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?$/;

const UNITS_MS = [24 * 60 * 60_000, 60 * 60_000, 60_000, 1_000, 1];

/** `90s`, `1h30m` or `500ms` in milliseconds; NaN when it is no duration. */
export function parseDurationMs(text: string): number {
  const parts = text === "" ? null : DURATION.exec(text);
  if (parts === null) return Number.NaN;
  return UNITS_MS.reduce((sum, unitMs, i) => sum + Number(parts[i + 1] ?? 0) * unitMs, 0);
}
