import { hostname } from "node:os";
import { threadId } from "node:worker_threads";

/**
 * A name of this process that no other has while it lives: on Lambda its execution environment's, elsewhere
 * `host:process`. Gauges and cumulative counters are one writer's: under one name two processes would write one series,
 * the receiver keeps what comes first and refuses the other's as out of order or as another value for the same time.
 */
export function deriveInstance(): string {
  // "2026/11/24/[$LATEST]0b1f3c…": one stream for each execution environment.
  const stream = process.env.AWS_LAMBDA_LOG_STREAM_NAME;
  if (stream) return stream.slice(stream.lastIndexOf("]") + 1);
  return `${hostname()}:${process.pid}${threadId === 0 ? "" : `:${threadId}`}`;
}
