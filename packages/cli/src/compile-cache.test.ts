import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { BIN, start } from "../test/command.ts";

/** As `os.homedir` does for a user whom the machine does not know. */
const HOMELESS = `data:text/javascript,${encodeURIComponent(`
  import os from "node:os";
  import { syncBuiltinESMExports } from "node:module";
  os.homedir = () => { throw new Error("ENOENT"); };
  syncBuiltinESMExports();
`)}`;

test("what was compiled is kept in the user's own folder, and whoever has none does without", async () => {
  const folder = mkdtempSync(join(tmpdir(), "penstock-cache-"));
  const run = (cache: string, ...options: string[]) =>
    start(process.execPath, [...options, BIN, "--version"], { env: { NODE_COMPILE_CACHE: "", XDG_CACHE_HOME: cache } })
      .ended;
  try {
    const fine = { code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/), stderr: "" };
    expect(await run(folder)).toMatchObject(fine);
    expect(readdirSync(folder)).toEqual(["penstock"]);
    expect(await run("", "--import", HOMELESS)).toMatchObject(fine);
    expect(await run("/dev/null")).toMatchObject(fine);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
