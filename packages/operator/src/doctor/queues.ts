import type { QueueFigures } from "../queue.ts";
import { type Check, judge } from "./check.ts";

const HOUR_S = 60 * 60;
const DAY_S = 24 * HOUR_S;
/** AWS: a queue's visibility timeout is to be at least six times the function's timeout (Lambda guide, services-sqs-configure). */
const VISIBILITY_PER_TIMEOUT = 6;
/** SQS keeps messages for 14 days at most. */
const MAX_RETENTION_S: number = 14 * DAY_S;
/** A backlog shorter than this does not outlive a weekend's outage. */
const LEAST_RETENTION_S: number = 3 * DAY_S;
/** Older samples are refused by AMP, so an outage longer than this loses them whatever the queue does. */
const OUTAGE_S = HOUR_S;
/** Requests signed further off than this are refused by AWS. */
const SIGNATURE_SKEW_MS: number = 5 * 60_000;
/** The Date header is to the second, and an answer takes time. */
const UNSEEN_SKEW_MS = 3_000;

type Attributes = QueueFigures["attributes"];

/** The source queue's own settings. Pure. */
export function queueChecks({ attributes }: QueueFigures, deadLetterArn: string | undefined): Check[] {
  return [
    fifo("queue", attributes),
    throughput(attributes),
    redrive(attributes, deadLetterArn),
    retention("queue.retention", attributes, LEAST_RETENTION_S, "of at least 3 days: an outage may last a weekend"),
    delay(attributes),
  ];
}

function delay({ DelaySeconds = "0" }: Attributes): Check {
  const cure = "Set DelaySeconds to 0: samples grow old meanwhile.";
  const verdict = DelaySeconds === "0" ? undefined : ({ status: "WARN", cure } as const);
  return judge("queue.delay", "It hands messages out at once", `DelaySeconds is ${DelaySeconds}.`, verdict);
}

/** The dead-letter queue's own settings, and whether it is empty. Pure. */
export function deadLetterChecks({ attributes, visible, inFlight, delayed: waiting }: QueueFigures): Check[] {
  const letters = visible + inFlight + waiting;
  return [
    fifo("dead-letters", attributes),
    retention("dead-letters.retention", attributes, MAX_RETENTION_S, "of 14 days, the most there is: time to notice"),
    judge(
      "dead-letters.last",
      "The dead-letter queue is the last one",
      attributes.RedrivePolicy === undefined
        ? "It has no redrive policy of its own."
        : "It has a redrive policy of its own.",
      attributes.RedrivePolicy === undefined
        ? undefined
        : { status: "FAIL", cure: "Remove it: each look at a letter counts as a receive, and would move letters on." },
    ),
    judge(
      "dead-letters.empty",
      "No samples wait for a decision",
      `About ${letters} dead letters.`,
      letters === 0 ? undefined : { status: "WARN", cure: "See them with `penstock dlq stat`." },
    ),
  ];
}

/** The function's timeout against the queue's visibility. Pure. */
export function visibilityCheck({ attributes }: QueueFigures, functionTimeoutS: number | undefined): Check {
  const visibilityS = Number(attributes.VisibilityTimeout ?? 0);
  const title = "A batch stays locked while it is worked on";
  if (functionTimeoutS === undefined) {
    const cure = "Set the queue's visibility timeout to 30 s or more: a batch must be settled within it.";
    const seen = `The visibility timeout is ${visibilityS} s; no function is known to compare it with.`;
    return judge("queue.visibility", title, seen, visibilityS >= 30 ? undefined : { status: "WARN", cure });
  }
  const leastS = VISIBILITY_PER_TIMEOUT * functionTimeoutS;
  const seen = `The visibility timeout is ${visibilityS} s, the function's timeout ${functionTimeoutS} s.`;
  const cure = `Set the queue's visibility timeout to ${leastS} s, six times the function's, or shorten the function's.`;
  if (visibilityS >= leastS) return judge("queue.visibility", title, seen, undefined);
  return judge("queue.visibility", title, seen, { status: visibilityS > functionTimeoutS ? "WARN" : "FAIL", cure });
}

