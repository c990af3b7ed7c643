import type { Account } from "../account.ts";
import type { FifoQueue } from "../queue.ts";
import type { LongPolls } from "./long-polls.ts";
import { type Params, text } from "./params.ts";
import { queueNameOf } from "./queue-url.ts";

/** What an action works with. */
export interface Context {
  readonly account: Account;
  /** Of the door, without a slash at the end. */
  readonly url: string;
  readonly longPolls: LongPolls;
  /** Aborted when the client hangs up. */
  readonly signal: AbortSignal;
}

/** One action of the API: its input to its output, both as in the JSON protocol. Throws QueueError. */
export type Action = (params: Params, context: Context) => object | Promise<object>;

/** The queue that the input's QueueUrl names. */
export function queueOf(params: Params, { account }: Context): FifoQueue {
  return account.queue(queueNameOf(text(params, "QueueUrl")));
}
