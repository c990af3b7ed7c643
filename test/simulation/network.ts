import type { Random } from "./random.ts";
import type { Scheduler } from "./scheduler.ts";
import { type Faults, NO_FAULTS, type Outage, type World } from "./world.ts";

/** How long a call takes: on its way there, and its answer on the way back. */
export interface Legs {
  readonly toMs: number;
  readonly backMs: number;
}

/** Delays and troubles between the parts of a world. */
export class Network {
  readonly #world: World;
  readonly #random: Random;
  readonly #scheduler: Scheduler;
  #calm = false;

  constructor(world: World, scheduler: Scheduler, random: Random) {
    this.#world = world;
    this.#scheduler = scheduler;
    this.#random = random;
  }

  /** Nothing goes wrong from now on. */
  calmDown(): void {
    this.#calm = true;
  }

  get faults(): Faults {
    return this.#calm || this.#scheduler.now() >= this.#world.calmAtMs ? NO_FAULTS : this.#world.faults;
  }

  get outage(): Outage | undefined {
    const nowMs = this.#scheduler.now();
    return this.#calm ? undefined : this.#world.outages.find(({ fromMs, toMs }) => nowMs >= fromMs && nowMs < toMs);
  }

  /** One call; now and then a slow one, whose effect may come when its caller has given up. */
  legs(timeoutMs: number): Legs {
    const { slow, lateEffectMs } = this.faults;
    if (!this.#random.chance(slow)) return { toMs: this.#random.int(1, 40), backMs: this.#random.int(1, 40) };
    const toMs = this.#random.int(1, timeoutMs + lateEffectMs);
    return { toMs, backMs: this.#random.int(1, timeoutMs) };
  }
}
