import { pairsOf } from "../labels.ts";

/** A series' metric. */
export function nameOf(key: string): string {
  return pairsOf(key)?.find(([label]) => label === "__name__")?.[1] ?? key;
}

/** For a legend: the labels alone where all lines have one name. */
export function shortName(key: string, lines: number): string {
  const pairs = pairsOf(key);
  if (!pairs) return key;
  const labels = pairs.filter(([label]) => label !== "__name__").map(([label, value]) => `${label}="${value}"`);
  return lines === 1 || labels.length === 0 ? nameOf(key) : labels.join(", ");
}
