import { execFile } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { test } from "vitest";

/** Compilers start slowly on a busy machine. */
const TIMEOUT_MS = 120_000;

export interface RunOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Runs a program to its end, and gives what it printed.
 *
 * @throws Error with what it printed on standard error when it fails
 */
export async function run(command: string, args: readonly string[], { cwd, env = {} }: RunOptions): Promise<string> {
  const options = { cwd, env: { ...process.env, ...env }, timeout: TIMEOUT_MS };
  const { stdout } = await promisify(execFile)(command, [...args], options);
  return stdout;
}

/**
 * A test that needs commands. Where one is missing it is skipped and says so, or fails when `TEST_REQUIRE` (words
 * separated by commas or spaces) has that command's name.
 */
export function testWith(commands: readonly string[], name: string, body: () => Promise<void>): void {
  const missing = commands.filter((command) => !isInstalled(command));
  if (missing.length === 0) {
    test(name, { timeout: TIMEOUT_MS }, body);
    return;
  }
  const required = (process.env.TEST_REQUIRE ?? "").split(/[\s,]+/).filter((word) => missing.includes(word));
  if (required.length > 0) {
    test(`${name}: ${required.join(", ")} is installed, as TEST_REQUIRE says`, () => {
      throw new Error(`TEST_REQUIRE has ${required.join(", ")}, which is not on the PATH`);
    });
    return;
  }
  console.warn(`SKIPPED "${name}": no \`${missing.join("`, `")}\` on the PATH`);
  test.skip(name, body);
}

function isInstalled(command: string): boolean {
  return (process.env.PATH ?? "").split(delimiter).some((directory) => {
    try {
      accessSync(join(directory, command), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
