import { MAX_SAMPLE_AGE_MS, MAX_SAMPLE_LEAD_MS } from "@penstock/model";
import { matchPlaces } from "./match.ts";
import type { Place } from "./places.ts";
import { readBody, readSource, type Source, type Statement, textsOf } from "./statements.ts";
import { storyKeys } from "./story.ts";

/** Something that breaks the promise. */
export interface Fault {
  readonly kind: "lost" | "twice" | "unexplained" | "unjustified" | "disordered" | "miscounted" | "breach" | "stuck";
  readonly what: string;
  /** What the story of it is about: messages, series, invocations. */
  readonly about: readonly string[];
}

/** A message as it lies in a queue at the end. */
export interface Lying {
  readonly messageId: string;
  readonly body: string;
  /** SQS itself moved it here. */
  readonly moved: boolean;
}

/** What lies where, when everything has come to rest. */
export interface Rest {
  readonly places: readonly Place[];
  readonly dead: readonly Lying[];
  readonly queued: readonly Lying[];
  /** The newest time at the receiver, which its floor is behind. */
  readonly headMs: number;
  readonly skewMs: number;
  readonly lanes: number;
  readonly groupLabel: string;
  readonly outOfOrderWindowMs: number;
  /** Reasons that this world has, beside those that can be checked. */
  readonly plausible: ReadonlySet<string>;
}

export interface Count {
  readonly stated: number;
  readonly stored: number;
  readonly dead: number;
  readonly queued: number;
}

/** Where a sample is in the dead-letter queue. */
interface Burial {
  readonly reason: string;
  readonly detail: string;
  readonly atMs: number;
  /** Of the message, by which it was rejected. */
  readonly delivery: string;
}

/** A message that the queue took. */
export interface Accepted {
  readonly messageId: string;
  readonly body: string;
  readonly group: string;
  readonly deduplicationId: string;
  readonly sentAtMs: number;
}

/** Knows every sample that the queue accepted, and where each must be at the end. */
export class Ledger {
  readonly #sources = new Map<string, Source>();
  readonly #byMessage = new Map<string, Source>();
  /** What letters speak of, by their bodies: one that is moved back is the same statements once more. */
  readonly #letters = new Map<string, readonly Statement[]>();
  /** Messages of one text come back in turn: nothing tells them apart. */
  readonly #byBody = new Map<string, Source[]>();

  /** The queue took a message. */
  accept(message: Accepted): Source {
    const { messageId, body, deduplicationId, sentAtMs } = message;
    const { id } = readBody(body) ?? {};
    const identity = typeof id === "string" ? id : deduplicationId;
    const source = this.#sources.get(identity) ?? this.#new(message, identity);
    for (const { order, restampsMs } of source.statements) restampsMs.push(sentAtMs + order);
    this.#byMessage.set(messageId, source);
    return source;
  }

  /** A message came back from the dead-letter queue: as it was, or a letter, which states again what it speaks of. */
  comeBack({ messageId, body, group, sentAtMs }: Accepted): void {
    const moved = this.#inTurn(body);
    const statements = this.#letters.get(body) ?? moved?.statements ?? [];
    const lead = statements[0]?.source ?? moved;
    if (!lead) throw new Error(`Expected to know what came back from the dead-letter queue, got ${body}`);
    const seen = new Map<string | undefined, number>();
    for (const { series, restampsMs } of statements) {
      const order = seen.get(series) ?? 0;
      seen.set(series, order + 1);
      restampsMs.push(sentAtMs + order);
    }
    this.#byMessage.set(messageId, { ...lead, group, statements });
  }

  /** Samples in a message, as a report counts them. */
  samplesOf(messageId: string): number {
    return this.#byMessage.get(messageId)?.statements.reduce((sum, { weight }) => sum + weight, 0) ?? 0;
  }

  /** What a message is, whichever copy of it this is. */
  identityOf(messageId: string): string {
    return this.#byMessage.get(messageId)?.identity ?? messageId;
  }

