import { formatAttributes, parseAttributes } from "../attributes.ts";
import { invalidAttributeName, invalidAttributeValue, invalidParameter } from "../errors.ts";
import { MAX_LISTED_QUEUES } from "../limits.ts";
import type { FifoQueue } from "../queue.ts";
import { checkRange } from "../ranges.ts";
import { type Action, type Context, queueOf } from "./action.ts";
import { optionalInteger, optionalText, type Params, text, textMap, texts } from "./params.ts";
import { formatQueueUrl } from "./queue-url.ts";

/** CreateQueue, and what finds, describes and ends a queue. Tags are taken, and forgotten. */
export const QUEUE_ACTIONS: Readonly<Record<string, Action>> = {
  CreateQueue: (params, { account, url }) => {
    const name = text(params, "QueueName");
    const { FifoQueue: fifo, ...attributes } = textMap(params, "Attributes");
    const settings = parseAttributes(attributes);
    if (name.endsWith(".fifo") && fifo !== "true") {
      // AWS then takes it for a standard queue, whose name may hold no dot.
      throw invalidParameter(
        "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length. " +
          "For a FIFO queue, set the attribute FifoQueue to true.",
      );
    }
    return { QueueUrl: formatQueueUrl(url, account.createQueue(name, settings).name) };
  },

  DeleteQueue: (params, context) => {
    context.account.deleteQueue(queueOf(params, context).name);
    return {};
  },

  PurgeQueue: (params, context) => {
    queueOf(params, context).purge();
    return {};
  },

  GetQueueUrl: (params, { account, url }) => ({
    QueueUrl: formatQueueUrl(url, account.queue(text(params, "QueueName")).name),
  }),

  GetQueueAttributes: (params, context) => ({
    Attributes: formatAttributes(queueOf(params, context), texts(params, "AttributeNames")),
  }),

  SetQueueAttributes: (params, context) => {
    const queue = queueOf(params, context);
    const { FifoQueue: fifo, ...attributes } = textMap(params, "Attributes");
    if (fifo === "true") throw invalidAttributeName("FifoQueue");
    if (fifo !== undefined) throw invalidAttributeValue("FifoQueue", "Modifying queue type is not supported.");
    queue.configure(parseAttributes(attributes, queue.settings.inert));
    return {};
  },

  ListQueues: (params, context) => {
    const prefix = optionalText(params, "QueueNamePrefix") ?? "";
    const queues = context.account.queues().filter(({ name }) => name.startsWith(prefix));
    const { urls, NextToken } = page(queues, params, context);
    return { ...(urls.length > 0 && { QueueUrls: urls }), ...(NextToken && { NextToken }) };
  },

  ListDeadLetterSourceQueues: (params, context) => {
    const sources = context.account.deadLetterSources(queueOf(params, context).name);
    const { urls, NextToken } = page(sources, params, context);
    // This one name starts with a small letter in the API.
    return { queueUrls: urls, ...(NextToken && { NextToken }) };
  },
};

/** One page of a listing that is in the order of names; its token is the last name on it. */
function page(
  queues: readonly FifoQueue[],
  params: Params,
  { url }: Context,
): { urls: readonly string[]; NextToken: string | undefined } {
  const size = optionalInteger(params, "MaxResults") ?? MAX_LISTED_QUEUES;
  checkRange("MaxResults", size, 1, MAX_LISTED_QUEUES);
  const after = Buffer.from(optionalText(params, "NextToken") ?? "", "base64").toString();
  const rest = queues.filter(({ name }) => name > after);
  const listed = rest.slice(0, size);
  const urls = listed.map(({ name }) => formatQueueUrl(url, name));
  const last = rest.length > size ? listed.at(-1) : undefined;
  return { urls, NextToken: last && Buffer.from(last.name).toString("base64") };
}
