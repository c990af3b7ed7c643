import { MAX_MESSAGE_BYTES } from "@penstock/model";
import { invalidAttributeValue } from "./errors.ts";
import {
  MAX_DELAY_MS,
  MAX_RETENTION_MS,
  MAX_VISIBILITY_MS,
  MAX_WAIT_MS,
  MIN_MAX_MESSAGE_BYTES,
  MIN_RETENTION_MS,
} from "./limits.ts";
import type { RedrivePolicy } from "./redrive-policy.ts";

/** What may be set about a queue. */
export interface QueueSettings {
  readonly visibilityTimeoutMs: number;
  readonly delayMs: number;
  readonly retentionMs: number;
  /** ReceiveMessageWaitTimeSeconds: how long a receive over HTTP waits that does not say itself. */
  readonly waitMs: number;
  readonly maxMessageBytes: number;
  readonly contentBasedDeduplication: boolean;
  readonly deduplicationScope: "queue" | "messageGroup";
  /** Answered back, without effect: there are no quotas here. */
  readonly throughputLimit: "perQueue" | "perMessageGroupId";
  readonly redrivePolicy: RedrivePolicy | undefined;
  /** Attributes that are answered back and have no effect here: encryption, access. By their AWS names. */
  readonly inert: Readonly<Record<string, string>>;
}

/** CreateQueue's defaults. */
export const DEFAULT_SETTINGS: QueueSettings = {
  visibilityTimeoutMs: 30_000,
  delayMs: 0,
  retentionMs: 4 * 24 * 60 * 60_000,
  waitMs: 0,
  maxMessageBytes: MAX_MESSAGE_BYTES,
  contentBasedDeduplication: false,
  deduplicationScope: "queue",
  throughputLimit: "perQueue",
  redrivePolicy: undefined,
  inert: {},
};

/** @throws QueueError naming the AWS attribute and its bounds */
export function checkSettings(settings: QueueSettings): void {
  checkRange("VisibilityTimeout", settings.visibilityTimeoutMs, 0, MAX_VISIBILITY_MS, SECOND);
  checkRange("DelaySeconds", settings.delayMs, 0, MAX_DELAY_MS, SECOND);
  checkRange("MessageRetentionPeriod", settings.retentionMs, MIN_RETENTION_MS, MAX_RETENTION_MS, SECOND);
  checkRange("ReceiveMessageWaitTimeSeconds", settings.waitMs, 0, MAX_WAIT_MS, SECOND);
  checkRange("MaximumMessageSize", settings.maxMessageBytes, MIN_MAX_MESSAGE_BYTES, MAX_MESSAGE_BYTES, BYTE);
  if (settings.throughputLimit === "perMessageGroupId" && settings.deduplicationScope !== "messageGroup") {
    throw invalidAttributeValue(
      "FifoThroughputLimit",
      "The perMessageGroupId value is allowed only when the value for DeduplicationScope is messageGroup.",
    );
  }
}

interface Unit {
  readonly name: string;
  readonly size: number;
}
const SECOND: Unit = { name: "seconds", size: 1000 };
const BYTE: Unit = { name: "bytes", size: 1 };

function checkRange(attribute: string, value: number, min: number, max: number, { name, size }: Unit): void {
  if (value >= min && value <= max) return;
  const reason = `Expected ${min / size} to ${max / size} ${name}, got ${value / size}.`;
  throw invalidAttributeValue(attribute, reason);
}
