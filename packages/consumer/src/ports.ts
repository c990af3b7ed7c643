import type { DeadLetters, Ports } from "@penstock/flusher";
import { systemClock } from "@penstock/model";
import { createReceiver } from "@penstock/remote-write";
import type { Config } from "./config.ts";

/** Everything outside a flush: made once for a process, with its connections and credentials. */
export function openPorts({ receiver, deadLetterQueueUrl, region }: Config): Ports {
  return {
    receiver: createReceiver(receiver),
    deadLetters: deadLettersWhenNeeded(deadLetterQueueUrl, region),
    clock: systemClock,
  };
}

/**
 * The dead-letter queue, with the SQS client loaded at the first reject: the client is a third of the handler's import,
 * and few cold starts reject anything. The time a send may take starts when it is loaded.
 */
function deadLettersWhenNeeded(queueUrl: string, region: string | undefined): DeadLetters {
  let deadLetters: Promise<DeadLetters> | undefined;
  async function open(): Promise<DeadLetters> {
    const [{ createSqsClient }, { sqsDeadLetters }] = await Promise.all([
      import("./sqs-client.ts"),
      import("./dead-letters.ts"),
    ]);
    return sqsDeadLetters(createSqsClient(queueUrl, region), queueUrl, systemClock);
  }
  return {
    async send(letters) {
      deadLetters ??= open();
      return (await deadLetters).send(letters);
    },
  };
}