  #new({ body, group }: Accepted, identity: string): Source {
    const source = readSource(identity, body, group);
    this.#sources.set(identity, source);
    this.#byBody.set(body, [...(this.#byBody.get(body) ?? []), source]);
    return source;
  }

  #inTurn(body: string): Source | undefined {
    const [next, ...others] = this.#byBody.get(body) ?? [];
    if (next) this.#byBody.set(body, [...others, next]);
    return next;
  }

  /** Compares what was stated with what lies where. */
  audit(rest: Rest): { faults: Fault[]; count: Count } {
    const faults: Fault[] = [];
    const buried = this.#burials(rest.dead, faults);
    const optional = this.#optional(rest);
    const statements = [...this.#sources.values()].flatMap((source) => source.statements);
    const bySeries = Map.groupBy(
      statements.filter(({ series }) => series !== undefined),
      ({ series }) => series!,
    );
    const { found, foreign } = groupPlaces(rest, this.#sources.values());
    faults.push(...foreign);
    for (const [series, ofSeries] of bySeries) {
      const stored = found.get(series) ?? [];
      found.delete(series);
      faults.push(...matchPlaces(series, ofSeries, stored, { buried, optional, rest }));
    }
    for (const [series, places] of found) {
      for (const place of places) if (place.by !== "stranger") faults.push(unexplained(series, place));
    }
    for (const statement of statements) {
      if (statement.series === undefined && !buried.has(statement) && !optional.has(statement)) {
        faults.push(fault("lost", `${statement.name}, which nobody can read, is in no dead letter`, statement));
      }
      for (const burial of buried.get(statement) ?? []) faults.push(...unjustified(statement, burial, rest));
    }
    const ours = rest.places.filter(({ by }) => by !== "stranger");
    const count = {
      stated: statements.length,
      stored: ours.length,
      dead: buried.size,
      queued: statements.filter((statement) => optional.has(statement)).length,
    };
    return { faults, count };
  }

  /** What the dead letters speak of. */
  #burials(dead: readonly Lying[], faults: Fault[]): Map<Statement, Burial[]> {
    const buried = new Map<Statement, Burial[]>();
    for (const { messageId, body, moved } of dead) {
      if (moved) continue;
      const letter = readBody(body);
      const source = letter?.rejected && this.#byMessage.get(letter.rejected.source.messageId);
      if (!letter?.rejected || !source) {
        faults.push({
          kind: "unexplained",
          what: `A dead letter without a source: ${body.slice(0, 200)}`,
          about: [messageId],
        });
        continue;
      }
      const delivery = `${letter.rejected.source.messageId} at ${letter.rejected.at}`;
      const spoken = speaks({ letter, delivery }, source, buried);
      this.#letters.set(body, spoken);
      if (spoken.length === 0) {
        const what = `A dead letter speaks of nothing that its message said: ${body.slice(0, 200)}`;
        faults.push({ kind: "unexplained", what, about: [source.identity] });
      }
      const { reason, detail, at } = letter.rejected;
      for (const statement of spoken) {
        const burials = buried.get(statement) ?? [];
        buried.set(statement, burials);
        burials.push({ reason, detail, atMs: at, delivery });
      }
    }
    return buried;
  }

  /** What may be stored and need not be: it waits in the queue, or lies whole where SQS moved it. */
  #optional({ queued, dead }: Rest): Set<Statement> {
    const lying = [...queued, ...dead.filter(({ moved }) => moved)];
    return new Set(lying.flatMap(({ messageId }) => this.#byMessage.get(messageId)?.statements ?? []));
  }
}

/**
 * The statements that a letter is about. Two that say the same in one message can be told by the deliveries alone: letters
 * of one delivery are about different ones, those of different deliveries about the same one.
 */
function speaks(
  { letter, delivery }: { letter: NonNullable<ReturnType<typeof readBody>>; delivery: string },
  source: Source,
  buried: ReadonlyMap<Statement, readonly Burial[]>,
): Statement[] {
  const texts = letter.raw === undefined ? textsOf(letter.series ?? []) : [letter.raw];
  const left = new Set(source.statements);
  return texts.flatMap((text) => {
    const like = [...left].filter((statement) => statement.text === text);
    const isBefore = (statement: Statement) => {
      const burials = buried.get(statement);
      return burials?.every((burial) => burial.delivery !== delivery);
    };
    const statement = like.find(isBefore) ?? like.find((one) => !buried.has(one)) ?? like[0];
    if (!statement) return [];
    left.delete(statement);
    return statement;
  });
}

/** Places of ours by the series they are of; those with labels that none of ours has. */
function groupPlaces(
  { places, lanes, groupLabel }: Rest,
  sources: Iterable<Source>,
): { found: Map<string, Place[]>; foreign: Fault[] } {
  const groups = new Map<string, Set<string>>();
  for (const { statements, group } of sources) {
    for (const { series } of statements) {
      if (series !== undefined) groups.set(series, (groups.get(series) ?? new Set()).add(group));
    }
  }
  const found = new Map<string, Place[]>();
  const foreign: Fault[] = [];
  for (const place of places) {
    const labels = new Map(place.labels);
    const lane = labels.get("_unique_id") ?? "";
    const group = labels.get("_group");
    labels.delete("_unique_id");
    labels.delete("_group");
    const series = `{${[...labels].map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(",")}}`;
    const groupFits = groupLabel === "" ? group === undefined : groups.get(series)?.has(group ?? "");
    const laneFits = /^([1-9]|10)$/.test(lane) && Number(lane) <= lanes;
    if (place.by !== "stranger" && !(groupFits && laneFits)) foreign.push(unexplained(series, place));
    const all = found.get(series) ?? [];
    found.set(series, all);
    all.push(place);
  }
  return { found, foreign };
}

export function unexplained(series: string, { atMs, value, labels, by }: Place): Fault {
  const where = labels.map(([name, label]) => `${name}=${label}`).join(" ");
  const what = `The receiver has a sample that nobody stated, or one more than was: ${where} @${atMs} = ${value}, by request ${by}`;
  return { kind: "unexplained", what, about: storyKeys(series.slice(1, -1), atMs, value) };
}

export function fault(kind: Fault["kind"], what: string, { source, series, atMs, value }: Statement): Fault {
  const keys = series === undefined ? [] : storyKeys(series.slice(1, -1), atMs, value);
  return { kind, what, about: [source.identity, ...keys] };
}

/** A reject must be one that no retry would have made acceptable. */
function unjustified(statement: Statement, { reason, detail, atMs }: Burial, rest: Rest): Fault[] {
  const ageMs = atMs - statement.atMs;
  const { skewMs } = rest;
  // A late sample may have been given the time of its sending, and be late even so.
  const holds: Record<string, () => boolean> = {
    greater_than_max_sample_age: () => ageMs > MAX_SAMPLE_AGE_MS - skewMs,
    too_far_in_future: () => ageMs < -MAX_SAMPLE_LEAD_MS + skewMs + 120_000,
    "sample-out-of-bounds": () => isBelowFloor(statement, rest),
    "sample-too-old": () => statement.atMs < rest.headMs - Math.min(MAX_SAMPLE_AGE_MS, rest.outOfOrderWindowMs),
    // A lane that another was placed in and refused is free in the end; who is too old for all of them loses nothing by it.
    lanes_exhausted: () => inTheWay(statement, rest) >= rest.lanes || isBelowFloor(statement, rest),
    "sample-out-of-order": () => statement.source.kind !== "delta" && isBehind(statement, rest),
    "new-value-for-timestamp": () => statement.source.kind !== "delta",
  };
  if (holds[reason]?.() || rest.plausible.has(reason)) return [];
  const what = `${statement.name} @${statement.atMs} was rejected for no good reason: ${reason}, "${detail}"`;
  return [fault("unjustified", what, statement)];
}

function isBelowFloor({ atMs }: Statement, { headMs }: Rest): boolean {
  return atMs < headMs - MAX_SAMPLE_AGE_MS;
}

/** A gauge behind another, and behind the out-of-order window where there is one. */
function isBehind(statement: Statement, rest: Rest): boolean {
  const { outOfOrderWindowMs: windowMs, headMs } = rest;
  return inTheWay(statement, rest) >= 1 && (windowMs === 0 || statement.atMs < headMs - windowMs);
}

/** In how many of the lanes something stands at this time or later. */
function inTheWay({ series, atMs }: Statement, { places, lanes }: Rest): number {
  const taken = new Set<string>();
  for (const place of places) {
    if (place.atMs < atMs) continue;
    const lane = place.labels.find(([name]) => name === "_unique_id")?.[1] ?? "";
    const key = place.labels.filter(([name]) => name !== "_unique_id" && name !== "_group");
    if (`{${key.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(",")}}` === series) taken.add(lane);
  }
  return [...taken].filter((lane) => Number(lane) >= 1 && Number(lane) <= lanes).length;
}
