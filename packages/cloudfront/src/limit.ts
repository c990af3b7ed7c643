import { type LabelName, OTHER, type RequestLabels } from "./labels.ts";

/** A label that had more values in a file than it may have. */
export interface Limited {
  readonly label: LabelName;
  /** Requests that were counted under `other`. */
  readonly requests: number;
  /** The first value that was one too many. */
  readonly example: string;
}

/**
 * Bounds the values of each label in one file. The first ones in the file's own order keep their names: a file that is
 * read again, by another process a day later, must come to the same samples, so nothing may be remembered between files.
 */
export class ValueLimit {
  readonly #maxValues: number;
  readonly #seen = new Map<LabelName, Set<string>>();
  readonly #limited = new Map<LabelName, Limited>();

  constructor(maxValues: number) {
    this.#maxValues = maxValues;
  }

  get limited(): readonly Limited[] {
    return [...this.#limited.values()];
  }

  /** The labels, with `other` in the place of values that are too many. */
  apply(labels: RequestLabels): RequestLabels {
    const names = Object.keys(labels) as LabelName[];
    return Object.fromEntries(names.map((label) => [label, this.#apply(label, labels[label]!)]));
  }

  #apply(label: LabelName, value: string): string {
    if (value === "" || value === OTHER) return value;
    const seen = this.#seen.get(label) ?? new Set<string>();
    this.#seen.set(label, seen);
    if (seen.has(value)) return value;
    if (seen.size < this.#maxValues) {
      seen.add(value);
      return value;
    }
    const { requests = 0, example = value } = this.#limited.get(label) ?? {};
    this.#limited.set(label, { label, requests: requests + 1, example });
    return OTHER;
  }
}
