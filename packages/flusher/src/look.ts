import {
  anyOf,
  GROUP_LABEL,
  MAX_SAMPLE_LEAD_MS,
  type Matcher,
  NAME_LABEL,
  RECEIPT_METRIC,
  type ReadAnswer,
  type ReadQuery,
} from "@penstock/model";
import type { Load, Series } from "./batch.ts";
import { Ledger } from "./ledger.ts";
import { chunks, halves } from "./lists.ts";
import type { Run } from "./run.ts";

/** Metric names in one query: with more, its text outgrows what is reasonable to send. */
const MAX_NAMES_PER_QUERY = 200;
/** A label narrows a look only while its values are few. */
const MAX_VALUES_PER_MATCHER = 50;
/** Answers of 5xx or nothing to one query. */
const MAX_LOOK_ATTEMPTS = 2;
/** Beyond the lead that receivers allow: clocks differ a little. */
const LOOK_AHEAD_MS: number = MAX_SAMPLE_LEAD_MS + 60_000;
/** A query of a shorter time than this is not halved in time. */
const MIN_QUERY_MS = 2;

/** What a look brought: the ledger, and the groups of which it could not be told. */
export interface View {
  readonly ledger: Ledger;
  readonly unseenGroups: ReadonlySet<string>;
}

/** One query to come: which series it is about. */
interface Question {
  readonly series: readonly Series[];
  readonly groups: readonly string[];
  readonly names: readonly string[];
  /** Whether what is asked for carries its group; receipts always do. */
  readonly byGroup: boolean;
  readonly narrow: readonly Matcher[];
  readonly startMs: number;
  readonly endMs: number;
}

/**
 * The earliest time at which something of this record may stand at the receiver: its oldest sample's own time or its
 * time of sending, whichever is earlier. A sample older than what the receiver took when SQS took the message was never
 * written at its own time; only another announcement of the message, within `lookBackMs`, can have been.
 */
export function lookStartMs(load: Load, nowMs: number, maxAgeMs: number, lookBackMs: number): number {
  const { sentAtMs } = load.record;
  let oldestMs = sentAtMs;
  for (const { samples } of load.parts) {
    for (const { ownMs } of samples) oldestMs = Math.min(oldestMs, ownMs);
  }
  return Math.max(oldestMs, Math.min(sentAtMs - maxAgeMs, nowMs - lookBackMs));
}

/**
 * Reads these series back, all lanes, from `startMs` on, with their groups' receipts: one query in the ordinary case. What
 * is newest in their lanes is then what was found there, and nothing else.
 */
export async function look(series: readonly Series[], startMs: number, run: Run): Promise<View> {
  const { options, ports, book } = run;
  const ledger = new Ledger(options.groupLabel, options.lanes);
  const unseenGroups = new Set<string>();
  const questions = ask(series, startMs, ports.clock.now() + LOOK_AHEAD_MS, options.groupLabel);
  while (questions.length > 0) {
    const question = questions.shift()!;
    if (question.groups.every((group) => unseenGroups.has(group))) continue;
    const answer = await query(question, run);
    if (answer.kind === "read") {
      ledger.enter(answer.series, book);
      continue;
    }
    const lighter = answer.kind === "heavy" ? halve(question) : undefined;
    if (lighter) questions.unshift(...lighter);
    else for (const group of question.groups) unseenGroups.add(group);
  }
  for (const each of series) ledger.refresh(each);
  return { ledger, unseenGroups };
}

function ask(series: readonly Series[], startMs: number, endMs: number, groupLabel: string): Question[] {
  const groups = [...new Set(series.map(({ group }) => group))];
  const names = [...new Set(series.map(({ name }) => name))];
  const all = { series, groups, byGroup: true, narrow: [], startMs, endMs };
  const asked = (some: readonly string[]): string[][] => chunks(some, MAX_NAMES_PER_QUERY);
  if (groupLabel !== "") return asked([...names, RECEIPT_METRIC]).map((some) => ({ ...all, names: some }));
  const bare = { ...all, byGroup: false, narrow: commonLabels(series) };
  return [...asked(names).map((some) => ({ ...bare, names: some })), { ...all, names: [RECEIPT_METRIC] }];
}

/** Without a group label: every label that all of these series have, in few values, makes the look narrower. */
function commonLabels(series: readonly Series[]): Matcher[] {
  const values = new Map<string, Set<string>>();
  for (const [name, value] of series[0]?.labels ?? []) if (name !== NAME_LABEL) values.set(name, new Set([value]));
  for (const { labels } of series) {
    const own = new Map(labels);
    for (const [name, seen] of values) {
      const value = own.get(name);
      if (value === undefined || seen.size > MAX_VALUES_PER_MATCHER) values.delete(name);
      else seen.add(value);
    }
  }
  return [...values]
    .filter(([, seen]) => seen.size <= MAX_VALUES_PER_MATCHER)
    .map(([name, seen]) => anyOf(name, [...seen]));
}

function toQuery({ groups, names, narrow, byGroup, startMs, endMs }: Question): ReadQuery {
  const matchers = [...(byGroup ? [anyOf(GROUP_LABEL, groups)] : []), anyOf(NAME_LABEL, names), ...narrow];
  return { matchers, startMs, endMs };
}

async function query(question: Question, run: Run): Promise<ReadAnswer> {
  const { budget, tally, options, ports } = run;
  const { clock, receiver } = ports;
  let answer: ReadAnswer = { kind: "failed", status: undefined, detail: "no budget left for a look" };
  for (let attempt = 1; attempt <= MAX_LOOK_ATTEMPTS && budget.takeLook(); attempt++) {
    const startedMs = clock.now();
    answer = await receiver.read!(toQuery(question), options.requestTimeoutMs);
    const found = answer.kind === "read" ? answer.series : [];
    tally.looks.push({
      durationMs: clock.now() - startedMs,
      series: found.length,
      samples: found.reduce((sum, { timestamps }) => sum + timestamps.length, 0),
      bytes: answer.kind === "read" ? answer.bytes : 0,
      ok: answer.kind === "read",
    });
    if (answer.kind !== "failed" || !mayPass(answer.status) || attempt === MAX_LOOK_ATTEMPTS) break;
    await budget.wait(clock.random() * options.backoffBaseMs * 2);
  }
  if (answer.kind === "failed") tally.warn(`A look at the receiver failed: ${answer.detail}`);
  return answer;
}

/** No answer, too many questions, or trouble inside: the same question may be answered later. */
function mayPass(status: number | undefined): boolean {
  return status === undefined || status === 429 || status >= 500;
}

/** Two questions that ask for half as much each; undefined when there is nothing left to halve. */
function halve(question: Question): Question[] | undefined {
  const { groups, names, byGroup, startMs, endMs } = question;
  if (byGroup && groups.length > 1) return halves(groups).map((half) => ofGroups(question, half));
  if (names.length > 1) return halves(names).map((half) => ({ ...question, names: half }));
  if (endMs - startMs < MIN_QUERY_MS) return undefined;
  const middleMs = Math.floor((startMs + endMs) / 2);
  return [
    { ...question, endMs: middleMs },
    { ...question, startMs: middleMs + 1 },
  ];
}

/** The same question about some of its groups, with only the names that these have. */
function ofGroups(question: Question, groups: readonly string[]): Question {
  const series = question.series.filter(({ group }) => groups.includes(group));
  const own = new Set([RECEIPT_METRIC, ...series.map(({ name }) => name)]);
  return { ...question, series, groups, names: question.names.filter((name) => own.has(name)) };
}
