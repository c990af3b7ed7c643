import { fnv1a32 } from "@penstock/model";

/** Seeded chance (mulberry32, public domain, Tommy Ettinger): the same seed and name draw the same row. */
export class Chance {
  readonly #seed: number;
  #state: number;

  constructor(seed: number, name = "") {
    this.#seed = seed;
    this.#state = seed ^ fnv1a32(name);
  }

  /** A row of its own, so that what one part of a run draws does not shift what another does. */
  named(name: string): Chance {
    return new Chance(this.#seed, name);
  }

  /** In [0, 1). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t ^= t + Math.imul(t ^ (t >>> 7), 61 | t);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  happens(share: number): boolean {
    return this.next() < share;
  }

  /** A whole number, both ends included. */
  integer(from: number, to: number): number {
    return from + Math.floor(this.next() * (to - from + 1));
  }

  of<T>(items: readonly T[]): T {
    return items[this.integer(0, items.length - 1)]!;
  }
}
