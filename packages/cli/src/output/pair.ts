import { isLoopback } from "@penstock/local";
import type { Command } from "commander";
import { CommandError, EXIT } from "../exit.ts";

/**
 * Dead letters of one pipeline must not go to the queue of another because one of the two was left at its default.
 *
 * @throws {CommandError}
 */
export function checkPair(
  { deadLetters, queue }: { readonly deadLetters: string; readonly queue: string },
  command: Command,
): void {
  const isDefault = ["queue", "deadLetters"].some((name) => command.getOptionValueSource(name) === "default");
  if (!isDefault || isLoopback(deadLetters) === isLoopback(queue)) return;
  throw new CommandError(
    EXIT.usage,
    `Expected both \`--queue\` and \`--dead-letters\`, got ${queue} and ${deadLetters}`,
  );
}
