import { show } from "@penstock/model";
import { Family, type FamilyContext } from "./family.ts";
import type { Instrument, Taken } from "./instrument.ts";
import { type LabelValues, readArguments } from "./labels.ts";

interface State {
  delta: number;
  /** Something was recorded since the last take, be it 0. */
  touched: boolean;
}

/** What only goes up: requests, orders, bytes. Sent as what was added since the last flush. */
export interface Counter {
  /** Adds 1, or so much. Never throws. */
  inc(by?: number): void;
  inc(labels: LabelValues, by?: number): void;
}

export class DeltaCounter implements Counter, Instrument {
  readonly kind = "delta";
  readonly names: readonly string[];
  readonly #family: Family<State>;

  constructor(metric: string, context: FamilyContext) {
    this.names = [metric];
    this.#family = new Family(context, {
      name: metric,
      create: () => ({ delta: 0, touched: false }),
      longest: (labels) => ({ ...labels, __name__: metric }),
      seriesEach: 1,
      reserved: [],
    });
  }

  get series(): number {
    return this.#family.series;
  }

  inc(first?: LabelValues | number, second?: number): void {
    const { labels, value } = readArguments(first, second, 1);
    if (typeof value !== "number" || !Number.isFinite(value) || value < 0) {
      this.#family.drop("value", () => `Expected a counter to go up by a finite number, got ${show(value)}`);
      return;
    }
    const state = this.#family.find(labels);
    if (state) this.#add(state, value);
  }

  take(timestampMs: number): Taken[] {
    this.#family.forgetIdle(({ touched }) => touched, timestampMs);
    const taken: Taken[] = [];
    for (const { labels, state } of this.#family.members()) {
      if (!state.touched) continue;
      const { delta } = state;
      const sample = { metric: { ...labels, __name__: this.#family.name }, value: delta, timestamp: timestampMs };
      taken.push({ samples: [sample], giveBack: () => this.#add(state, delta) });
      state.delta = 0;
      state.touched = false;
    }
    return taken;
  }

  #add(state: State, value: number): void {
    const delta = state.delta + value;
    if (Number.isFinite(delta)) {
      state.delta = delta;
      state.touched = true;
    } else this.#family.drop("sum", () => "Expected a sum that a number can hold, got more");
  }
}
