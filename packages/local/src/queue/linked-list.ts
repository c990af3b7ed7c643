/** Where a value stands in its list; by it the value is taken out in constant time. */
export interface Place<T> {
  readonly value: T;
  before: Place<T> | undefined;
  after: Place<T> | undefined;
}

/** An ordered list whose values are appended at the end and taken out anywhere, all in constant time. */
export class LinkedList<T> {
  #first: Place<T> | undefined;
  #last: Place<T> | undefined;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get first(): T | undefined {
    return this.#first?.value;
  }

  append(value: T): Place<T> {
    const place: Place<T> = { value, before: this.#last, after: undefined };
    if (this.#last) this.#last.after = place;
    else this.#first = place;
    this.#last = place;
    this.#size++;
    return place;
  }

  /** `place` must be one of this list, and still in it. */
  remove(place: Place<T>): void {
    if (place.before) place.before.after = place.after;
    else this.#first = place.after;
    if (place.after) place.after.before = place.before;
    else this.#last = place.before;
    this.#size--;
  }

  /** Takes the first value out. */
  shift(): T | undefined {
    const place = this.#first;
    if (place) this.remove(place);
    return place?.value;
  }

  /** In order. The value just yielded may be removed before the next is asked for. */
  *[Symbol.iterator](): Generator<T, void, undefined> {
    let place = this.#first;
    while (place) {
      const { value, after } = place;
      yield value;
      place = after;
    }
  }
}
