import type { SQSRecord } from "aws-lambda";

/** Left free before the lock ends: the clocks of SQS and of this machine differ a little, and answers travel. */
export const LOCK_MARGIN_MS = 500;

/** When the lock on the groups of a receive ends: with their messages' visibility. All in epoch milliseconds. */
export function lockEndMs(receivedAtMs: number, visibilityTimeoutMs: number): number {
  return receivedAtMs + visibilityTimeoutMs - LOCK_MARGIN_MS;
}

/**
 * When SQS handed these records out, in epoch milliseconds. Lambda holds a batch back while it is throttled, so that can be
 * long before the invocation. Only a first delivery says when it was, but the records come from one receive, so one of
 * them speaks for all; without one it is taken to be now.
 */
export function receivedAtMs(records: readonly SQSRecord[], nowMs: number): number {
  const firsts = records.filter(({ attributes }) => attributes?.ApproximateReceiveCount === "1");
  const times = firsts.map(({ attributes }) => Number(attributes.ApproximateFirstReceiveTimestamp));
  return Math.min(nowMs, ...times.filter((time) => time > 0));
}
