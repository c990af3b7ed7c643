import { checkLabels, type Labels, seriesKey, show } from "@penstock/model";
import type { Drops } from "./drops.ts";
import { readLabels } from "./labels.ts";

/** A series that nobody recorded for so long makes room for another; its receiver keeps it for two hours or more. */
const IDLE_MS: number = 60 * 60_000;
/** Values of a label that a warning shows. */
const EXAMPLES = 3;

/** One label set of a metric and what was recorded for it. */
export interface Member<State> {
  readonly labels: Labels;
  readonly state: State;
  /** At which flush something was recorded last, in milliseconds; undefined before the first. */
  usedAtMs: number | undefined;
}

/** What the instruments of one set share. */
export interface FamilyContext {
  /** On every series; a recording's own labels win. */
  readonly labels: Labels;
  /** Bounds the series of one metric. */
  readonly maxSeries: number;
  readonly drops: Drops;
}

export interface FamilyShape<State> {
  readonly name: string;
  readonly create: () => State;
  /** The longest labels among the series that a label set makes. */
  readonly longest: (labels: Labels) => Labels;
  /** How many series a label set makes. */
  readonly seriesEach: number;
  /** Labels that a recording may not have. */
  readonly reserved: readonly string[];
}

/** The label sets of one metric, bounded: a label with a value for each user would else fill this memory and the receiver. */
export class Family<State> {
  readonly name: string;
  readonly #context: FamilyContext;
  readonly #shape: FamilyShape<State>;
  readonly #maxMembers: number;
  readonly #members = new Map<string, Member<State>>();

  constructor(context: FamilyContext, shape: FamilyShape<State>) {
    this.name = shape.name;
    this.#context = context;
    this.#shape = shape;
    this.#maxMembers = Math.max(1, Math.floor(context.maxSeries / shape.seriesEach));
  }

  get series(): number {
    return this.#members.size * this.#shape.seriesEach;
  }

  members(): IterableIterator<Member<State>> {
    return this.#members.values();
  }

  /** The state of a label set, in whatever order its labels come; undefined when the recording is dropped. */
  find(given: unknown): State | undefined {
    const read = readLabels(given, this.#shape.reserved);
    if (!read.ok) return this.drop("labels", () => read.sentence);
    const labels = { ...this.#context.labels, ...read.labels };
    const key = seriesKey(labels);
    return (this.#members.get(key) ?? this.#admit(key, labels))?.state;
  }

  remove(given: unknown): void {
    const read = readLabels(given, this.#shape.reserved);
    if (read.ok) this.#members.delete(seriesKey({ ...this.#context.labels, ...read.labels }));
  }

  /** Counts one recording as dropped, and tells why if it was not told before. */
  drop(topic: string, sentence: () => string): undefined {
    this.#context.drops.drop(this.name, topic, sentence);
  }

  /** Forgets label sets that were not used for long. */
  forgetIdle(isUsed: (state: State) => boolean, nowMs: number): void {
    for (const [key, member] of this.#members) {
      if (member.usedAtMs === undefined || isUsed(member.state)) member.usedAtMs = nowMs;
      else if (nowMs - member.usedAtMs > IDLE_MS) this.#members.delete(key);
    }
  }

  #admit(key: string, labels: Labels): Member<State> | undefined {
    const fault = checkLabels(Object.entries(this.#shape.longest(labels)));
    if (fault) return this.drop(fault.reason, () => `${fault.reason}: ${fault.detail}`);
    if (this.#members.size >= this.#maxMembers) return this.drop("series", () => this.#explosion());
    const member = { labels, state: this.#shape.create(), usedAtMs: undefined };
    this.#members.set(key, member);
    return member;
  }

  /** Which label exploded: the one with the most values. */
  #explosion(): string {
    const values = new Map<string, Set<string>>();
    for (const { labels } of this.#members.values()) {
      for (const [label, value] of Object.entries(labels)) {
        if (!values.has(label)) values.set(label, new Set());
        values.get(label)!.add(value);
      }
    }
    const [label, seen] = [...values].sort(([, a], [, b]) => b.size - a.size)[0] ?? ["", new Set<string>()];
    const examples = [...seen].slice(-EXAMPLES).map(show).join(", ");
    const { maxSeries } = this.#context;
    return `Expected at most ${maxSeries} series, got more: label ${show(label)} has ${seen.size} values, such as ${examples}`;
  }
}
