import { type Fault, fault, unexplained } from "./faults.ts";
import type { Place } from "./places.ts";
import type { Rest } from "./rest.ts";
import type { Statement } from "./statements.ts";

export interface Known {
  readonly buried: ReadonlyMap<Statement, readonly { readonly reason: string }[]>;
  /** May be stored, need not be. */
  readonly optional: ReadonlySet<Statement>;
  readonly rest: Rest;
}

/** What is wrong with one series: which of its statements are nowhere, and which places nobody speaks for. */
export function matchPlaces(
  series: string,
  statements: readonly Statement[],
  places: readonly Place[],
  known: Known,
): Fault[] {
  const deltas = statements.filter(({ source }) => source.kind === "delta");
  return deltas.length > 0
    ? matchDeltas(
        series,
        deltas,
        places.filter(({ by }) => by !== "stranger"),
        known,
      )
    : matchGauges(series, statements, places, known);
}

/** A delta is one place: every statement that is not buried needs one of its own, and a buried one must have none. */
function matchDeltas(
  series: string,
  statements: readonly Statement[],
  places: readonly Place[],
  known: Known,
): Fault[] {
  const { buried, optional } = known;
  const owners = new Map<Place, Statement>();
  const required = statements.filter((statement) => !buried.has(statement) && !optional.has(statement));
  const allowed = statements.filter((statement) => !buried.has(statement) && optional.has(statement));
  const byValue = Map.groupBy(places, ({ value }) => value);
  const faults: Fault[] = [];
  for (const statement of required) {
    if (!assign(statement, byValue, owners, new Set())) {
      faults.push(fault("lost", `${describe(statement)} is nowhere`, statement));
    }
  }
  for (const statement of allowed) assign(statement, byValue, owners, new Set());
  for (const place of places) {
    if (owners.has(place)) continue;
    const like = statements.find((statement) => fits(statement, place));
    if (!like) faults.push(unexplained(series, place));
    else {
      const where = buried.has(like)
        ? `in the dead-letter queue (${why(like, buried)}) and stored`
        : "stored more than once";
      faults.push(fault("twice", `${describe(like)} is ${where}: also ${spot(place)}`, like));
    }
  }
  return faults;
}

/** Finds a place for a statement, moving others to other places of theirs where that helps (augmenting paths). */
function assign(
  statement: Statement,
  byValue: ReadonlyMap<number, readonly Place[]>,
  owners: Map<Place, Statement>,
  tried: Set<Place>,
): boolean {
  for (const place of byValue.get(statement.value + 0) ?? []) {
    if (tried.has(place) || !fits(statement, place)) continue;
    tried.add(place);
    const owner = owners.get(place);
    if (owner && !assign(owner, byValue, owners, tried)) continue;
    owners.set(place, statement);
    return true;
  }
  return false;
}

/** At its own time, or restamped: counted from when the queue took it, or from later where the lanes were taken. */
function fits({ atMs, value, restampsMs, source }: Statement, place: Place): boolean {
  if (!Object.is(value + 0, place.value + 0)) return false;
  return place.atMs === atMs || (source.late === "restamp" && restampsMs.some((atMs) => place.atMs >= atMs));
}

/** A gauge stands at its own time, or at its restamp. */
function stands({ atMs, value, restampsMs, source }: Statement, place: Place): boolean {
  if (!Object.is(value + 0, place.value + 0)) return false;
  return place.atMs === atMs || (source.late === "restamp" && restampsMs.includes(place.atMs));
}

/**
 * A gauge is one value at one time: what was said there stands there, or is buried. With an out-of-order window a later
 * word replaces an earlier one without saying so (what Prometheus and Cortex do).
 */
function matchGauges(
  series: string,
  statements: readonly Statement[],
  places: readonly Place[],
  known: Known,
): Fault[] {
  const { buried, optional, rest } = known;
  const faults: Fault[] = [];
  const ours = places.filter(({ by }) => by !== "stranger");
  for (const place of ours) {
    if (!statements.some((statement) => stands(statement, place))) faults.push(unexplained(series, place));
    const lane = place.labels.find(([name]) => name === "_unique_id")?.[1];
    if (lane !== "1") faults.push(fault("disordered", `A gauge stands in lane ${lane}`, statements[0]!));
  }
  for (const statement of statements) {
    const stored = ours.filter((place) => stands(statement, place)).length;
    const isStored = places.some((place) => stands(statement, place));
    const others =
      statements.some((other) => other.atMs === statement.atMs && !Object.is(other.value, statement.value)) ||
      places.some((place) => place.atMs === statement.atMs && (place.by === "stranger" || place.replaced));
    const replaced = others && rest.outOfOrderWindowMs > 0;
    const restamps = statement.source.late === "restamp";
    if (stored > 1 && !restamps)
      faults.push(fault("twice", `${describe(statement)} is stored ${stored} times`, statement));
    if (buried.has(statement) && isStored && !others && !sameSaid(statement, statements, buried)) {
      faults.push(
        fault(
          "twice",
          `${describe(statement)} is in the dead-letter queue (${why(statement, buried)}) and stored`,
          statement,
        ),
      );
    }
    const spokenFor =
      buried.has(statement) || statements.some((other) => saysSame(other, statement) && buried.has(other));
    if (!isStored && !spokenFor && !optional.has(statement) && !replaced && !restamps) {
      faults.push(fault("lost", `${describe(statement)} is nowhere`, statement));
    }
  }
  return faults;
}

/** Another statement says the same and is not buried: the place is its. */
function sameSaid(statement: Statement, statements: readonly Statement[], buried: Known["buried"]): boolean {
  return statements.some((other) => other !== statement && saysSame(other, statement) && !buried.has(other));
}

function saysSame(a: Statement, b: Statement): boolean {
  return a.atMs === b.atMs && Object.is(a.value, b.value);
}

function why(statement: Statement, buried: Known["buried"]): string {
  return (buried.get(statement) ?? []).map(({ reason }) => reason).join(", ");
}

function describe({ name, series, atMs, value }: Statement): string {
  return `Sample ${name} (${series} @${atMs} = ${value})`;
}

function spot({ labels, atMs, by }: Place): string {
  const lane = labels.find(([name]) => name === "_unique_id")?.[1];
  return `in lane ${lane} @${atMs}, by request ${by}`;
}
