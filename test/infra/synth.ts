import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { type BuildOptions, build } from "esbuild";
import type { Graph } from "./graph.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const PLATFORM = join(ROOT, ".sst/platform");
const COMPONENTS = join(PLATFORM, "src/components");
const MAX_OUTPUT_BYTES: number = 16 * 1024 * 1024;
const TIMEOUT_MS = 120_000;

/** Of a hook that evaluates a few configurations: each takes seconds, many on a busy machine. */
export const SYNTH_TIMEOUT_MS: number = 4 * TIMEOUT_MS;

/** What a module gets in the place of CommonJS's own names, which SST's dependencies use. */
const SHIMS = `import { createRequire as _require } from "node:module"; import { fileURLToPath as _path } from "node:url";
const require = _require(import.meta.url); const __filename = _path(import.meta.url); const __dirname = _path(new URL(".", import.meta.url));`;

export interface Synth {
  readonly graph: Graph;
  /** Removes the bundles. */
  remove(): Promise<void>;
}

/**
 * Evaluates the real `sst.config.ts` with SST's own components, in a child process, as the SST CLI would, but against
 * Pulumi's mocks: no AWS account, no engine and no network, only `.sst/platform`.
 *
 * @param settings a file of test/infra/settings, read in the place of `stacks/settings.ts`
 * @throws Error with the child's own words, when the configuration, a component or a handler's bundle fails
 */
export async function synth(stage: string, settings: string): Promise<Synth> {
  const work = await mkdtemp(join(tmpdir(), "penstock-synth-"));
  const remove = (): Promise<void> => rm(work, { recursive: true, force: true });
  try {
    const app = await readApp(stage);
    const out = join(work, "graph.json");
    await withBundle(program(out), runOptions(app, stage, work, settings), async (file) => {
      // Each bundle has a new name: what Node would keep of it, megabytes, nobody would find again.
      const env = { ...process.env, NODE_DISABLE_COMPILE_CACHE: "1" };
      const options = { cwd: ROOT, env, maxBuffer: MAX_OUTPUT_BYTES, timeout: TIMEOUT_MS };
      await promisify(execFile)(process.execPath, ["--enable-source-maps", "--no-deprecation", file], options);
    });
    return { graph: JSON.parse(await readFile(out, "utf8")) as Graph, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** The CLI evaluates `app()` on its own first. */
async function readApp(stage: string): Promise<object> {
  const contents = `import config from "./sst.config.ts"; export const app = await config.app({ stage: ${JSON.stringify(stage)} });`;
  const banner = { js: `${SHIMS}\nfunction $config(input) { return input; }` };
  // What run() imports needs globals that are not there yet, and is not run.
  return withBundle(contents, { banner, external: ["./stacks/*"] }, async (file) => {
    const { app } = (await import(pathToFileURL(file).href)) as { app: object };
    return app;
  });
}

function program(out: string): string {
  return `import config from "./sst.config.ts";
    import { run } from ${JSON.stringify(join(PLATFORM, "src/auto/run.ts"))};
    import { record } from "./test/infra/record.ts";
    await record(() => run(config.run), ${JSON.stringify(out)});`;
}

function runOptions(app: object, stage: string, work: string, settings: string): BuildOptions {
  const paths = { home: work, root: ROOT, work, platform: PLATFORM };
  return {
    banner: { js: SHIMS },
    inject: [join(PLATFORM, "src/shim/run.js")],
    define: {
      $app: JSON.stringify({ removal: "retain", protect: false, providers: {}, ...app, stage }),
      $dev: "false",
      $cli: JSON.stringify({ command: "diff", dev: false, paths, state: { version: {} } }),
    },
    plugins: [
      {
        name: "settings",
        setup: ({ onResolve }) =>
          void onResolve({ filter: /\/stacks\/settings\.ts$/ }, () => ({ path: join(import.meta.dirname, settings) })),
      },
      {
        name: "globals",
        setup: ({ onLoad }) =>
          void onLoad({ filter: /\/(stacks|test\/infra)\/[^.]*\.ts$/ }, async ({ path }) => ({
            contents: `import * as aws from "@pulumi/aws"; import * as sst from ${JSON.stringify(COMPONENTS)};\n${await readFile(path, "utf8")}`,
            loader: "ts",
          })),
      },
    ],
  };
}

/** Bundles `contents` beside SST's own node_modules, for what it leaves to be found there. */
async function withBundle<T>(contents: string, options: BuildOptions, use: (file: string) => Promise<T>): Promise<T> {
  const file = join(PLATFORM, `synth.${process.pid}.${crypto.randomUUID()}.mjs`);
  const external = ["@pulumi/*", "@pulumiverse/*", "@aws-sdk/*", "undici", "esbuild", "archiver", "glob", "vite"];
  try {
    await build({
      stdin: { contents, resolveDir: ROOT, sourcefile: "synth.ts", loader: "ts" },
      outfile: file,
      bundle: true,
      format: "esm",
      platform: "node",
      mainFields: ["module", "main"],
      sourcemap: "inline",
      logLevel: "error",
      nodePaths: [join(PLATFORM, "node_modules")],
      ...options,
      external: [...external, ...(options.external ?? [])],
    });
    return await use(file);
  } finally {
    await rm(file, { force: true });
  }
}
