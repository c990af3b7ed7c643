import { invalidParameter } from "./errors.ts";
import { MAX_VISIBILITY_MS } from "./limits.ts";

/** @throws QueueError unless `min <= value <= max` */
export function checkRange(parameter: string, value: number, min: number, max: number): void {
  if (value >= min && value <= max) return;
  throw invalidParameter(
    `Value ${value} for parameter ${parameter} is invalid. Reason: Must be between ${min} and ${max}, if provided.`,
  );
}

export function checkVisibility(timeoutMs: number): void {
  checkRange("VisibilityTimeout", timeoutMs / 1000, 0, MAX_VISIBILITY_MS / 1000);
}

/** A delivery that has been in flight for `elapsedMs` may be in flight for twelve hours in all (ChangeMessageVisibility). */
export function checkVisibilityInAll(timeoutMs: number, elapsedMs: number): void {
  if (elapsedMs + timeoutMs <= MAX_VISIBILITY_MS) return;
  const limit = `[${MAX_VISIBILITY_MS / 1000} seconds]`;
  const reason = `Total VisibilityTimeout for the message is beyond the limit ${limit}`;
  throw invalidParameter(`Value ${timeoutMs / 1000} for parameter VisibilityTimeout is invalid. Reason: ${reason}.`);
}
