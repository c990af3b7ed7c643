import middy from "@middy/core";
import sqsPartialBatchFailure from "@middy/sqs-partial-batch-failure";
import { type Clock, type SendBatch, show, systemClock } from "@penstock/model";
import type { Context, SQSBatchResponse, SQSEvent } from "aws-lambda";
import { Invocation } from "./invocation.ts";
import type { Log } from "./json-log.ts";
import type { LabelName, LabelRules } from "./labels.ts";
import type { LogObjects } from "./objects.ts";

export interface CloudFrontHandlerOptions {
  readonly objects: LogObjects;
  /** To the queue for samples. */
  readonly queue: SendBatch;
  readonly groups: number;
  readonly rules: LabelRules;
  readonly log: Log;
  readonly clock?: Clock | undefined;
}

type Handler = (event: SQSEvent, context: Context) => Promise<SQSBatchResponse>;

/** Kept of an invocation's time for sending what was read; of a short invocation, half. */
const SEND_RESERVE_MS = 20_000;

/**
 * The Lambda handler of a standard SQS queue that S3 events come to, for an event source mapping with a batching window
 * and `ReportBatchItemFailures`: all files that one invocation hears of are one run.
 *
 * A message comes back when a file of it could not be read or sent, and ends, after enough attempts, in the event queue's
 * own dead-letter queue. What is sent again then counts once: samples are sent under their file's name.
 *
 * @throws {TypeError} at an event that SQS did not send
 */
export function createCloudFrontHandler(options: CloudFrontHandlerOptions): Handler {
  const { clock = systemClock, log } = options;
  /** Labels of which was told that they have too many values: once in a process says it. */
  const told = new Set<LabelName>();

  /** One result for each record, at its own index: the middleware knows records by their place. */
  async function settle({ Records }: SQSEvent, context: Context): Promise<PromiseSettledResult<void>[]> {
    const remainingMs = context.getRemainingTimeInMillis();
    const readUntilMs = clock.now() + remainingMs - Math.min(SEND_RESERVE_MS, remainingMs / 2);
    const invocation = new Invocation({ ...options, clock, told, readUntilMs });
    const faults = await invocation.take(Records);
    for (const [i, why] of faults.entries()) {
      if (why !== undefined)
        log.error("A message goes back to the event queue", { messageId: Records[i]!.messageId, why });
    }
    return faults.map(toResult);
  }

  // An early timeout would put an error in the place of the results; the reserve ends the reading before that.
  const settleAll = middy<SQSEvent, unknown>(settle, { timeoutEarlyInMillis: 0 })
    // What goes back is logged above, with the reason.
    .use(sqsPartialBatchFailure({ logger: () => {} }));

  return async (event, context) => {
    // The middleware would answer such an event as if all of it was well.
    if (!Array.isArray(event?.Records))
      throw new TypeError(`Expected an SQS event with \`Records\`, got ${show(event)}`);
    return (await settleAll(event, context)) as SQSBatchResponse;
  };
}

function toResult(why: string | undefined): PromiseSettledResult<void> {
  return why === undefined ? { status: "fulfilled", value: undefined } : { status: "rejected", reason: why };
}
