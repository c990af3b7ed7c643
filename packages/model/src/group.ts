/** Message groups by default: enough for parallel consumers, few enough that a message carries many series. */
export const DEFAULT_GROUPS = 64;

const encoder = new TextEncoder();

/** FNV-1a, 32 bit, of the UTF-8 bytes of `text`, as an unsigned integer. Any language has it in five lines. */
export function fnv1a32(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of encoder.encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

/**
 * The MessageGroupId of a series: `"g" + fnv1a32(seriesKey) % groups`. Any function of the series key will do, as long
 * as every sender of a series uses the same one: the group is the lock on its series.
 *
 * @param seriesKey as `seriesKey` gives it
 * @example groupOf(seriesKey({ __name__: "up" })) // "g30"
 */
export function groupOf(seriesKey: string, groups: number = DEFAULT_GROUPS): string {
  return `g${fnv1a32(seriesKey) % groups}`;
}
