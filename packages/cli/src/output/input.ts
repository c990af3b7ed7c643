import { readFile } from "node:fs/promises";
import { buffer } from "node:stream/consumers";
import { CommandError, EXIT } from "../exit.ts";

/** A file's bytes, or standard input's for none or `-`. @throws {CommandError} */
export async function readInput(file: string | undefined): Promise<Buffer> {
  if (file === undefined || file === "-") return buffer(process.stdin);
  try {
    return await readFile(file);
  } catch (error) {
    throw new CommandError(EXIT.usage, `Expected \`${file}\` to be a readable file: ${(error as Error).message}`);
  }
}
