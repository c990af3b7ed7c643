import { type Clock, checkLabels, type Labels, type Late, NAME_LABEL, systemClock } from "@penstock/model";
import type { FlushResult, Producer } from "../producer.ts";
import { checkInteger } from "../settings.ts";
import { type Buckets, DEFAULT_BUCKETS } from "./buckets.ts";
import { type Counter, DeltaCounter } from "./counter.ts";
import { Drops, type OnWarning } from "./drops.ts";
import type { FamilyContext } from "./family.ts";
import { CurrentGauge, type Gauge } from "./gauge.ts";
import { handIn, type TurnedAway } from "./hand-in.ts";
import { DeltaHistogram, type Histogram } from "./histogram.ts";
import { deriveInstance } from "./instance.ts";
import type { Instrument } from "./instrument.ts";
import { type LabelValues, readLabels } from "./labels.ts";
import { type PromClientRegistry, readRegistry } from "./prom-client.ts";
import { Rounds } from "./rounds.ts";
import { within } from "./within.ts";

/** As often as Prometheus is usually told to scrape. */
const FLUSH_INTERVAL_MS = 15_000;
const MAX_FLUSH_INTERVAL_MS: number = 60 * 60_000;
/** About 1.5 MB of messages at a flush; a label that takes more values than this is an identity, not a label. */
const MAX_SERIES = 10_000;
/** Names are written in code; more of them are made of data. */
const MAX_INSTRUMENTS = 500;
/** A registry's own `collect` functions may ask a database; a flush at the end of an invocation cannot wait for long. */
const MAX_COLLECT_MS = 1_000;
/** Flushes in one millisecond are given times of their own; a clock that was set back further than this is believed. */
const MAX_LEAD_MS = 1_000;

/** What may be set about {@link createMetrics}. */
export interface MetricsOptions {
  /** On every series. A label of the same name that is given with a recording wins. */
  readonly labels?: LabelValues;
  /**
   * The label `instance` of gauges and of bridged registries, which one writer alone may write; counters and histograms
   * add up over processes and do without. By default Lambda's execution environment, or `host:process`. Where you have a
   * steadier name that is as unique (a pod's, a task's), series live longer under it. `""` leaves the label out.
   */
  readonly instance?: string;
  /** Milliseconds between two flushes; 15,000. With 0 only `flush` and `close` send. The timer keeps no process alive. */
  readonly flushIntervalMs?: number;
  /** Series of one metric, a histogram's buckets each counted; 10,000. What is beyond is dropped, counted and told. */
  readonly maxSeries?: number;
  /**
   * What becomes of counts that come too late for their own time; `restamp`: a count of the last seconds has no exact time
   * to defend, and many processes that write one series at once may fill all its lanes.
   */
  readonly late?: Late;
  /** Hears, in a sentence and once for each trouble, what was dropped and why. The console by default. */
  readonly onWarning?: OnWarning;
  /** For tests: the time of a flush. The machine's own by default. */
  readonly clock?: Clock;
}

/** What the instruments of a set hold, and what they dropped since the start. */
export interface MetricsStats {
  /** Held now, a histogram's buckets each counted. */
  readonly series: number;
  /** Recordings that were not taken: too many series, or labels or values that no receiver would take. */
  readonly dropped: number;
}

/** Instruments over a producer: what they count is added up in memory and sent at a flush, one sample for each series. */
export interface Metrics {
  /** What only goes up, such as requests. The same name gives the same counter. @throws TypeError, RangeError when the name is no good or another instrument's */
  counter(name: string): Counter;
  /** What goes up and down, such as connections. The same name gives the same gauge. @throws TypeError, RangeError when the name is no good or another instrument's */
  gauge(name: string): Gauge;
  /** How often and how large, such as durations. With Prometheus's default buckets, in seconds. @throws TypeError, RangeError when the name is no good or another instrument's */
  histogram(name: string, buckets?: Buckets): Histogram;
  /** From now on each flush also sends what this prom-client registry says then, its counters as cumulative. */
  bridge(registry: PromClientRegistry): void;
  /**
   * Sends what was recorded before. Never rejects. What the producer has no room for stays in the instruments and is
   * counted as unsent; what it has taken it sends again by itself, under the same ids.
   */
  flush(): Promise<FlushResult>;
  /**
   * Stops the interval and flushes. What is recorded later waits for a `flush`. The producer stays open: what the queue did
   * not take it goes on sending, and the process lives until it is taken, or until the producer is closed too.
   */
  close(): Promise<FlushResult>;
  /** As of now. */
  readonly stats: MetricsStats;
}

/**
 * Instruments over a producer.
 *
 * @throws TypeError, RangeError when an option is no good
 * @example
 * const metrics = createMetrics(createProducer({ queueUrl: process.env.QUEUE_URL! }), { labels: { service: "checkout" } });
 * const orders = metrics.counter("orders_total");
 * orders.inc({ country: "is" });
 */
export function createMetrics(producer: Producer, options: MetricsOptions = {}): Metrics {
  return new Instruments(producer, options);
}

class Instruments implements Metrics {
  readonly #producer: Producer;
  readonly #clock: Clock;
  readonly #late: Late;
  readonly #drops: Drops;
  /** What all instruments share, and what those share that one writer alone may write. */
  readonly #shared: FamilyContext;
  readonly #own: FamilyContext;
  readonly #instruments = new Map<string, Instrument>();
  readonly #names = new Set<string>();
  readonly #registries: PromClientRegistry[] = [];
  readonly #rounds: Rounds;
  #handingIn: Promise<unknown> = Promise.resolve();
  #lastMs = 0;

