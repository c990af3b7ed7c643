import { type ConsoleSources, type Source, scrapeBooks } from "@penstock/console";
import { openQueue, openReceiver } from "@penstock/operator";

export interface RemotePlaces {
  readonly queue: string;
  readonly deadLetters: string;
  readonly receiver: string;
  readonly query?: string | undefined;
  /** Each worker's `/metrics`. */
  readonly metrics: readonly string[];
}

const LAMBDA_BOOKS =
  "A consumer on Lambda counts into CloudWatch, in the namespace Penstock: see the dashboard of the stack. Workers are read with --metrics URL.";
const OLDEST =
  "SQS tells the age of the oldest message to CloudWatch only, as ApproximateAgeOfOldestMessage, where the stack has an alarm on it.";
const WRITES =
  "Only whoever sends or takes them sees them: `penstock dev` shows its own. Elsewhere the consumer's log has a line for each batch, with its requests.";

/** What a console sees of a pipeline that runs elsewhere. @throws {TypeError} for a URL that cannot be */
export function remoteSources({ queue, deadLetters, receiver, query, metrics }: RemotePlaces): ConsoleSources {
  const books: Source<Awaited<ReturnType<typeof scrapeBooks>>> =
    metrics.length > 0 ? () => scrapeBooks(metrics) : { missing: LAMBDA_BOOKS };
  return {
    queue: openQueue(queue),
    deadLetters: openQueue(deadLetters),
    receiver: openReceiver({ url: receiver, queryUrl: query }),
    receiverUrl: receiver,
    queryUrl: query,
    books,
    oldestSentAtMs: { missing: OLDEST },
    writes: { missing: WRITES },
  };
}
