import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeWith } from "../require.ts";

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const BIN = join(ROOT, "node_modules/.bin/");
const INSTALL_TIMEOUT_MS = 5 * 60_000;
/** What people install; the others come along with `cli`. */
const PUBLISHED = ["model", "producer", "remote-write", "cli"];

describeWith("registry", "the packages, packed and installed in an empty project", () => {
  let project: string;
  let tarballs: string[];
  const tarballOf = (name: string): string =>
    join(project, tarballs.find((file) => file.startsWith(`penstock-${name}-`))!);

  beforeAll(async () => {
    project = await mkdtemp(join(tmpdir(), "penstock-packed-"));
    const names = await readdir(join(ROOT, "packages"));
    await run(join(ROOT, ".ci/build"));
    const folders = names.map((name) => `./packages/${name}`);
    await run("npm", ["pack", ...folders, "--pack-destination", project], { cwd: ROOT });
    tarballs = (await readdir(project)).filter((file) => file.endsWith(".tgz"));
    expect(tarballs).toHaveLength(names.length);
    const manifest = { name: "a-stranger", private: true, type: "module" };
    await writeFile(join(project, "package.json"), JSON.stringify(manifest));
    const quiet = ["--loglevel=error", "--no-audit", "--no-fund"];
    await inProject("npm", ["install", ...quiet, ...tarballs.map((file) => `./${file}`)]);
    // The types that a stranger's own compiler would bring.
    for (const types of ["@types/node", "undici-types"]) {
      await cp(join(ROOT, "node_modules", types), join(project, "node_modules", types), { recursive: true });
    }
  }, INSTALL_TIMEOUT_MS);

  afterAll(async () => {
    await rm(project, { recursive: true, force: true });
  });

  test.each(PUBLISHED)("%s passes publint and attw", async (name) => {
    await run(`${BIN}publint`, ["--strict", tarballOf(name)]);
    await run(`${BIN}attw`, [tarballOf(name), "--profile", "esm-only"]);
  });

  test("each brings its license and its README along, and no test", async () => {
    for (const file of tarballs) {
      const { stdout } = await run("tar", ["tzf", join(project, file)]);
      const paths = stdout.split("\n");
      expect(paths).toEqual(expect.arrayContaining(["package/LICENSE", "package/README.md", "package/dist/index.js"]));
      expect(paths.filter((path) => /\.test\.|^package\/test\//.test(path))).toEqual([]);
    }
  });

  test("the TypeScript in the READMEs compiles", async () => {
    const files: string[] = [];
    for (const name of PUBLISHED) {
      const text = await readFile(join(ROOT, "packages", name, "README.md"), "utf8");
      for (const [i, [, code]] of [...text.matchAll(/```ts\n([\s\S]*?)```/g)].entries()) {
        const file = `readme-${name}-${i}.ts`;
        await writeFile(join(project, file), code!);
        files.push(file);
      }
    }
    expect(files.length).toBeGreaterThan(0);
    const flags = "--noEmit --strict --module nodenext --target es2024 --types node --skipLibCheck".split(" ");
    await inProject(`${BIN}tsc`, [...flags, ...files]).catch(({ stdout }) => {
      throw new Error(stdout);
    });
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

  test("the command runs a pipeline whose books balance, and serves the console's page", async () => {
    const penstock = join(project, "node_modules/.bin/penstock");
    const ports = ["--queue-port", "0", "--receiver-port", "0", "--doors-port", "0", "--console-port", "0"];
    const child = spawn(process.execPath, [penstock, "dev", "--for", "6s", ...ports], { cwd: project });
    const ended = once(child, "exit");
    const said: string[] = [];
    let page: string | undefined;
    for await (const line of createInterface(child.stdout)) {
      said.push(line);
      const [, console] = /console\s+(http:\S+)/i.exec(line) ?? [];
      if (console !== undefined) page ??= await (await fetch(console)).text();
    }
    expect(await ended).toEqual([0, null]);
    expect(page).toContain("<title>Penstock");
    expect(said.join("\n")).toMatch(/received (\d+) = stored \1 /);
    expect(said.join("\n")).toMatch(/sent \d+; the queue holds 0/);
  });

  function inProject(command: string, args: readonly string[]): Promise<{ stdout: string }> {
    return run(command, [...args], { cwd: project });
  }
});
