import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  SendMessageBatchCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import { Account } from "../../packages/local/src/queue/account.ts";
import { QueueError } from "../../packages/local/src/queue/errors.ts";
import type { FifoQueue } from "../../packages/local/src/queue/queue.ts";
import type { Life } from "./life.ts";
import type { Network } from "./network.ts";
import type { Random } from "./random.ts";
import type { Scheduler } from "./scheduler.ts";
import type { World } from "./world.ts";

/** How long an SDK call takes at the most before it is given up. */
const CALL_TIMEOUT_MS = 3_000;

/** The queue, its dead-letter queue, and the calls to them. */
export class Queues {
  readonly account: Account;
  readonly source: FifoQueue;
  readonly dead: FifoQueue;
  readonly #scheduler: Scheduler;
  readonly #network: Network;
  readonly #random: Random;

  constructor({ queue, consumers }: World, scheduler: Scheduler, network: Network, random: Random) {
    this.#scheduler = scheduler;
    this.#network = network;
    this.#random = random;
    this.account = new Account({ now: scheduler.now });
    const deduplicationScope = queue.dedupByGroup ? "messageGroup" : "queue";
    const settings = {
      retentionMs: queue.retentionMs,
      visibilityTimeoutMs: consumers.visibilityMs,
      deduplicationScope,
    } as const;
    this.dead = this.account.createQueue("dead.fifo", { ...settings, retentionMs: 14 * 24 * 3_600_000 });
    const redrivePolicy = { deadLetterTargetArn: this.dead.arn, maxReceiveCount: queue.maxReceiveCount };
    this.source = this.account.createQueue("penstock.fifo", { ...settings, redrivePolicy });
  }

  /**
   * One call to a queue: its effect may come without an answer, and the answer without an effect never does.
   *
   * @param share how often it fails
   */
  call<T>(effect: () => T, share: number, answer: (value: T) => void, fail: (error: Error) => void): void {
    const { toMs, backMs } = this.#network.legs(CALL_TIMEOUT_MS);
    let heard = false;
    const hear = (go: () => void): void => {
      if (!heard) go();
      heard = true;
    };
    const lost = this.#random.chance(share) ? this.#random.pick(["before", "after"] as const) : undefined;
    this.#scheduler.after(CALL_TIMEOUT_MS, () => hear(() => fail(new Error("The call timed out"))));
    this.#scheduler.after(toMs, () => {
      if (lost === "before") return;
      try {
        const value = effect();
        if (lost === undefined) this.#scheduler.after(backMs, () => hear(() => answer(value)));
      } catch (error) {
        if (!(error instanceof QueueError)) throw error;
        this.#scheduler.after(backMs, () => hear(() => fail(error)));
      }
    });
    if (lost !== undefined)
      this.#scheduler.after(toMs + backMs, () => hear(() => fail(new Error("The connection was reset"))));
  }

  /** An SQS client as an environment has it, for the commands that the consumer sends. */
  client(life: () => Life): SQSClient {
    const send = (command: unknown, { abortSignal }: { abortSignal?: AbortSignal } = {}): Promise<unknown> => {
      const [name, effect, share] = this.#read(command);
      return life().call(name, (answer, fail) => {
        abortSignal?.addEventListener("abort", () => fail(abortSignal.reason as Error), { once: true });
        this.call(effect, share, answer, fail);
      });
    };
    return { send } as unknown as SQSClient;
  }

  #read(command: unknown): [name: string, effect: () => unknown, share: number] {
    const { queueFails, letterFails } = this.#network.faults;
    if (command instanceof SendMessageBatchCommand) {
      return ["a dead-letter send", () => this.#bury(command.input.Entries!), letterFails];
    }
    if (command instanceof ChangeMessageVisibilityBatchCommand) {
      const effect = () =>
        eachEntry(command.input.Entries!, ({ ReceiptHandle, VisibilityTimeout }) =>
          this.source.changeVisibility(ReceiptHandle!, VisibilityTimeout! * 1_000),
        );
      return ["a change of visibility", effect, queueFails];
    }
    if (command instanceof DeleteMessageBatchCommand) {
      return [
        "a delete",
        () => eachEntry(command.input.Entries!, (entry) => this.delete(entry.ReceiptHandle!)),
        queueFails,
      ];
    }
    throw new TypeError(`Expected a command that the simulation knows, got ${String(command)}`);
  }

  /** Deletes a message; one in some is refused though its neighbours are deleted. */
  delete(receiptHandle: string): void {
    if (this.#random.chance(this.#network.faults.queueFails))
      throw new QueueError("InternalError", "not now", { status: 500 });
    this.source.delete(receiptHandle);
  }

  #bury(entries: NonNullable<SendMessageBatchCommand["input"]["Entries"]>): unknown {
    return eachEntry(entries, ({ MessageBody, MessageGroupId, MessageDeduplicationId }) => {
      if (this.#random.chance(this.#network.faults.letterFails)) {
        throw new QueueError("InternalError", "not now", { status: 500 });
      }
      this.dead.sendOne({ body: MessageBody!, group: MessageGroupId!, deduplicationId: MessageDeduplicationId });
    });
  }
}

/** A batch call as SQS answers it: every entry by itself. */
function eachEntry<E extends { readonly Id?: string | undefined }>(
  entries: readonly E[],
  effect: (entry: E) => void,
): { Successful: { Id: string | undefined }[]; Failed: object[] } {
  const answer = { Successful: [] as { Id: string | undefined }[], Failed: [] as object[] };
  for (const entry of entries) {
    try {
      effect(entry);
      answer.Successful.push({ Id: entry.Id });
    } catch (error) {
      if (!(error instanceof QueueError)) throw error;
      const { code, message, senderFault } = error;
      answer.Failed.push({ Id: entry.Id, Code: code, Message: message, SenderFault: senderFault });
    }
  }
  return answer;
}
