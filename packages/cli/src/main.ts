import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { CommandError, EXIT } from "./exit.ts";

/** Runs one call of `penstock` and resolves with its exit code: one of `EXIT`. */
export async function main(argv: readonly string[]): Promise<number> {
  process.exitCode = EXIT.fine;
  process.stdout.on("error", allowClosedPipe);
  try {
    await (await createProgram()).parseAsync(argv);
    return Number(process.exitCode);
  } catch (error) {
    // Commander has said it already; help and version are asked for, everything else is a wrong call.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.fine : EXIT.usage;
    if (!(error instanceof CommandError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return error.exitCode;
  }
}

/** A reader that has seen enough, such as `head`, is no fault. Errors of earlier writes still come when a command has ended. */
function allowClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw error;
}

async function createProgram(): Promise<Command> {
  const program = new Command("penstock").description("Queue-buffered ingest for Prometheus metrics on AWS.");
  program.version(version());
  program.addCommand((await import("./dev/command.ts")).devCommand());
  program.addCommand((await import("./send/command.ts")).sendCommand());
  program.addCommand((await import("./query/command.ts")).queryCommand());
  program.addCommand((await import("./replay/command.ts")).replayCommand());
  program.addCommand((await import("./console/command.ts")).consoleCommand());
  program.addCommand((await import("./dlq/command.ts")).dlqCommand());
  program.addCommand((await import("./queue/command.ts")).queueCommand());
  program.addCommand((await import("./series/command.ts")).seriesCommand());
  program.addCommand((await import("./explain/command.ts")).explainCommand());
  program.addCommand((await import("./decode/command.ts")).decodeCommand());
  program.addCommand((await import("./check/command.ts")).checkCommand());
  program.addCommand((await import("./doctor/command.ts")).doctorCommand());
  program.addHelpText(
    "after",
    "\nExit codes: 0 all well, 1 something was found, 2 called wrongly, 3 the queue or the receiver failed.",
  );
  throwInsteadOfExit(program);
  return program;
}

function version(): string {
  const manifest = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as { version: string };
  return manifest.version;
}

/** Commander would exit with 1 for a wrong call. A command that is added does not inherit the setting. */
function throwInsteadOfExit(command: Command): void {
  command.exitOverride();
  for (const inner of command.commands) throwInsteadOfExit(inner);
}
