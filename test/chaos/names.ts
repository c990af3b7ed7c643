export const QUEUE = "chaos.fifo";
export const DEAD_LETTER_QUEUE = "chaos-dead.fifo";

/** The door and the name that SDK clients know a queue by. */
export function queueUrlAt(base: string, name: string): string {
  return `${base}/000000000000/${name}`;
}

/** Every series of the feed has a name that begins so. */
export const METRIC_PREFIX = "chaos_";
/** The one metric whose samples are stored at another time than their own. */
export const RESTAMPED_METRIC: string = `${METRIC_PREFIX}restamped_total`;
