import { keyOfSorted, type LabelPairs, NAME_LABEL } from "@penstock/model";
import { RESTAMPED_METRIC } from "./names.ts";

/** How often each sample, or unreadable body, was sent, is stored, and lies among the dead letters. */
export interface Books {
  readonly sent: Count;
  readonly stored: Count;
  readonly dead: Count;
}

export interface Balance {
  readonly sent: number;
  readonly stored: number;
  readonly dead: number;
  /** Sent, and neither stored nor among the dead letters, or less often than it was sent. */
  readonly lost: readonly string[];
  /** More often than it was sent. */
  readonly twice: readonly string[];
  /** Never sent. */
  readonly foreign: readonly string[];
}

/** How often something is there, by what it is. */
export class Count {
  readonly #counts = new Map<string, number>();
  #total = 0;

  get total(): number {
    return this.#total;
  }

  add(what: string, times = 1): void {
    this.#counts.set(what, this.of(what) + times);
    this.#total += times;
  }

  of(what: string): number {
    return this.#counts.get(what) ?? 0;
  }

  all(): Iterable<string> {
    return this.#counts.keys();
  }
}

/** What a sample is: its series, time and value, whichever lane it has. A restamped one is known by its value alone. */
export function sampleOf(sorted: LabelPairs, timestampMs: number, value: number): string {
  const restamped = sorted.some(([name, text]) => name === NAME_LABEL && text === RESTAMPED_METRIC);
  return `${keyOfSorted(sorted)} ${value} @ ${restamped ? "any time" : timestampMs}`;
}

export function unreadableOf(raw: string): string {
  return `unreadable: ${raw}`;
}

/** Each thing that was sent must be in one place, as often as it was sent. */
export function balance({ sent, stored, dead }: Books): Balance {
  const lost: string[] = [];
  const twice: string[] = [];
  const foreign: string[] = [];
  for (const what of new Set([...sent.all(), ...stored.all(), ...dead.all()])) {
    const there = stored.of(what) + dead.of(what);
    const wanted = sent.of(what);
    if (there === wanted) continue;
    const line = `${what}: sent ${wanted}, stored ${stored.of(what)}, dead letters ${dead.of(what)}`;
    (wanted === 0 ? foreign : there < wanted ? lost : twice).push(line);
  }
  return { sent: sent.total, stored: stored.total, dead: dead.total, lost, twice, foreign };
}

export function isExact({ lost, twice, foreign }: Balance): boolean {
  return lost.length + twice.length + foreign.length === 0;
}
