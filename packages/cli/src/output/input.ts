import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { buffer } from "node:stream/consumers";
import { CommandError, EXIT } from "../exit.ts";

/** How files and standard input are said in help. */
export const STDIN_BY_DEFAULT = "standard input by default, or for -";

/** A file's bytes, or standard input's for none or `-`. @throws {CommandError} */
export async function readInput(file: string | undefined): Promise<Buffer> {
  if (isStdin(file)) return buffer(process.stdin);
  return readFile(file).catch((error) => {
    throw unreadable(file, error);
  });
}

/** The lines of a file, or of standard input, as they come. @throws {CommandError} */
export async function* readLines(file: string | undefined): AsyncGenerator<string> {
  const input = isStdin(file) ? process.stdin : createReadStream(file);
  try {
    yield* createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
  } catch (error) {
    // What went wrong with a file has a code; what the reader of the lines threw has none.
    if (isStdin(file) || (error as NodeJS.ErrnoException).code === undefined) throw error;
    throw unreadable(file, error);
  }
}

function isStdin(file: string | undefined): file is undefined | "-" {
  return file === undefined || file === "-";
}

function unreadable(file: string, error: unknown): CommandError {
  return new CommandError(EXIT.usage, `Expected \`${file}\` to be a readable file: ${(error as Error).message}`);
}
