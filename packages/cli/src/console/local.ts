import type { ConsoleSources, FlushBook } from "@penstock/console";
import type { Local } from "@penstock/local";
import { openQueue, openReceiver } from "@penstock/operator";

/**
 * What a console sees of the pipeline in this process.
 *
 * @param book hears of every flush
 */
export function localSources(local: Local, book: FlushBook): ConsoleSources {
  const { queueUrl, deadLetterQueueUrl, receiverUrl, queryUrl } = local;
  return {
    queue: openQueue(queueUrl),
    deadLetters: openQueue(deadLetterQueueUrl),
    receiver: openReceiver({ url: receiverUrl, queryUrl }),
    receiverUrl,
    queryUrl,
    books: async () => book.books(),
    oldestSentAtMs: async () => local.inspect().queue.oldestSentAtMs,
    // The local receiver has seen the bytes; of a real one only what the consumer tells is known.
    writes: async () =>
      local.recentWrites()?.map(({ body, ...write }) => ({ ...write, detail: body })) ?? book.writes(),
  };
}
