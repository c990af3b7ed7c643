/**
 * A number as Prometheus writes it in `le`: Go's `%g` with the shortest digits (strconv.FormatFloat(x, 'g', -1, 64)), so
 * an exponent of at least two digits below 1e-04 and from 1e+06 on. The text is part of a series' identity: `1e+06` and
 * `1000000` are two buckets to a receiver.
 *
 * @example formatFloat(0.005) // "0.005"
 * @example formatFloat(1e6)   // "1e+06"
 */
export function formatFloat(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "+Inf" : "-Inf";
  if (value === 0) return Object.is(value, -0) ? "-0" : "0";
  const magnitude = Math.abs(value);
  if (magnitude >= 1e-4 && magnitude < 1e6) return String(value);
  return value.toExponential().replace(/e([+-])(\d)$/, "e$10$2");
}
