/** Samples of one send on their way in. */
export interface Parcel {
  readonly ticket: number;
  readonly bytes: number;
  readonly samples: number;
  enter(): void;
  turnAway(reason: "producer_full" | "producer_closed"): void;
}

/**
 * Bounds what waits in memory. A send that finds no room waits at the door, in order, until what is inside is sent; the
 * door too is bounded, as a caller need not await.
 */
export class Room {
  readonly #maxBytes: number;
  readonly #held: () => number;
  readonly #door: Parcel[] = [];
  #doorBytes = 0;

  /** @param held bytes that are inside now */
  constructor(maxBytes: number, held: () => number) {
    this.#maxBytes = maxBytes;
    this.#held = held;
  }

  /** Whether someone waits at the door. */
  get isCrowded(): boolean {
    return this.#door.length > 0;
  }

  /** `inside` at once, `waiting` at the door until {@link letIn}, or `away`, when the door is full too. */
  admit(parcel: Parcel): "inside" | "waiting" | "away" {
    if (this.#door.length === 0 && this.#fits(parcel)) {
      parcel.enter();
      return "inside";
    }
    if (this.#doorBytes > 0 && this.#doorBytes + parcel.bytes > this.#maxBytes) {
      parcel.turnAway("producer_full");
      return "away";
    }
    this.#door.push(parcel);
    this.#doorBytes += parcel.bytes;
    return "waiting";
  }

  /** Lets in who has room now. */
  letIn(): void {
    while (this.#door.length > 0 && this.#fits(this.#door[0]!)) {
      const parcel = this.#door.shift()!;
      this.#doorBytes -= parcel.bytes;
      parcel.enter();
    }
  }

  /** Turns away who waits at the door. */
  turnAllAway(reason: "producer_closed"): void {
    for (const parcel of this.#door.splice(0)) parcel.turnAway(reason);
    this.#doorBytes = 0;
  }

  /** Samples at the door of the sends up to this ticket. */
  samplesUpTo(ticket: number): number {
    return this.#door.reduce((sum, parcel) => (parcel.ticket <= ticket ? sum + parcel.samples : sum), 0);
  }

  /** One that is larger than the room goes in when the room is empty. */
  #fits({ bytes }: Parcel): boolean {
    const held = this.#held();
    return held === 0 || held + bytes <= this.#maxBytes;
  }
}
