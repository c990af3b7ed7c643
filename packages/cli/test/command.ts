import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** The command's file, for a shell. */
export const BIN: string = fileURLToPath(new URL("../bin/penstock.js", import.meta.url));

export interface Ended {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A process, and what it has printed so far. */
export interface Running {
  readonly child: ChildProcess;
  readonly printed: { stdout: string; stderr: string };
  readonly ended: Promise<Ended>;
  /** Resolves when its standard output matches; rejects when it ends before that. */
  says(pattern: RegExp): Promise<RegExpExecArray>;
}

export interface CommandOptions {
  readonly cwd?: string | undefined;
  /** Beside PATH, the only one of consequence that it inherits. */
  readonly env?: Readonly<Record<string, string>>;
  /** For its standard input. */
  readonly input?: string;
}

/** Starts any command. */
export function start(file: string, args: readonly string[], { cwd, env, input = "" }: CommandOptions = {}): Running {
  const child = spawn(file, args, {
    cwd,
    env: { PATH: process.env.PATH, NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE, ...env },
  });
  const printed = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (chunk: string) => {
      printed[name] += chunk;
    });
  }
  // A command that does not read its input may be gone before it is written.
  child.stdin.on("error", () => {});
  child.stdin.end(input);
  const ended = once(child, "close").then(([code]): Ended => ({ code, ...printed }));
  const says = (pattern: RegExp): Promise<RegExpExecArray> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const found = pattern.exec(printed.stdout);
        if (found) resolve(found);
      };
      child.stdout.on("data", look);
      look();
      ended.then(() => reject(new Error(`It ended without ${pattern}: ${printed.stdout}${printed.stderr}`)), reject);
    });
  return { child, printed, ended, says };
}

/** Starts `penstock`. */
export function startPenstock(args: readonly string[], options?: CommandOptions): Running {
  return start(process.execPath, [BIN, ...args], options);
}

/** Runs `penstock` to its end. */
export function penstock(args: readonly string[], options?: CommandOptions): Promise<Ended> {
  return startPenstock(args, options).ended;
}
