import { createHash } from "node:crypto";
import type { QueueEntry } from "@penstock/model";
import {
  DEFAULT_GROUPS,
  groupOf,
  type Labels,
  MAX_MESSAGE_BYTES,
  MAX_NAME_LENGTH,
  type Message,
  seriesKey,
  utf8Length,
} from "@penstock/model";
import { openBody, packBody } from "./body.ts";
import type { Letter } from "./letter.ts";
import type { Relabel } from "./relabel.ts";

/** What a replay does to a letter on its way back. Nothing given: it goes back as it is. */
export interface Change {
  /** Samples that are too old are stored at the time at which SQS takes the replay. */
  readonly restamp?: true | undefined;
  readonly relabel?: Relabel | undefined;
  /** Message groups of the senders, to find the group of a series that relabelling made. Default 64. */
  readonly groups?: number | undefined;
}

/** A letter as messages for the queue, or why it cannot go back. */
export type Rewritten =
  | { readonly ok: true; readonly entries: readonly QueueEntry[] }
  | { readonly ok: false; readonly why: Unfit };

/** Why a letter stays where it is, one sentence each. */
export const UNFIT = {
  unnamed:
    "A whole message without `id`: SQS forgot its name when it moved it, so what was stored of it before would be stored again.",
  whole: "A whole message under other labels: what was stored of it before would be stored again under the new ones.",
  unreadable: "An unreadable body cannot be changed.",
  large: "The changed message would be larger than SQS takes.",
  twin: "Another letter here holds some of the same samples, left by a replay that was killed: replay or drop that one first.",
} as const;
export type Unfit = keyof typeof UNFIT;

const UNNAMED_PREFIX = "sqs!";

/** What a replay names a moved message that has no id of its own, after its letter. */
export function nameOfUnnamed(letterId: string): string {
  return `${UNNAMED_PREFIX}${letterId}`;
}

/**
 * The messages that a letter goes back as: a pure function of the letter and the change, so that a replay that was killed
 * and is repeated says the same thing again under the same names.
 *
 * - The `id` stays: under it the consumer's receipts tell what is stored already, for a whole message and for a replay
 *   that was queued twice. Series that relabelling moves to another group go as a message of their own, named after the
 *   letter and the group.
 * - The deduplication id is made of the letter's own id, which it has since it came to the dead-letter queue: under the
 *   sender's, a replay within five minutes of the first send would be taken for it and lost.
 */
export function rewrite(letter: Letter, change: Change, unnamed: "hold" | "replay"): Rewritten {
  const object = openBody(letter.body);
  const isUnnamed = letter.shape === "moved" && (letter.name === undefined || letter.name.startsWith(UNNAMED_PREFIX));
  if (isUnnamed && unnamed === "hold") return { ok: false, why: "unnamed" };
  const isChanged = change.restamp === true || change.relabel !== undefined;
  if (letter.unreadable !== undefined || object === undefined || typeof object.raw === "string") {
    return isChanged ? { ok: false, why: "unreadable" } : unchanged(letter);
  }
  if (change.relabel && letter.shape === "moved") return { ok: false, why: "whole" };
  if (!isChanged && letter.name !== undefined) return unchanged(letter);
  const named = { ...object, id: letter.name ?? nameOfUnnamed(letter.id) } as unknown as Message;
  const stamped: Message = change.restamp ? { ...named, late: "restamp" } : named;
  return fitted(change.relabel ? relabelled(letter, stamped, change.relabel, change.groups) : [entry(letter, stamped)]);
}

function unchanged({ body, group, id }: Letter): Rewritten {
  return { ok: true, entries: [{ body, group, deduplicationId: replayId(id) }] };
}

function entry({ id, group }: Letter, message: Message): QueueEntry {
  return { body: packBody(message), group, deduplicationId: replayId(id) };
}

function replayId(letterId: string): string {
  return `replay-${letterId}`;
}

function relabelled(letter: Letter, message: Message, relabel: Relabel, groups = DEFAULT_GROUPS): QueueEntry[] {
  const series = message.series.map((one) => (isLabelled(one) ? { ...one, metric: relabel(one.metric) } : one));
  const byGroup = Map.groupBy(series, (one, i) => targetGroup(letter, message.series[i]!, one, groups));
  return [...byGroup].map(([group, some]) => {
    if (group === letter.group) return entry(letter, { ...message, series: some });
    return {
      body: packBody({ ...message, id: derivedName(message.id!, group), series: some }),
      group,
      deduplicationId: `${replayId(letter.id)}-${createHash("sha256").update(group).digest("hex").slice(0, 16)}`,
    };
  });
}

/**
 * The group of a series that relabelling made: by the hash where the senders follow it, as the letter's own series shows;
 * else the letter's, since nobody here knows their rule.
 */
function targetGroup(letter: Letter, before: unknown, after: unknown, groups: number): string {
  if (!(isLabelled(before) && isLabelled(after))) return letter.group;
  const oldKey = seriesKey(before.metric);
  const newKey = seriesKey(after.metric);
  return oldKey !== newKey && groupOf(oldKey, groups) === letter.group ? groupOf(newKey, groups) : letter.group;
}

function derivedName(name: string, group: string): string {
  const derived = `${name}!to!${group}`;
  return derived.length <= MAX_NAME_LENGTH ? derived : createHash("sha256").update(derived).digest("hex");
}

function isLabelled(series: unknown): series is { readonly metric: Labels } {
  if (typeof series !== "object" || series === null) return false;
  const { metric } = series as { metric?: unknown };
  return (
    typeof metric === "object" && metric !== null && Object.values(metric).every((value) => typeof value === "string")
  );
}

function fitted(entries: readonly QueueEntry[]): Rewritten {
  if (entries.some(({ body }) => utf8Length(body) > MAX_MESSAGE_BYTES)) return { ok: false, why: "large" };
  return { ok: true, entries };
}