/** This machine's clock against SQS's. Pure. */
export function clockCheck(nowMs: number, serverNowMs: number | undefined): Check {
  const title = "This machine's clock is right";
  if (serverNowMs === undefined) return { id: "clock", title, status: "SKIP", seen: "The queue's answer had no Date." };
  const offMs = Math.abs(nowMs - serverNowMs);
  const cure = "Synchronise the clock (NTP): signatures and the age of samples depend on it.";
  const status = offMs > SIGNATURE_SKEW_MS ? "FAIL" : "WARN";
  const seen = `It is ${(offMs / 1000).toFixed(0)} s off SQS's, give or take a second.`;
  return judge("clock", title, seen, offMs > UNSEEN_SKEW_MS ? { status, cure } : undefined);
}

function fifo(id: string, { FifoQueue }: Attributes): Check {
  const cure =
    "Create a FIFO queue: its message groups are the locks on the series, and a queue's type cannot be changed.";
  const title = "It is a FIFO queue";
  return judge(
    `${id}.fifo`,
    title,
    `FifoQueue is ${FifoQueue ?? "not set"}.`,
    FifoQueue === "true" ? undefined : { status: "FAIL", cure },
  );
}

function throughput({ DeduplicationScope = "queue", FifoThroughputLimit = "perQueue" }: Attributes): Check {
  const isHigh = DeduplicationScope === "messageGroup" && FifoThroughputLimit === "perMessageGroupId";
  const cure = "Set DeduplicationScope to messageGroup and FifoThroughputLimit to perMessageGroupId, both together.";
  return judge(
    "queue.throughput",
    "High throughput for FIFO",
    `DeduplicationScope is ${DeduplicationScope}, FifoThroughputLimit ${FifoThroughputLimit}.`,
    isHigh ? undefined : { status: "WARN", cure: `${cure} Without, it takes 300 calls a second.` },
  );
}

function redrive({ RedrivePolicy, VisibilityTimeout = "30" }: Attributes, deadLetterArn: string | undefined): Check {
  const title = "What crashes the consumer goes to the dead letters, an outage does not";
  const policy = readPolicy(RedrivePolicy);
  if (!policy) {
    const cure =
      "Name the dead-letter queue in a redrive policy: a message that crashes the consumer would block its group until it expires.";
    return judge("queue.redrive", title, "The queue has no redrive policy.", { status: "FAIL", cure });
  }
  const { deadLetterTargetArn, maxReceiveCount } = policy;
  const patienceS = maxReceiveCount * Number(VisibilityTimeout);
  const minutes = Math.round(patienceS / 60);
  const seen = `After ${maxReceiveCount} receives, about ${minutes} minutes, to ${deadLetterTargetArn}.`;
  if (deadLetterArn !== undefined && deadLetterArn !== deadLetterTargetArn) {
    const cure = `Let it name ${deadLetterArn}, where the consumer sends its rejects and operators look.`;
    return judge("queue.redrive", title, seen, { status: "FAIL", cure });
  }
  const least = Math.ceil(OUTAGE_S / Math.max(1, Number(VisibilityTimeout))) + 1;
  const cure = `Raise maxReceiveCount to ${least}: an outage of the receiver must not end in dead letters.`;
  return judge("queue.redrive", title, seen, patienceS > OUTAGE_S ? undefined : { status: "WARN", cure });
}

function readPolicy(text: string | undefined): { deadLetterTargetArn: string; maxReceiveCount: number } | undefined {
  if (text === undefined) return undefined;
  try {
    const { deadLetterTargetArn, maxReceiveCount } = JSON.parse(text) as Record<string, unknown>;
    return { deadLetterTargetArn: String(deadLetterTargetArn), maxReceiveCount: Number(maxReceiveCount) };
  } catch {
    // SQS keeps what it was given, and refuses what is no policy: not JSON is as none.
    return undefined;
  }
}

function retention(id: string, { MessageRetentionPeriod = "0" }: Attributes, leastS: number, what: string): Check {
  const seconds = Number(MessageRetentionPeriod);
  return judge(
    id,
    "It keeps messages long enough",
    `It keeps them for ${(seconds / DAY_S).toFixed(1)} days.`,
    seconds >= leastS ? undefined : { status: "WARN", cure: `Set MessageRetentionPeriod to one ${what}.` },
  );
}
