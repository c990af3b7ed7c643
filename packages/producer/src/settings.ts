import { randomUUID } from "node:crypto";
import {
  BILLING_CHUNK_BYTES,
  type Clock,
  DEFAULT_GROUPS,
  type Kind,
  type Late,
  MAX_MESSAGE_BYTES,
  show,
  systemClock,
} from "@penstock/model";
import type { ProducerError } from "./refusal.ts";
import { consoleReporter } from "./report.ts";

/** What may be set about a producer. */
export interface ProducerSettings {
  /** Who sends, for operators: a short stable name of the process. None by default. */
  readonly writer: string | undefined;
  /** What samples mean when a send does not say; `delta`. */
  readonly kind: Kind;
  /** What becomes of samples that come too late when a send does not say; `reject`. */
  readonly late: Late;
  /** Message groups, 64. Every sender of a series must use the same number. */
  readonly groups: number;
  /** Bounds a message's JSON, in bytes; 64 KiB. What is longer than 6.4 KiB travels in gzip form. */
  readonly maxMessageBytes: number;
  /** Bytes that may wait for SQS, as JSON, before `send` makes its caller wait; 32 MiB. As much again may wait at the door. */
  readonly maxPendingBytes: number;
  /** Milliseconds that samples may wait for company before they are sent; 5,000. With 0 only `flush` sends, and full messages. */
  readonly flushIntervalMs: number;
  /** Sends of one call before it is given up until the next flush; 5. */
  readonly maxAttempts: number;
  /** SendMessageBatch calls at one time; 4. */
  readonly maxCallsInFlight: number;
  /**
   * Hears of every sample that was refused, waits for SQS, or is lost. By default a line on the console, for each kind of
   * trouble at most one a minute.
   */
  readonly onError: (error: ProducerError) => void;
  /** A unique id for a batch without one; a random UUID. */
  readonly newId: () => string;
  /** For tests: the time of samples without one, and the waits between attempts. The machine's own by default. */
  readonly clock: Clock;
}

const FLUSH_INTERVAL_MS = 5_000;
const MAX_FLUSH_INTERVAL_MS = 60 * 60_000;
const MAX_PENDING_BYTES: number = 32 * 1024 * 1024;
const MAX_ATTEMPTS = 5;
const MAX_CALLS_IN_FLIGHT = 4;

/**
 * The settings with their defaults.
 *
 * @throws RangeError when a number is outside its bounds: at the start of a process, where it is seen
 */
export function settingsFrom(given: Partial<ProducerSettings>): ProducerSettings {
  const clock = given.clock ?? systemClock;
  const settings: ProducerSettings = {
    writer: given.writer,
    kind: given.kind ?? "delta",
    late: given.late ?? "reject",
    groups: given.groups ?? DEFAULT_GROUPS,
    maxMessageBytes: given.maxMessageBytes ?? BILLING_CHUNK_BYTES,
    maxPendingBytes: given.maxPendingBytes ?? MAX_PENDING_BYTES,
    flushIntervalMs: given.flushIntervalMs ?? FLUSH_INTERVAL_MS,
    maxAttempts: given.maxAttempts ?? MAX_ATTEMPTS,
    maxCallsInFlight: given.maxCallsInFlight ?? MAX_CALLS_IN_FLIGHT,
    onError: given.onError ?? consoleReporter(clock, console.warn),
    newId: given.newId ?? randomUUID,
    clock,
  };
  for (const [name, [from, to]] of Object.entries(BOUNDS)) {
    checkInteger(name, settings[name as keyof typeof BOUNDS], from, to);
  }
  return settings;
}

/** @throws RangeError when it is none, or outside its bounds */
export function checkInteger(name: string, value: unknown, from: number, to: number): void {
  if (Number.isInteger(value) && (value as number) >= from && (value as number) <= to) return;
  throw new RangeError(`Expected \`${name}\` to be an integer from ${from} to ${to}, got \`${show(value)}\``);
}

const BOUNDS = {
  // The hash of a series key has 32 bits.
  groups: [1, 2 ** 32],
  // The longest labels, escaped, with the longest names fit in 64 KiB, so one sample always does.
  maxMessageBytes: [BILLING_CHUNK_BYTES, MAX_MESSAGE_BYTES],
  maxPendingBytes: [1, Number.MAX_SAFE_INTEGER],
  flushIntervalMs: [0, MAX_FLUSH_INTERVAL_MS],
  maxAttempts: [1, 100],
  maxCallsInFlight: [1, 100],
} as const;
