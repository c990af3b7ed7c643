import { accessSync, constants, existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, test } from "vitest";

/** What a test may need beside npm's packages. */
const NEEDS = {
  prometheus: {
    present: (): boolean => isOnPath("prometheus"),
    missing: "no `prometheus` on the PATH (Debian: apt-get install prometheus)",
  },
  promtool: {
    present: (): boolean => isOnPath("promtool"),
    missing: "no `promtool` on the PATH (Debian: apt-get install prometheus)",
  },
  chromium: {
    present: (): boolean => isOnPath("chromium") || isOnPath("chromium-browser"),
    missing: "no `chromium` on the PATH (Debian: apt-get install chromium)",
  },
  curl: {
    present: (): boolean => isOnPath("curl"),
    missing: "no `curl` on the PATH (Debian: apt-get install curl)",
  },
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

/**
 * A `describe` whose tests need something that npm does not bring. Where it is missing the suite is skipped and says so, or
 * fails when `TEST_REQUIRE` (words separated by commas or spaces) has the word.
 */
export function describeWith(need: Need, name: string, body: () => void): void {
  const { present, missing } = NEEDS[need];
  if (present()) {
    describe(name, body);
    return;
  }
  if (isRequired(need)) {
    test(`${name}: ${need} is here, as TEST_REQUIRE says`, () => {
      throw new Error(`TEST_REQUIRE has ${need}, and there is ${missing}`);
    });
    return;
  }
  console.warn(`SKIPPED "${name}": ${missing}`);
  describe.skip(name, body);
}

function isRequired(need: Need): boolean {
  const words = (process.env.TEST_REQUIRE ?? "").split(/[\s,]+/).filter((word) => word !== "");
  const unknown = words.find((word) => !(word in NEEDS));
  if (unknown !== undefined) {
    throw new Error(`Expected \`TEST_REQUIRE\` to have words of ${Object.keys(NEEDS).join(", ")}, got \`${unknown}\``);
  }
  return words.includes(need);
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
