import { type Fault, fault, unexplained } from "./faults.ts";
import { type Burial, unjustified } from "./justify.ts";
import { matchPlaces } from "./match.ts";
import { type Place, seriesOf } from "./places.ts";
import type { Lying, Rest } from "./rest.ts";
import { readBody, readSource, type Source, type Statement, textsOf } from "./statements.ts";

export interface Count {
  readonly stated: number;
  readonly stored: number;
  readonly dead: number;
  readonly queued: number;
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
    const optional = this.#optional(rest).union(doubtful(buried));
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

/**
 * Letters of two reasons and two deliveries may be about one or about both of two that say the same: SQS takes each letter
 * once in five minutes, so that no delivery has both. Whoever has no letter then may be where he likes.
 */
function doubtful(buried: ReadonlyMap<Statement, readonly Burial[]>): Set<Statement> {
  const twins = new Set<Statement>();
  for (const [{ source, text }, burials] of buried) {
    if (new Set(burials.map(({ reason }) => reason)).size < 2) continue;
    for (const other of source.statements) if (other.text === text && !buried.has(other)) twins.add(other);
  }
  return twins;
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
    const series = `{${seriesOf(place.labels)}}`;
    const groupFits = groupLabel === "" ? group === undefined : groups.get(series)?.has(group ?? "");
    const laneFits = /^([1-9]|10)$/.test(lane) && Number(lane) <= lanes;
    if (place.by !== "stranger" && !(groupFits && laneFits)) foreign.push(unexplained(series, place));
    const all = found.get(series) ?? [];
    found.set(series, all);
    all.push(place);
  }
  return { found, foreign };
}
