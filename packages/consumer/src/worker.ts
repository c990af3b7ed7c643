import { Logger } from "@aws-lambda-powertools/logger";
import type { Message, SQSClient } from "@aws-sdk/client-sqs";
import type { FlusherOptions, flush, Ports, Report } from "@penstock/flusher";
import { lockEndMs } from "./lock.ts";
import type { Log } from "./log.ts";
import { startPoller } from "./poller.ts";
import { createProcess } from "./process.ts";
import { createMetrics } from "./prometheus.ts";
import { fromMessage, isReadable } from "./records.ts";
import { retrySoon } from "./retry.ts";

export interface WorkerOptions {
  readonly queueUrl: string;
  readonly client: SQSClient;
  readonly ports: Ports;
  /** Whole seconds. The worker sets it at every receive, whatever the queue's own is. */
  readonly visibilityTimeoutMs: number;
  /** Batches in hand at a time; 4. */
  readonly concurrency?: number | undefined;
  readonly flusher?: Partial<FlusherOptions> | undefined;
  /** Default: JSON lines on standard output. */
  readonly log?: Log | undefined;
  /** Stops the worker when aborted. */
  readonly signal?: AbortSignal | undefined;
  /** Hears of every flush, beside the metrics. */
  readonly onReport?: ((report: Report) => void) | undefined;
  readonly flush?: typeof flush | undefined;
}

/** A consumer that receives from the queue itself, for a container or a machine. */
export interface Worker {
  /**
   * Stops receiving and resolves when the batches in hand are settled. Called once more it resolves at once: what is in
   * hand then goes on, or comes back when its visibility ends.
   */
  stop(): Promise<void>;
  /** Resolves when the worker has stopped, however that came about. */
  readonly stopped: Promise<void>;
  /** What it did since it started, in the Prometheus text format. */
  metricsText(): Promise<string>;
  /** Why it does not work at the moment; undefined when it does. */
  trouble(): string | undefined;
}

const DEFAULT_CONCURRENCY = 4;

/** Starts to receive at once. */
export function startWorker(options: WorkerOptions): Worker {
  const { client, queueUrl, ports, visibilityTimeoutMs, concurrency = DEFAULT_CONCURRENCY, signal } = options;
  const { clock } = ports;
  const log = options.log ?? new Logger({ serviceName: "penstock" });
  const metrics = createMetrics();
  const onReport = (report: Report): void => {
    metrics.record(report);
    options.onReport?.(report);
  };
  const processBatch = createProcess({ ports, flusher: options.flusher, log, onReport, flush: options.flush });

  async function handle(messages: readonly Message[]): Promise<Message[]> {
    const deadlineMs = lockEndMs(clock.now(), visibilityTimeoutMs);
    const records = messages.map(fromMessage);
    const settlements = await processBatch(records, deadlineMs);
    const isReturned = (_: unknown, i: number): boolean => settlements[i]!.status === "returned";
    // Past its end the lock is someone else's, and so is the visibility.
    if (clock.now() < deadlineMs) {
      const returned = messages
        .map((message, i) => ({ message, record: records[i]! }))
        .filter(isReturned)
        .flatMap(({ message, record }) => (isReadable(record) ? [{ message, record }] : []));
      await retrySoon(returned, { client, queueUrl, visibilityTimeoutMs, clock, log });
    }
    return messages.filter((message, i) => !isReturned(message, i));
  }

  const pollers = Array.from({ length: concurrency }, () =>
    startPoller({ client, queueUrl, visibilityTimeoutMs, clock, log, handle }),
  );
  const { promise: stopped, resolve: resolveStopped } = Promise.withResolvers<void>();
  let stopping = false;

  function stop(): Promise<void> {
    if (stopping) resolveStopped();
    else void Promise.all(pollers.map((poller) => poller.stop())).then(() => resolveStopped());
    stopping = true;
    return stopped;
  }

  if (signal?.aborted) void stop();
  signal?.addEventListener("abort", () => void stop(), { once: true });

  return {
    stop,
    stopped,
    metricsText: metrics.text,
    trouble() {
      if (stopping) return "The worker is stopping";
      const failures = pollers.map(({ failure }) => failure).filter((failure) => failure !== undefined);
      return failures.length < pollers.length ? undefined : `The queue could not be read: ${failures[0]}`;
    },
  };
}
