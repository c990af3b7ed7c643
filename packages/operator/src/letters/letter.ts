import { cut, type DecodedSeries, decodeMessage, type Kind, type Labels, type Late } from "@penstock/model";
import type { HeldMessage } from "../queue.ts";
import { type Arrival, arrivalOf } from "./arrival.ts";
import { asTime, isObject, openBody } from "./body.ts";

/** The reason of a whole message that SQS's redrive policy moved: it was received too often. */
export const MOVED_REASON = "received_too_often";

/** Words of a letter that are shown, at most: a letter may say anything. */
const MAX_WORDS = 2_000;

/** Series of a letter, as far as it could be read. */
export interface LetterSeries {
  /** The series key; empty when the series could not be read. */
  readonly key: string;
  readonly labels: Labels;
  /** Milliseconds since the epoch. */
  readonly timestamps: readonly number[];
  readonly values: readonly number[];
  /** Samples it stands for, unreadable ones too. */
  readonly samples: number;
}

/** A dead letter: samples that were refused, with a reason; or a whole message that was received too often. */
export interface Letter {
  /** SQS's message id when it came to this queue. Stays the same while it is here, also when it is turned over. */
  readonly id: string;
  /** `rejected`: one of ours, with its reason. `moved`: a whole message, moved by the redrive policy. */
  readonly shape: "rejected" | "moved";
  /** One of the model's reasons, or `received_too_often`. */
  readonly reason: string;
  /** One sentence, or the receiver's own words. */
  readonly detail: string;
  /** The receiver's HTTP status, when the receiver refused. */
  readonly status: number | undefined;
  readonly requestId: string | undefined;
  /** Lanes in which it was tried. */
  readonly lanes: readonly string[];
  /** When it was rejected or moved, milliseconds since the epoch. */
  readonly diedAtMs: number;
  /** When it came to this queue first. */
  readonly arrivedAtMs: number;
  /** The message group: every replay of unchanged series goes back to it. */
  readonly group: string;
  /** The `id` of its message: a replay carries the same. Undefined when the message has none. */
  readonly name: string | undefined;
  readonly writer: string | undefined;
  readonly kind: Kind;
  readonly late: Late;
  /** The message that it comes from. */
  readonly source: LetterSource | undefined;
  readonly series: readonly LetterSeries[];
  /** Samples of all series; an unreadable body counts as one. */
  readonly samples: number;
  /** The text that could not be read, cut; undefined when the body is a message. */
  readonly unreadable: string | undefined;
  /** Deliveries, those by peeking included. */
  readonly receiveCount: number;
  /** As it stands in the queue. */
  readonly body: string;
}

export interface LetterSource {
  readonly messageId: string;
  readonly group: string;
  readonly sentAtMs: number;
  readonly receiveCount: number;
}

/** Reads a letter. Never throws: a dead-letter queue holds what could not be read. */
export function readLetter(message: HeldMessage): Letter {
  const { body, group, receiveCount } = message;
  const object = openBody(body);
  const rejected = isObject(object?.rejected) ? object.rejected : undefined;
  const arrival = arrivalOf(message, rejected !== undefined);
  const decoded = decodeMessage(body);
  const envelope = decoded.ok ? decoded.message : undefined;
  const words = readWords(arrival, rejected);
  return {
    ...words,
    id: arrival.id,
    shape: arrival.shape,
    diedAtMs: words.diedAtMs ?? arrival.arrivedAtMs,
    arrivedAtMs: arrival.arrivedAtMs,
    group,
    // A letter of an unreadable body has no id of its own, whatever its raw text holds.
    name: typeof object?.id === "string" ? object.id : undefined,
    writer: envelope?.writer,
    kind: envelope?.kind ?? "delta",
    late: envelope?.late ?? "reject",
    series: envelope?.series.map(toSeries) ?? [],
    samples: envelope?.samples ?? 1,
    unreadable: decoded.ok ? undefined : cut(decoded.raw, MAX_WORDS),
    receiveCount,
    body,
  };
}

type Words = Pick<Letter, "reason" | "detail" | "status" | "requestId" | "lanes" | "source"> & {
  readonly diedAtMs: number | undefined;
};

function readWords({ shape }: Arrival, rejected: Record<string, unknown> | undefined): Words {
  if (shape === "moved" || rejected === undefined) {
    const detail = "The redrive policy moved the whole message: its consumer crashed, or returned it too often.";
    const none = { status: undefined, requestId: undefined, lanes: [], source: undefined, diedAtMs: undefined };
    return { reason: MOVED_REASON, detail, ...none };
  }
  const { reason, detail, status, requestId, lanes, at, source } = rejected;
  return {
    reason: asText(reason) ?? "unknown",
    detail: asText(detail) ?? "",
    status: asNumber(status),
    requestId: asText(requestId),
    lanes: Array.isArray(lanes) ? lanes.filter((lane) => typeof lane === "string") : [],
    source: isObject(source) ? readSource(source) : undefined,
    diedAtMs: asTime(at),
  };
}

function readSource({ messageId, group, sentAt, receiveCount }: Record<string, unknown>): LetterSource {
  return {
    messageId: asText(messageId) ?? "",
    group: asText(group) ?? "",
    sentAtMs: asTime(sentAt) ?? 0,
    receiveCount: asNumber(receiveCount) ?? 0,
  };
}

function toSeries({ key, labels, timestamps, values, count }: DecodedSeries): LetterSeries {
  return { key, labels: Object.fromEntries(labels), timestamps, values, samples: count };
}

function asText(value: unknown): string | undefined {
  return typeof value === "string" ? cut(value, MAX_WORDS) : undefined;
}

function asNumber(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}
