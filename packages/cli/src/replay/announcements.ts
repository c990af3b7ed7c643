import type { Delivery } from "@penstock/cloudfront";

/** S3 says that a file is there. */
export interface Announcement {
  readonly atMs: number;
  readonly file: string;
  /** Said before. */
  readonly isRepeated: boolean;
}

/** What one invocation hears of. */
export interface Announced {
  /** When the invocation begins. */
  readonly atMs: number;
  readonly announcements: readonly Announcement[];
}

/** A second announcement comes within this time: in another invocation, in the company of other files. */
const MAX_REPEAT_DELAY_MS: number = 6 * 60 * 60_000;

/**
 * Deliveries as S3 announces them, in time order.
 *
 * @param share of files that are announced twice, 0 to 1
 * @param random in [0, 1)
 */
export function announce(deliveries: readonly Delivery[], share: number, random: () => number): Announcement[] {
  const all = deliveries.flatMap(({ deliveredAtMs, file }): Announcement[] => {
    const first = { atMs: deliveredAtMs, file, isRepeated: false };
    if (random() >= share) return [first];
    return [first, { atMs: deliveredAtMs + Math.floor(random() * MAX_REPEAT_DELAY_MS), file, isRepeated: true }];
  });
  return all.sort((a, b) => a.atMs - b.atMs);
}

/**
 * What each invocation hears of under a batching window: it begins with the first announcement and the function is
 * invoked at its end. Without one each announcement is an invocation.
 */
export function gather(announcements: readonly Announcement[], windowMs: number): Announced[] {
  const gathered: { atMs: number; announcements: Announcement[] }[] = [];
  for (const announcement of announcements) {
    const last = gathered.at(-1);
    if (last && windowMs > 0 && announcement.atMs <= last.atMs) last.announcements.push(announcement);
    else gathered.push({ atMs: announcement.atMs + windowMs, announcements: [announcement] });
  }
  return gathered;
}
