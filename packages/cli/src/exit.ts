/** The command's exit codes: all well, something was found, called wrongly, the other side failed. */
export const EXIT = { fine: 0, findings: 1, usage: 2, remote: 3 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Ends the command with one sentence for its user, and no stack. */
export class CommandError extends Error {
  override readonly name = "CommandError";
  readonly exitCode: ExitCode;

  constructor(exitCode: ExitCode, sentence: string) {
    super(sentence);
    this.exitCode = exitCode;
  }
}

/** Runs what reads a user's input; what it throws is a wrong call. @throws {CommandError} */
export function asUsage<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new CommandError(EXIT.usage, (error as Error).message);
  }
}
