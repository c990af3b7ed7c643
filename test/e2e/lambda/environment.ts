import type { Context, SQSBatchResponse, SQSEvent } from "aws-lambda";
import { handler } from "../../../packages/consumer/src/lambda.ts";

/** One invocation, as it goes to an execution environment. */
export interface Invocation {
  readonly event: SQSEvent;
  readonly requestId: string;
  /** Until the function's timeout. */
  readonly timeoutMs: number;
}

export type Outcome = { readonly response: SQSBatchResponse } | { readonly error: string };

// What Lambda runs: the function's module in a process of its own, one invocation at a time.
process.on("message", async ({ event, requestId, timeoutMs }: Invocation) => {
  const endMs = Date.now() + timeoutMs;
  const context = { awsRequestId: requestId, getRemainingTimeInMillis: () => endMs - Date.now() } as Context;
  process.send!(await invoke(event, context));
});

async function invoke(event: SQSEvent, context: Context): Promise<Outcome> {
  try {
    return { response: await handler(event, context) };
  } catch (error) {
    return { error: String(error) };
  }
}
