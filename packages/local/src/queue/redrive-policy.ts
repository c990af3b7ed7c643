import { invalidParameter, type QueueError } from "./errors.ts";
import { MAX_RECEIVE_COUNT } from "./limits.ts";

/** Where a queue's messages go that were received too often. */
export interface RedrivePolicy {
  readonly deadLetterTargetArn: string;
  /** Deliveries from this queue, 1 to 1,000; at the next receive the message moves. */
  readonly maxReceiveCount: number;
}

/** @throws QueueError unless the target is another FIFO queue that is there */
export function checkRedrivePolicy(policy: RedrivePolicy, arn: string, exists: (arn: string) => boolean): void {
  const { deadLetterTargetArn, maxReceiveCount } = policy;
  if (!deadLetterTargetArn.startsWith("arn:")) throw refusal(policy, "Invalid value for deadLetterTargetArn.");
  if (!deadLetterTargetArn.endsWith(".fifo")) {
    throw refusal(policy, "Dead-letter queue must be same type of queue as the source.");
  }
  if (deadLetterTargetArn === arn) throw refusal(policy, "A queue cannot be its own dead-letter queue.");
  if (!exists(deadLetterTargetArn)) throw refusal(policy, "Dead letter target does not exist.");
  if (!(Number.isInteger(maxReceiveCount) && maxReceiveCount >= 1 && maxReceiveCount <= MAX_RECEIVE_COUNT)) {
    throw refusal(policy, `Invalid value for maxReceiveCount: Expected 1 to ${MAX_RECEIVE_COUNT}.`);
  }
}

/** The policy in an attribute's JSON text; undefined for the empty text, which takes a policy away. */
export function parseRedrivePolicy(text: string): RedrivePolicy | undefined {
  if (text === "") return undefined;
  const { deadLetterTargetArn, maxReceiveCount } = parseObject(text);
  if (typeof deadLetterTargetArn === "string") {
    // A number, or its text: both are accepted.
    return { deadLetterTargetArn, maxReceiveCount: Number(maxReceiveCount ?? Number.NaN) };
  }
  throw invalidParameter(
    `Value ${text} for parameter RedrivePolicy is invalid. Reason: Redrive policy does not contain mandatory attribute: deadLetterTargetArn.`,
  );
}

function parseObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null) return value as Record<string, unknown>;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw invalidParameter(
    `Value ${text} for parameter RedrivePolicy is invalid. Reason: Redrive policy is not a valid JSON map.`,
  );
}

function refusal(policy: RedrivePolicy, reason: string): QueueError {
  return invalidParameter(`Value ${JSON.stringify(policy)} for parameter RedrivePolicy is invalid. Reason: ${reason}`);
}
