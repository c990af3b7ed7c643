import type { Bench } from "./bench.ts";

/** Rules of SQS FIFO by what they promise; each checks one over the SDK, on queues of its own. */
export type Rules = Readonly<Record<string, (bench: Bench) => Promise<void>>>;
