import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, test } from "vitest";

/** What a test may need beside npm's packages. */
const NEEDS = {
  prometheus: program("prometheus", "prometheus"),
  promtool: program("promtool", "prometheus"),
  chromium: {
    present: (): boolean => isOnPath("chromium") || isOnPath("chromium-browser"),
    missing: "no `chromium` on the PATH (Debian: apt-get install chromium)",
  },
  curl: program("curl", "curl"),
  python3: program("python3", "python3"),
  boto3: {
    present: (): boolean => spawnSync("python3", ["-c", "import boto3"]).status === 0,
    missing: "no boto3 in `python3` (Debian: apt-get install python3-boto3)",
  },
  go: program("go", "golang-go"),
  java: program("javac", "default-jdk"),
  aws: program("aws", "awscli"),
  sst: {
    present: (): boolean => existsSync(fileURLToPath(new URL("../.sst/platform/node_modules", import.meta.url))),
    missing: "no `.sst/platform` (npm run sst:types)",
  },
  registry: {
    present: (): boolean => isRequired("registry"),
    missing: "no word `registry` in TEST_REQUIRE, and it installs from npm's registry what a stranger would",
  },
} as const;

type Need = keyof typeof NEEDS;

/** A machine that is busy starts compilers and other people's programs slowly. */
const TIMEOUT_MS = 120_000;

/**
 * A `describe` whose tests need something that npm does not bring. Where it is missing the suite is skipped and says so, or
 * fails when `TEST_REQUIRE` (words separated by commas or spaces) has the word.
 */
export function describeWith(need: Need, name: string, body: () => void): void {
  if (isHere(need, name)) describe(name, body);
  else describe.skip(name, body);
}

/** As `describeWith`, for one test. */
export function testWith(need: Need, name: string, body: () => Promise<void>): void {
  if (isHere(need, name)) test(name, { timeout: TIMEOUT_MS }, body);
  else test.skip(name, body);
}

function isHere(need: Need, name: string): boolean {
  const { present, missing } = NEEDS[need];
  if (present()) return true;
  if (!isRequired(need)) console.warn(`SKIPPED "${name}": ${missing}`);
  else {
    test(`${name}: ${need} is here, as TEST_REQUIRE says`, () => {
      throw new Error(`TEST_REQUIRE has ${need}, and there is ${missing}`);
    });
  }
  return false;
}

function isRequired(need: Need): boolean {
  const words = (process.env.TEST_REQUIRE ?? "").split(/[\s,]+/).filter((word) => word !== "");
  const unknown = words.find((word) => !(word in NEEDS));
  if (unknown !== undefined) {
    throw new Error(`Expected \`TEST_REQUIRE\` to have words of ${Object.keys(NEEDS).join(", ")}, got \`${unknown}\``);
  }
  return words.includes(need);
}

/** A program, and Debian's package that has it. */
function program(name: string, debian: string): { present: () => boolean; missing: string } {
  return { present: () => isOnPath(name), missing: `no \`${name}\` on the PATH (Debian: apt-get install ${debian})` };
}

/** Whether a program of this name could be called. */
export function isOnPath(command: string): boolean {
  return (process.env.PATH ?? "").split(delimiter).some((directory) => isExecutable(join(directory, command)));
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
