import { randomUUID } from "node:crypto";
import { Account, startQueueServer } from "../../../packages/local/src/queue/index.ts";
import { DEAD_LETTER_QUEUE, QUEUE } from "../names.ts";

/** The local FIFO queue as a process. Tells its port. */
const account = new Account({ now: Date.now, newMessageId: randomUUID });
const highThroughput = { deduplicationScope: "messageGroup", throughputLimit: "perMessageGroupId" } as const;
for (const name of [QUEUE, DEAD_LETTER_QUEUE]) account.createQueue(name, highThroughput);
const { port } = await startQueueServer({ account });
process.send?.({ port });
