/** When an invocation dies: at which call to the outside, counted from 0, and before or after it goes out or at its answer. */
export interface Death {
  readonly call: number;
  readonly when: "before" | "after" | "at the answer";
}

/**
 * What an execution environment lives by. Every await of the consumer is a call to the outside that goes through here;
 * a dead one is never resumed, and nothing of it happens later, but what it sent is on its way.
 */
export class Life {
  readonly #onDeath: (why: string) => void;
  #alive = true;
  #calls = 0;
  #death: Death | undefined;

  constructor(onDeath: (why: string) => void) {
    this.#onDeath = onDeath;
  }

  get alive(): boolean {
    return this.#alive;
  }

  /** The next invocation begins. */
  begin(death: Death | undefined): void {
    this.#calls = 0;
    this.#death = death;
  }

  /** One call to the outside. `start` sends it on its way, and answers it now or later. */
  call<T>(name: string, start: (answer: (value: T) => void, fail: (error: Error) => void) => void): Promise<T> {
    const dying = this.#death?.call === this.#calls++ ? this.#death.when : undefined;
    if (dying === "before") this.die(`before ${name}`);
    return new Promise<T>((resolve, reject) => {
      if (!this.#alive) return;
      const settle = (go: () => void): void => {
        if (dying === "at the answer") this.die(`at the answer to ${name}`);
        if (this.#alive) go();
      };
      start(
        (value) => settle(() => resolve(value)),
        (error) => settle(() => reject(error)),
      );
      if (dying === "after") this.die(`after ${name} went out`);
    });
  }

  die(why: string): void {
    if (!this.#alive) return;
    this.#alive = false;
    this.#onDeath(why);
  }
}
