import { RemoteError } from "@penstock/operator";
import { CommandError, EXIT } from "../exit.ts";

/**
 * Runs what asks a queue or a receiver. What went wrong there is exit code 3; a selector or an option that cannot be is 2.
 * A pipe whose reader is gone, as after `| head`, aborts the signal; Ctrl-C ends the process as it would any.
 *
 * @throws {CommandError}
 */
export function operating(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  return run(new AbortController(), work);
}

/**
 * The same for what holds letters: Ctrl-C aborts the signal too, and what is in hand is finished and given back first. A
 * second Ctrl-C ends the process as it would any.
 *
 * @throws {CommandError}
 */
export async function holding(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const ending = new AbortController();
  const end = (): void => {
    process.stderr.write("Finishing what is in hand, and giving the rest back.\n");
    ending.abort();
  };
  process.once("SIGINT", end).once("SIGTERM", end);
  try {
    await run(ending, work);
  } finally {
    process.off("SIGINT", end).off("SIGTERM", end);
  }
}

/** `main` keeps a closed pipe from being a fault: here it ends the work. */
async function run(ending: AbortController, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const hangUp = (): void => ending.abort();
  process.stdout.once("error", hangUp);
  try {
    await work(ending.signal);
  } catch (error) {
    throw asCommandError(error);
  } finally {
    process.stdout.off("error", hangUp);
  }
}

function asCommandError(error: unknown): unknown {
  if (error instanceof RemoteError) return new CommandError(EXIT.remote, error.message);
  if (error instanceof SyntaxError || error instanceof RangeError || error instanceof TypeError) {
    return new CommandError(EXIT.usage, error.message);
  }
  return error;
}
