import { expect, test } from "vitest";
import { Account } from "./account.ts";
import { formatAttributes, parseAttributes } from "./attributes.ts";
import { QueueError } from "./errors.ts";

test("attributes that were set come back, those without effect too, and others stay", () => {
  const account = new Account({ now: () => 1_700_000_000_999 });
  const dead = account.createQueue("dead.fifo");
  const queue = account.createQueue("q.fifo", parseAttributes({ SqsManagedSseEnabled: "true", DelaySeconds: "7" }));
  const changed = {
    VisibilityTimeout: "360",
    MessageRetentionPeriod: "1209600",
    ReceiveMessageWaitTimeSeconds: "20",
    MaximumMessageSize: "262144",
    ContentBasedDeduplication: "true",
    DeduplicationScope: "messageGroup",
    FifoThroughputLimit: "perMessageGroupId",
    RedrivePolicy: JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: 60 }),
    Policy: "{}",
  };
  queue.configure(parseAttributes(changed, queue.settings.inert));
  expect(formatAttributes(queue, ["All"])).toEqual({
    ...changed,
    DelaySeconds: "7",
    SqsManagedSseEnabled: "true",
    QueueArn: queue.arn,
    FifoQueue: "true",
    CreatedTimestamp: "1700000000",
    LastModifiedTimestamp: "1700000000",
    ApproximateNumberOfMessages: "0",
    ApproximateNumberOfMessagesNotVisible: "0",
    ApproximateNumberOfMessagesDelayed: "0",
  });
  queue.configure(parseAttributes({ RedrivePolicy: "" }));
  expect(formatAttributes(queue, ["RedrivePolicy", "DelaySeconds"])).toEqual({ DelaySeconds: "7" });
});

test.each([
  { VisibilityTimeout: "soon" },
  { VisibilityTimeout: "-1" },
  { DelaySeconds: "1.5" },
  { ContentBasedDeduplication: "yes" },
  { RedrivePolicy: "{" },
  { RedrivePolicy: '{"maxReceiveCount":3}' },
  { QueueArn: "arn" },
  { Colour: "red" },
])("%j is refused", (attributes) => {
  expect(() => parseAttributes(attributes as Record<string, string>)).toThrow(QueueError);
});

test("high throughput per group needs deduplication per group", () => {
  const settings = parseAttributes({ FifoThroughputLimit: "perMessageGroupId" });
  expect(() => new Account({ now: () => 0 }).createQueue("q.fifo", settings)).toThrow("FifoThroughputLimit");
});
