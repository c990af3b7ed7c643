import { Logger } from "@aws-lambda-powertools/logger";
import middy from "@middy/core";
import sqsPartialBatchFailure from "@middy/sqs-partial-batch-failure";
import type { FlusherOptions, flush, Ports, Report, Settlement } from "@penstock/flusher";
import { show } from "@penstock/model";
import type { Context, SQSBatchResponse, SQSEvent } from "aws-lambda";
import { emfReporter } from "./emf.ts";
import { lockEndMs, receivedAtMs } from "./lock.ts";
import { createProcess } from "./process.ts";
import { fromEvent } from "./records.ts";

export interface HandlerOptions {
  readonly ports: Ports;
  /** The queue's, or less. */
  readonly visibilityTimeoutMs: number;
  readonly flusher?: Partial<FlusherOptions> | undefined;
  /** The `service` of log lines and metrics; `penstock`. */
  readonly service?: string | undefined;
  readonly logger?: Logger | undefined;
  /** Hears of every flush; default: CloudWatch metrics on standard output. */
  readonly onReport?: ((report: Report) => void) | undefined;
  readonly flush?: typeof flush | undefined;
}

export type Handler = (event: SQSEvent, context: Context) => Promise<SQSBatchResponse>;

/**
 * The Lambda handler of an SQS FIFO queue, for an event source mapping with `ReportBatchItemFailures`. Messages that are
 * returned come back when their visibility ends: Lambda's `Errors` stays 0 for them, and
 * `penstock_samples_returned_total` tells.
 *
 * It does not shorten their visibility as the worker does: the mapping has the messages in hand until it has read the
 * answer, and slows down by itself while batches fail. A short visibility timeout on the queue is the cure for a long stall.
 *
 * @throws {TypeError} at an event that SQS did not send
 */
export function createHandler(options: HandlerOptions): Handler {
  const { ports, visibilityTimeoutMs, service = "penstock" } = options;
  const logger = options.logger ?? new Logger({ serviceName: service });
  const onReport = options.onReport ?? emfReporter(service);
  const processBatch = createProcess({ ports, flusher: options.flusher, log: logger, onReport, flush: options.flush });

  /** One result for each record, at its own index: the middleware knows records by their place. */
  async function settle({ Records }: SQSEvent, context: Context): Promise<PromiseSettledResult<void>[]> {
    logger.addContext(context);
    const nowMs = ports.clock.now();
    const lockedUntilMs = lockEndMs(receivedAtMs(Records, nowMs), visibilityTimeoutMs);
    if (lockedUntilMs <= nowMs)
      logger.warn("The batch came after its visibility had ended, so it is returned untouched");
    const deadlineMs = Math.min(nowMs + context.getRemainingTimeInMillis(), lockedUntilMs);
    const settlements = await processBatch(Records.map(fromEvent), deadlineMs);
    return settlements.map(toResult);
  }

  // An early timeout would put an error in the place of the results; the deadline ends the flush before that.
  const settleAll = middy<SQSEvent, unknown>(settle, { timeoutEarlyInMillis: 0 })
    // The log of the flush names what was returned. The middleware's own prints whole records, bodies too.
    .use(sqsPartialBatchFailure({ logger: () => {} }));

  return async (event, context) => {
    // The middleware would answer such an event as if all of it was well.
    if (!Array.isArray(event?.Records))
      throw new TypeError(`Expected an SQS event with \`Records\`, got ${show(event)}`);
    return (await settleAll(event, context)) as SQSBatchResponse;
  };
}

function toResult(settlement: Settlement): PromiseSettledResult<void> {
  if (settlement.status === "fulfilled") return { status: "fulfilled", value: undefined };
  return { status: "rejected", reason: settlement.why };
}
