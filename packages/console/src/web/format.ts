const UNITS = [
  ["d", 24 * 60 * 60_000],
  ["h", 60 * 60_000],
  ["m", 60_000],
  ["s", 1_000],
] as const;

/** `3 d 4 h`, `12 m`, `5 s`: the two largest units of a duration. */
export function duration(ms: number): string {
  if (!(ms >= 1_000)) return "0 s";
  const first = UNITS.findIndex(([, unitMs]) => ms >= unitMs);
  const [unit, unitMs] = UNITS[first]!;
  const next = UNITS[first + 1];
  const rest = next ? Math.floor((ms % unitMs) / next[1]) : 0;
  const whole = `${Math.floor(ms / unitMs)} ${unit}`;
  return next && rest > 0 && Math.floor(ms / unitMs) < 10 ? `${whole} ${rest} ${next[0]}` : whole;
}

/** `12 s ago`, or `in 3 m` for what is ahead. */
export function ago(atMs: number, nowMs: number): string {
  if (atMs > nowMs + 1_000) return `in ${duration(atMs - nowMs)}`;
  return nowMs - atMs < 1_000 ? "now" : `${duration(nowMs - atMs)} ago`;
}

/** Local time: `14:03:22` of today, `23 Nov 14:03` of another day. */
export function time(atMs: number, nowMs: number): string {
  const date = new Date(atMs);
  const day = dayOf(date, nowMs);
  return day === "" ? `${minute(date)}:${two(date.getSeconds())}` : `${day} ${minute(date)}`;
}

/** Local time to the millisecond, which tells samples of one second apart. */
export function preciseTime(atMs: number, nowMs: number): string {
  const date = new Date(atMs);
  const milliseconds = String(date.getMilliseconds()).padStart(3, "0");
  return `${dayOf(date, nowMs)} ${minute(date)}:${two(date.getSeconds())}.${milliseconds}`.trim();
}

/** In UTC, to the millisecond: as logs have it. */
export function exactTime(atMs: number): string {
  return Number.isFinite(atMs) && Math.abs(atMs) <= 8.64e15 ? new Date(atMs).toISOString() : String(atMs);
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** Nothing for today, and no year for this year. */
function dayOf(date: Date, nowMs: number): string {
  const now = new Date(nowMs);
  if (date.toDateString() === now.toDateString()) return "";
  const year = date.getFullYear() === now.getFullYear() ? "" : ` ${date.getFullYear()}`;
  return `${date.getDate()} ${MONTHS[date.getMonth()]}${year}`;
}

function minute(date: Date): string {
  return `${two(date.getHours())}:${two(date.getMinutes())}`;
}

function two(number: number): string {
  return String(number).padStart(2, "0");
}

/** `12,345`, with a space that does not break. */
export function whole(number: number): string {
  return Math.round(number).toLocaleString("en-GB").replaceAll(",", "\u202f");
}

/** A rate: three digits, `0`, `0.42`, `12.3`, `1.2 k`. */
export function rate(perSecond: number): string {
  const size = Math.abs(perSecond);
  if (size < 0.005) return "0";
  if (size < 9.995) return perSecond.toFixed(2);
  if (size < 99.95) return perSecond.toFixed(1);
  return whole(perSecond);
}

const KIB = 1_024;

/** `812 B`, `12.4 KiB` */
export function bytes(number: number): string {
  if (number < KIB) return `${number} B`;
  if (number < KIB * KIB) return `${(number / KIB).toFixed(1)} KiB`;
  return `${(number / KIB / KIB).toFixed(1)} MiB`;
}

/** `1 letter`, `2 letters` */
export function count(number: number, noun: string): string {
  return `${whole(number)} ${noun}${number === 1 ? "" : "s"}`;
}