  constructor(producer: Producer, options: MetricsOptions) {
    const { maxSeries = MAX_SERIES, flushIntervalMs = FLUSH_INTERVAL_MS, instance = deriveInstance() } = options;
    checkInteger("maxSeries", maxSeries, 1, Number.MAX_SAFE_INTEGER);
    checkInteger("flushIntervalMs", flushIntervalMs, 0, MAX_FLUSH_INTERVAL_MS);
    const labels = defaultLabels(options.labels ?? {}, instance);
    this.#producer = producer;
    this.#clock = options.clock ?? systemClock;
    this.#late = options.late ?? "restamp";
    this.#drops = new Drops(options.onWarning ?? ((sentence) => console.warn(`penstock: ${sentence}`)));
    this.#shared = { labels: labels.shared, maxSeries, drops: this.#drops };
    this.#own = { labels: labels.own, maxSeries, drops: this.#drops };
    this.#rounds = new Rounds(() => this.flush(), flushIntervalMs);
  }

  get stats(): MetricsStats {
    const series = [...this.#instruments.values()].reduce((sum, instrument) => sum + instrument.series, 0);
    return { series, dropped: this.#drops.count };
  }

  counter(name: string): Counter {
    return this.#instrument(name, DeltaCounter, () => new DeltaCounter(name, this.#shared));
  }

  gauge(name: string): Gauge {
    return this.#instrument(name, CurrentGauge, () => new CurrentGauge(name, this.#own));
  }

  histogram(name: string, buckets: Buckets = DEFAULT_BUCKETS): Histogram {
    const histogram = this.#instrument(name, DeltaHistogram, () => new DeltaHistogram(name, buckets, this.#shared));
    if (String(histogram.buckets.bounds) === String(buckets.bounds)) return histogram;
    throw new TypeError(`Expected the buckets that \`${name}\` has already, got others`);
  }

  bridge(registry: PromClientRegistry): void {
    this.#registries.push(registry);
  }

  async flush(): Promise<FlushResult> {
    // One after the other: what is taken later must not overtake on its way.
    const handingIn = this.#handingIn.then(() => this.#handInAll());
    this.#handingIn = handingIn;
    const turnedAway = await handingIn;
    const result = await this.#producer.flush();
    return { ...result, unsent: result.unsent + turnedAway.samples };
  }

  close(): Promise<FlushResult> {
    this.#rounds.stop();
    return this.flush();
  }

  async #handInAll(): Promise<TurnedAway> {
    const timestampMs = this.#nextMs();
    const turnedAway = handIn([...this.#instruments.values()], this.#producer, timestampMs, this.#late);
    await Promise.all(this.#registries.map((registry) => this.#handOver(registry, timestampMs)));
    return turnedAway;
  }

  async #handOver(registry: PromClientRegistry, timestampMs: number): Promise<void> {
    try {
      const reading = await within(MAX_COLLECT_MS, readRegistry(registry, this.#own.labels, timestampMs));
      if (reading === "late") throw new Error(`no answer within ${MAX_COLLECT_MS} ms`);
      const { cumulative, gauge } = reading;
      if (cumulative.length > 0) void this.#producer.send(cumulative, { kind: "cumulative" });
      if (gauge.length > 0) void this.#producer.send(gauge, { kind: "gauge" });
    } catch (error) {
      this.#drops.tell("bridge", () => `A bridged registry could not be read: ${String(error)}; this is told once.`);
    }
  }

  /** The time of a flush: now, and never that of the one before, as a gauge has one value at a time. */
  #nextMs(): number {
    const now = this.#clock.now();
    const isAhead = now > this.#lastMs || this.#lastMs - now > MAX_LEAD_MS;
    this.#lastMs = isAhead ? now : this.#lastMs + 1;
    return this.#lastMs;
  }

  #instrument<I extends Instrument>(name: string, type: new (...args: never[]) => I, create: () => I): I {
    const known = this.#instruments.get(name);
    if (known instanceof type) return known;
    const instrument = create();
    const names = new Set([name, ...instrument.names]);
    for (const each of names) {
      const fault = checkLabels([[NAME_LABEL, each]]);
      if (fault) throw new TypeError(fault.detail);
      if (this.#names.has(each)) throw new TypeError(`Expected a name of its own, got \`${each}\`, which is taken`);
    }
    if (this.#instruments.size === MAX_INSTRUMENTS) {
      throw new RangeError(`Expected at most ${MAX_INSTRUMENTS} instruments, got one more: \`${name}\``);
    }
    for (const each of names) this.#names.add(each);
    this.#instruments.set(name, instrument);
    return instrument;
  }
}

/** The labels of every series, and of those that one writer alone may write. */
function defaultLabels(given: LabelValues, instance: string): { shared: Labels; own: Labels } {
  const read = readLabels(given, ["le"]);
  if (!read.ok) throw new TypeError(read.sentence);
  const own = { ...(instance !== "" && { instance }), ...read.labels };
  const fault = checkLabels(Object.entries({ ...own, [NAME_LABEL]: "any" }));
  if (fault) throw new TypeError(fault.detail);
  return { shared: read.labels, own };
}
