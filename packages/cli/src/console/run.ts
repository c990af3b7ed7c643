import { once } from "node:events";
import { type Console, type ConsoleSources, startConsole } from "@penstock/console";
import { lendCredentials } from "@penstock/local";
import type { Command } from "commander";
import { asUsage, CommandError, EXIT } from "../exit.ts";
import { checkPair } from "../output/pair.ts";
import { type RemotePlaces, remoteSources } from "./remote.ts";

export interface ConsoleCommandOptions extends RemotePlaces {
  readonly port: number;
}

/** Serves the console until Ctrl-C; what is in hand then is finished and given back. @throws {CommandError} */
export async function runConsole(options: ConsoleCommandOptions, command: Command): Promise<void> {
  checkPair(options, command);
  lendCredentials(options.queue, options.receiver);
  const served = await listen(
    asUsage(() => remoteSources(options)),
    options.port,
  );
  process.stdout.write(`The console is at ${served.url}\n`);
  const ending = new AbortController();
  const end = (): void => ending.abort();
  process.once("SIGINT", end).once("SIGTERM", end);
  await once(ending.signal, "abort");
  process.off("SIGINT", end).off("SIGTERM", end);
  await served.close();
}

async function listen(sources: ConsoleSources, port: number): Promise<Console> {
  try {
    return await startConsole({ sources, port });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    throw new CommandError(EXIT.usage, `Port ${port} is taken: choose another with --port, or 0 for any`);
  }
}
