import { jsonValue, show } from "@penstock/model";
import { Family, type FamilyContext } from "./family.ts";
import type { Instrument, Taken } from "./instrument.ts";
import { type LabelValues, readArguments } from "./labels.ts";

interface State {
  value: number;
}

/**
 * What goes up and down: connections, temperatures. Sent as it stands at every flush, until it is removed. A gauge does
 * not add up over processes, so its series carry a label `instance`.
 */
export interface Gauge {
  /** It is this now. Like the others it never throws. */
  set(value: number): void;
  set(labels: LabelValues, value: number): void;
  /** Adds 1, or so much, to what it is, or to 0. */
  inc(by?: number): void;
  inc(labels: LabelValues, by?: number): void;
  /** Takes 1, or so much, from what it is, or from 0. */
  dec(by?: number): void;
  dec(labels: LabelValues, by?: number): void;
  /** Says nothing more of this series. */
  remove(labels?: LabelValues): void;
}

export class CurrentGauge implements Gauge, Instrument {
  readonly kind = "gauge";
  readonly names: readonly string[];
  readonly #family: Family<State>;

  constructor(metric: string, context: FamilyContext) {
    this.names = [metric];
    this.#family = new Family(context, {
      name: metric,
      create: () => ({ value: 0 }),
      longest: (labels) => ({ ...labels, __name__: metric }),
      seriesEach: 1,
      reserved: [],
    });
  }

  get series(): number {
    return this.#family.series;
  }

  set(first: LabelValues | number, second?: number): void {
    this.#change(readArguments(first, second), (_, value) => value);
  }

  inc(first?: LabelValues | number, second?: number): void {
    this.#change(readArguments(first, second, 1), (now, by) => now + by);
  }

  dec(first?: LabelValues | number, second?: number): void {
    this.#change(readArguments(first, second, 1), (now, by) => now - by);
  }

  remove(labels: LabelValues = {}): void {
    this.#family.remove(labels);
  }

  take(timestampMs: number): Taken[] {
    return [...this.#family.members()].map(({ labels, state }) => {
      const metric = { ...labels, __name__: this.#family.name };
      // Not given back: the next flush says how it stands then.
      return {
        samples: [{ metric, value: jsonValue(state.value), timestamp: timestampMs }],
        giveBack: () => undefined,
      };
    });
  }

  #change(
    { labels, value }: { labels: unknown; value: unknown },
    change: (now: number, value: number) => number,
  ): void {
    if (typeof value !== "number") {
      this.#family.drop("value", () => `Expected a gauge's value to be a number, got ${show(value)}`);
      return;
    }
    const state = this.#family.find(labels);
    if (state) state.value = change(state.value, value);
  }
}
