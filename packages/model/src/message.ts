import { gzipSync } from "node:zlib";
import type { JsonValue } from "./json.ts";
import type { Reason } from "./reasons.ts";
import type { Kind, Labels, Late } from "./series.ts";
import { queueText } from "./text.ts";

/** One series in a message: a line of the VictoriaMetrics JSON import format. Both lists have one length. */
export interface MessageSeries {
  /** Its labels, the metric's name among them under `__name__`. */
  readonly metric: Labels;
  /** Milliseconds since the epoch. */
  readonly timestamps: readonly number[];
  /** `values[i]` is the value at `timestamps[i]`. */
  readonly values: readonly JsonValue[];
}

/** Message v1, the body of one SQS message; `message.schema.json` is its JSON Schema. */
export interface Message {
  /** The version of this format. */
  readonly v: 1;
  /** Names this message for good: sent again under the same id it is the same message. At most 512 characters. */
  readonly id?: string;
  /** Who sends, for operators: a short stable name of the process or file. At most 512 characters. */
  readonly writer?: string;
  /** Default `delta`. */
  readonly kind?: Kind;
  /** Default `reject`. */
  readonly late?: Late;
  /** Samples of one or more series that share a message group, at most 50,000 in all. */
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
  /** The receiver's name for the request that it refused, to ask its operators about. */
  readonly requestId?: string;
  /** The lanes in which it was tried. */
  readonly lanes?: readonly string[];
  /** When, in milliseconds since the epoch. */
  readonly at: number;
  /** The SQS message that the samples came in. */
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

/** The body of a message: JSON text that SQS takes. `decodeMessage` reads it. */
export function encodeMessage(message: Message): string {
  return queueText(JSON.stringify(message));
}

/** The body of a message in its gzip form: pays off when ten of the plain form would not fit in 64 KiB. */
export function encodeGzipMessage(message: Message): string {
  const data = gzipSync(encodeMessage(message)).toString("base64");
  return JSON.stringify({ v: 1, encoding: "gzip", data });
}
