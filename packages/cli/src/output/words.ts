const UNITS = [
  ["d", 24 * 60 * 60_000],
  ["h", 60 * 60_000],
  ["m", 60_000],
  ["s", 1_000],
] as const;

/** `3d4h`, `12m`, `5s`: the two largest units. */
export function ageWords(ms: number): string {
  if (!(ms >= 1_000)) return "0s";
  const first = UNITS.findIndex(([, unitMs]) => ms >= unitMs);
  const [unit, unitMs] = UNITS[first]!;
  const whole = `${Math.floor(ms / unitMs)}${unit}`;
  const next = UNITS[first + 1];
  const rest = next ? Math.floor((ms % unitMs) / next[1]) : 0;
  return rest > 0 ? `${whole}${rest}${next![0]}` : whole;
}

/** What a Date can hold. */
const MAX_TIME_MS = 8.64e15;

/** `2026-11-23T12:00:00.000Z`; a number that is no time is shown as it is. */
export function timeWords(ms: number): string {
  return Math.abs(ms) <= MAX_TIME_MS ? new Date(ms).toISOString() : String(ms);
}

/** `1 letter`, `2 letters` */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
