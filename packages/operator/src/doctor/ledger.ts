import { type Clock, NAME_LABEL, type Receiver } from "@penstock/model";
import { cureOf } from "../trouble.ts";
import type { Check } from "./check.ts";

/** The series that a probe writes: one, for good. */
const PROBE_METRIC = "penstock_probe";
const TITLE = "What was just written can be read at once";
const PROBES = 3;
const TIMEOUT_MS = 10_000;
const POLL_MS = 250;
const MAX_LAG_MS = 20_000;

/**
 * Writes a sample and reads it back right away, a few times. The consumer asks the receiver what was stored before it
 * writes: a receiver whose reads lag behind its writes (a cache in front of the query, a read replica, a store that
 * batches) answers "nothing", and a redelivered message is stored twice.
 */
export async function examineLedger(receiver: Receiver, clock: Clock): Promise<readonly Check[]> {
  if (!receiver.read) {
    const cure =
      "Give the query URL: without one the consumer works by refusals alone, and a redelivery can count a sample twice.";
    return [{ id: "receiver.ledger", title: TITLE, status: "FAIL", seen: "The receiver has no query URL.", cure }];
  }
  let slowestMs = 0;
  for (let probe = 0; probe < PROBES; probe++) {
    const atMs = clock.now();
    const value = Math.floor(clock.random() * 2 ** 32);
    const answer = await receiver.write(
      [{ labels: [[NAME_LABEL, PROBE_METRIC]], timestamps: [atMs], values: [value] }],
      TIMEOUT_MS,
    );
    const words = answer.kind === "answered" ? `${answer.status} ${answer.body}`.trim() : answer.detail;
    const isTaken = answer.kind === "answered" && answer.status >= 200 && answer.status < 300;
    if (!isTaken) return [writeCheck(words, false)];
    const lagMs = await lagOf(receiver.read, atMs, value, clock);
    if (typeof lagMs === "string") return [writeCheck(words, true), queryFailed(lagMs)];
    slowestMs = Math.max(slowestMs, lagMs);
    if (slowestMs >= MAX_LAG_MS) break;
    await clock.sleep(POLL_MS);
  }
  return [writeCheck("", true), ledgerCheck(slowestMs)];
}

/** How long after the write the sample was read, 0 for at once; or why nothing can be read. */
async function lagOf(
  read: NonNullable<Receiver["read"]>,
  atMs: number,
  value: number,
  clock: Clock,
): Promise<number | string> {
  const writtenMs = clock.now();
  const matchers = [{ name: NAME_LABEL, op: "=", value: PROBE_METRIC }] as const;
  for (let first = true; ; first = false) {
    const answer = await read({ matchers, startMs: atMs, endMs: atMs + 1 }, TIMEOUT_MS);
    if (answer.kind !== "read") return answer.detail;
    const isThere = answer.series.some(({ timestamps, values }) => values[timestamps.indexOf(atMs)] === value);
    if (isThere) return first ? 0 : clock.now() - writtenMs;
    if (clock.now() - writtenMs >= MAX_LAG_MS) return MAX_LAG_MS;
    await clock.sleep(POLL_MS);
  }
}

function writeCheck(words: string, isTaken: boolean): Check {
  const title = "The receiver takes samples";
  if (isTaken) return { id: "receiver.write", title, status: "PASS", seen: `It took a sample of ${PROBE_METRIC}.` };
  const others =
    "Check the URL, the credentials (aps:RemoteWrite) and the receiver's limits; docs/reasons.md explains its words.";
  const cure = cureOf(words) ?? others;
  return { id: "receiver.write", title, status: "FAIL", seen: `It refused a sample: ${words}`, cure };
}

function queryFailed(detail: string): Check {
  const cure = cureOf(detail) ?? "Check the query URL and the credentials (aps:QueryMetrics).";
  return { id: "receiver.ledger", title: TITLE, status: "FAIL", seen: `It could not be read: ${detail}`, cure };
}

function ledgerCheck(lagMs: number): Check {
  const shared = { id: "receiver.ledger", title: TITLE } as const;
  if (lagMs === 0) return { ...shared, status: "PASS", seen: `${PROBES} samples were read back by the first query.` };
  const never = lagMs >= MAX_LAG_MS;
  const seen = never
    ? `A sample that was taken could not be read within ${MAX_LAG_MS / 1000} s.`
    : `A sample could be read only ${(lagMs / 1000).toFixed(1)} s after it was taken.`;
  const cure = never
    ? "Query the store that is written to: the query URL seems to be another's."
    : "Query the ingesters themselves, past caches and replicas: the consumer would store redelivered samples twice.";
  return { ...shared, status: "FAIL", seen, cure };
}
