import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const ROOT: string = fileURLToPath(new URL("../", import.meta.url));
const HEAD = 'import { afterAll, beforeAll, test } from "vitest";\nconst fail = () => { throw new Error("no"); };\n';

test.each([
  ["a test that fails", 'test("a", fail); test("b", () => {});', "1 passed, 1 failed"],
  ["a hook that fails before", 'beforeAll(fail); test("a", () => {});', "0 passed, 1 failed, 1 skipped"],
  ["a hook that fails behind", 'afterAll(fail); test("a", () => {});', "1 passed, 1 failed"],
  ["a file that cannot be read", "fail();", "0 passed, 1 failed"],
  ["nothing but a pass and a skip", 'test("a", () => {}); test.skip("b", fail);', "1 passed, 0 failed, 1 skipped"],
])("the last line of a run counts %s", async (_what, text, line) => {
  const folder = await mkdtemp(join(ROOT, "node_modules/.penstock-reporter-"));
  try {
    await writeFile(join(folder, "one.test.ts"), `${HEAD}${text}\n`);
    await writeFile(join(folder, "vitest.config.ts"), `export default { test: { include: ["*.test.ts"] } };`);
    const args = ["run", "--root", folder, "--reporter", join(ROOT, "test/plain-reporter.ts")];
    const said = await new Promise<string>((resolve) => {
      execFile(join(ROOT, "node_modules/.bin/vitest"), args, (_error, stdout) => resolve(stdout));
    });
    expect(said.trim().split("\n").at(-1)).toBe(line);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
