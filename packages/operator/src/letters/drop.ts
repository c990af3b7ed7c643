import type { Matcher } from "@penstock/model";
import type { Queue } from "../queue.ts";
import { compileFilter } from "./filter.ts";
import type { Letter } from "./letter.ts";
import { type Fate, type Reach, type Sweep, sweep } from "./sweep.ts";

export interface DropOptions {
  /** A letter goes only when all of its series match. */
  readonly matchers: readonly Matcher[];
  /** Letters that came to the queue later stay; by SQS's clock, milliseconds since the epoch. */
  readonly arrivedByMs?: number | undefined;
  readonly limit?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: DropProgress) => void) | undefined;
}

/** Counts of letters, but for `samples`. */
export interface DropProgress {
  readonly seen: number;
  /** Deleted for good; in a preview, those that would be. */
  readonly dropped: number;
  /** In those. */
  readonly samples: number;
  /** Kept, since some of their series match and others do not. */
  readonly mixed: number;
}

export interface DropReport extends DropProgress {
  readonly sweep: Sweep;
}

export interface DropRun extends DropOptions {
  readonly queue: Queue;
  readonly reach: Reach;
  readonly mode: "preview" | "drop";
  readonly limit: number;
}

/**
 * Deletes letters for good.
 *
 * @throws {SyntaxError} for matchers that cannot be
 * @throws {RemoteError} when the queue cannot be asked
 */
export async function drop(options: DropRun): Promise<DropReport> {
  const { mode, matchers, arrivedByMs = Number.POSITIVE_INFINITY, onProgress, ...run } = options;
  const filter = compileFilter(matchers);
  const counts = { seen: 0, dropped: 0, samples: 0, mixed: 0 };
  const fateOf = (letter: Letter): Fate => {
    if (letter.arrivedAtMs > arrivedByMs) return "keep";
    if (!filter.takesWhole(letter)) {
      if (filter.takes(letter)) counts.mixed++;
      return "keep";
    }
    counts.dropped++;
    counts.samples += letter.samples;
    return mode === "drop" ? "take" : "keep";
  };
  const swept = await sweep({
    ...run,
    visit: async (letters) => {
      counts.seen += letters.length;
      const fates = letters.map(fateOf);
      onProgress?.({ ...counts });
      return fates;
    },
  });
  return { ...counts, sweep: swept };
}
