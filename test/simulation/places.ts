import type { LocalReceiver } from "../../packages/local/src/receiver/index.ts";

/** One stored sample: a series with its lane, a time, a value, and whose request put it there. */
export interface Place {
  readonly labels: readonly (readonly [string, string])[];
  readonly atMs: number;
  readonly value: number;
  /** The number of a request of ours, or `stranger`. */
  readonly by: number | "stranger";
  /** When it could first be found, virtual time. */
  readonly sinceMs: number;
  /** The newest of its series then, when that is later: it landed behind another. */
  readonly behindMs: number | undefined;
  /** Another value stood there. */
  readonly replaced: boolean;
}

/** What lies at the receiver, and since when: told by comparing, at every write, what it holds before and after. */
export class Places {
  readonly #local: LocalReceiver;
  readonly #now: () => number;
  readonly #places = new Map<string, Map<number, Place>>();

  constructor(local: LocalReceiver, now: () => number) {
    this.#local = local;
    this.#now = now;
  }

  /** Does a write and returns what it put there. */
  write(
    request: readonly {
      labels: readonly (readonly [string, string])[];
      timestamps: ArrayLike<number>;
      values: ArrayLike<number>;
    }[],
    by: Place["by"],
  ): { answer: ReturnType<LocalReceiver["write"]>; landed: Place[] } {
    const answer = this.#local.write(request);
    let fromMs = Infinity;
    let toMs = -Infinity;
    for (const { timestamps } of request) {
      for (let i = 0; i < timestamps.length; i++) {
        fromMs = Math.min(fromMs, timestamps[i]!);
        toMs = Math.max(toMs, timestamps[i]!);
      }
    }
    return { answer, landed: this.#compare(fromMs, toMs, by) };
  }

  at(labels: string, atMs: number): Place | undefined {
    return this.#places.get(labels)?.get(atMs);
  }

  #compare(fromMs: number, toMs: number, by: Place["by"]): Place[] {
    const landed: Place[] = [];
    for (const { labels, timestamps, values } of this.#local.select([], fromMs, toMs)) {
      const key = keyOf(labels);
      const known = this.#places.get(key) ?? new Map<number, Place>();
      this.#places.set(key, known);
      let newestMs = -Infinity;
      for (const atMs of known.keys()) newestMs = Math.max(newestMs, atMs);
      for (let i = 0; i < timestamps.length; i++) {
        const atMs = timestamps[i]!;
        const value = values[i]!;
        if (Object.is(known.get(atMs)?.value, value)) continue;
        const behindMs = newestMs > atMs ? newestMs : undefined;
        const place = { labels, atMs, value, by, sinceMs: this.#now(), behindMs, replaced: known.has(atMs) };
        known.set(atMs, place);
        landed.push(place);
      }
    }
    return landed;
  }
}

export function keyOf(labels: readonly (readonly [string, string])[]): string {
  return labels.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(",");
}

/** The labels that tell one series of ours from another, whichever lane it is in. */
export function seriesOf(labels: readonly (readonly [string, string])[]): string {
  return keyOf(labels.filter(([name]) => name !== "_unique_id" && name !== "_group"));
}
