/** Something that falls due at a time. Both fields belong to the heap that holds it. */
export interface Timed {
  /** Milliseconds since the epoch. */
  dueMs: number;
  /** Its index in the heap, -1 outside. */
  slot: number;
}

/** A binary heap by due time whose items can be re-timed and taken out in logarithmic time. */
export class TimerHeap<T extends Timed> {
  readonly #items: T[] = [];

  get size(): number {
    return this.#items.length;
  }

  /** What falls due first. */
  get first(): T | undefined {
    return this.#items[0];
  }

  /** Puts `item` in, or gives it another time. */
  set(item: T, dueMs: number): void {
    item.dueMs = dueMs;
    if (item.slot < 0) {
      item.slot = this.#items.length;
      this.#items.push(item);
    }
    this.#settle(item);
  }

  /** Does nothing when it is not in. */
  remove(item: T): void {
    if (item.slot < 0) return;
    const last = this.#items.pop() as T;
    if (last !== item) {
      this.#put(last, item.slot);
      this.#settle(last);
    }
    item.slot = -1;
  }

  #settle(item: T): void {
    this.#rise(item);
    this.#sink(item);
  }

  #rise(item: T): void {
    while (item.slot > 0) {
      const parent = this.#items[(item.slot - 1) >> 1] as T;
      if (parent.dueMs <= item.dueMs) return;
      this.#swap(parent, item);
    }
  }

  #sink(item: T): void {
    for (;;) {
      const left = this.#items[2 * item.slot + 1];
      const right = this.#items[2 * item.slot + 2];
      const child = left && right && right.dueMs < left.dueMs ? right : left;
      if (!child || item.dueMs <= child.dueMs) return;
      this.#swap(item, child);
    }
  }

  #swap(upper: T, lower: T): void {
    const { slot } = upper;
    this.#put(upper, lower.slot);
    this.#put(lower, slot);
  }

  #put(item: T, slot: number): void {
    this.#items[slot] = item;
    item.slot = slot;
  }
}
