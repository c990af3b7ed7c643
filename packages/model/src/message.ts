import { gzipSync } from "node:zlib";
import type { Reason } from "./reasons.ts";
import type { Kind, Labels, Late } from "./series.ts";

/** A value in JSON: a number, or one of the three that JSON has no number for. */
export type JsonValue = number | "NaN" | "Infinity" | "-Infinity";

/** One series in a message: a line of the VictoriaMetrics JSON import format. Both lists have one length. */
export interface MessageSeries {
  readonly metric: Labels;
  /** Milliseconds since the epoch. */
  readonly timestamps: readonly number[];
  readonly values: readonly JsonValue[];
}

/** Message v1, the body of one SQS message; `message.schema.json` is its JSON Schema. */
export interface Message {
  readonly v: 1;
  /** Names this message for good: sent again under the same id it is the same message. */
  readonly id?: string;
  /** Who sends, for operators: a short stable name of the process or file. */
  readonly writer?: string;
  /** Default `delta`. */
  readonly kind?: Kind;
  /** Default `reject`. */
  readonly late?: Late;
  readonly series: readonly MessageSeries[];
  /** Only in dead letters: why, and where it came from. A replay leaves it in; the consumer ignores it. */
  readonly rejected?: Rejected;
}

/** What a dead letter says beside the samples themselves. */
export interface Rejected {
  readonly reason: Reason;
  /** The receiver's own words where there are any, cut. */
  readonly detail: string;
  /** The receiver's HTTP status, when the receiver refused. */
  readonly status?: number;
  readonly requestId?: string;
  /** The lanes in which it was tried. */
  readonly lanes?: readonly string[];
  /** When, in milliseconds since the epoch. */
  readonly at: number;
  readonly source: {
    readonly messageId: string;
    readonly group: string;
    /** When SQS took the message, in milliseconds since the epoch. */
    readonly sentAt: number;
    readonly receiveCount: number;
  };
}

/** A dead letter: a message with its reason. An unreadable body is kept whole under `raw`, with no series. */
export interface DeadLetterMessage extends Message {
  readonly rejected: Rejected;
  readonly raw?: string;
}

/** A number as a message carries it. */
export function jsonValue(value: number): JsonValue {
  if (Number.isFinite(value)) return value;
  return Number.isNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity";
}

/** The body of a message. U+FFFE and U+FFFF are escaped: SQS refuses a body that holds them (SQS quotas for messages). */
export function encodeMessage(message: Message): string {
  return JSON.stringify(message).replace(/[\ufffe\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16)}`);
}

/** The body of a message in its gzip form: pays off when ten of the plain form would not fit in 64 KiB. */
export function encodeGzipMessage(message: Message): string {
  const data = gzipSync(encodeMessage(message)).toString("base64");
  return JSON.stringify({ v: 1, encoding: "gzip", data });
}
