import { execFile } from "node:child_process";
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeWith } from "../require.ts";

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const INSTALL_TIMEOUT_MS = 5 * 60_000;
/** What people install; the others come along with `cli`. */
const PUBLISHED = ["model", "producer", "remote-write", "cli"];

describeWith("registry", "the packages, packed and installed in an empty project", () => {
  let project: string;

  beforeAll(async () => {
    project = await mkdtemp(join(tmpdir(), "penstock-packed-"));
    const names = await readdir(join(ROOT, "packages"));
    await inRoot("tsc", ["-b", ...names.map((name) => `packages/${name}`)]);
    for (const name of names) await inRoot("npm", ["pack", `./packages/${name}`, "--pack-destination", project]);
    const tarballs = (await readdir(project)).filter((file) => file.endsWith(".tgz"));
    expect(tarballs).toHaveLength(names.length);
    await writeFile(
      join(project, "package.json"),
      JSON.stringify({ name: "a-stranger", private: true, type: "module" }),
    );
    await inProject("npm", [
      "install",
      "--loglevel=error",
      "--no-audit",
      "--no-fund",
      ...tarballs.map((file) => `./${file}`),
    ]);
    // The types that a stranger's own compiler would bring.
    await cp(join(ROOT, "node_modules/@types/node"), join(project, "node_modules/@types/node"), { recursive: true });
    await cp(join(ROOT, "node_modules/undici-types"), join(project, "node_modules/undici-types"), { recursive: true });
  }, INSTALL_TIMEOUT_MS);

  afterAll(async () => {
    await rm(project, { recursive: true, force: true });
  });

  test.each(PUBLISHED)("%s passes publint and attw", async (name) => {
    const folder = join(ROOT, "packages", name);
    await run("publint", ["--strict", "--pack", "npm"], { cwd: folder });
    await run("attw", ["--pack", ".", "--profile", "esm-only"], { cwd: folder });
  });

  test.each(PUBLISHED)("the TypeScript in the README of %s compiles", async (name) => {
    const text = await readFile(join(ROOT, "packages", name, "README.md"), "utf8");
    for (const [i, [, code]] of [...text.matchAll(/```ts\n([\s\S]*?)```/g)].entries()) {
      const file = `readme-${name}-${i}.ts`;
      await writeFile(join(project, file), code!);
      const flags = "--noEmit --strict --module nodenext --target es2024 --types node --skipLibCheck".split(" ");
      await run(join(ROOT, "node_modules/.bin/tsc"), [...flags, file], { cwd: project }).catch(({ stdout }) => {
        throw new Error(stdout);
      });
    }
  });

  test("each can be imported, and the model's words work", async () => {
    const script = `
      await import("@penstock/producer");
      await import("@penstock/remote-write");
      const { groupOf, seriesKey } = await import("@penstock/model");
      console.log(groupOf(seriesKey({ __name__: "up" })));
    `;
    const { stdout } = await inProject(process.execPath, ["--input-type=module", "--eval", script]);
    expect(stdout).toMatch(/^g\d+\n$/);
  });

  test("the command runs a pipeline, whose books balance", async () => {
    const penstock = join(project, "node_modules/.bin/penstock");
    const ports = ["--queue-port", "0", "--receiver-port", "0", "--doors-port", "0", "--console-port", "0"];
    const { stdout } = await inProject(process.execPath, [penstock, "dev", "--for", "6s", ...ports]);
    expect(stdout).toMatch(/received (\d+) = stored \1 /);
    expect(stdout).toMatch(/sent \d+; the queue holds 0/);
  });

  function inProject(command: string, args: readonly string[]): Promise<{ stdout: string }> {
    return run(command, [...args], { cwd: project });
  }
});

function inRoot(command: string, args: readonly string[]): Promise<{ stdout: string }> {
  return run(command, [...args], { cwd: ROOT });
}
