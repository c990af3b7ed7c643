import { existsSync } from "node:fs";
import { copyFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join, parse } from "node:path";
import type { Metafile } from "esbuild";
import type { Bundle } from "./graph.ts";

/** What `Runtime.Build` is asked. */
export interface BuildInput {
  readonly functionID: string;
  readonly handler: string;
  readonly runtime: string;
  /** Files that SST puts into the zip beside the bundle. */
  readonly copyFiles?: readonly { readonly from: string; readonly to: string }[];
  readonly properties?: { readonly minify?: boolean; readonly splitting?: boolean; readonly esbuild?: EsbuildOptions };
}

interface EsbuildOptions {
  readonly external?: readonly string[];
  readonly conditions?: readonly string[];
}

/** SST drops every other option without a word (pkg/runtime/node/build.go); these are the ones our stacks use. */
const HONOURED: readonly string[] = ["external", "conditions"];

const BANNER = [
  "import { createRequire as topLevelCreateRequire } from 'module';",
  "const require = topLevelCreateRequire(import.meta.url);",
  'import { fileURLToPath as topLevelFileUrlToPath, URL as topLevelURL } from "url"',
  "const __filename = topLevelFileUrlToPath(import.meta.url)",
  'const __dirname = topLevelFileUrlToPath(new topLevelURL(".", import.meta.url))',
].join("\n");

/**
 * Bundles a handler with the options that SST's CLI has for it, so that a wrong path or a missing dependency is found and the
 * bundle can be run.
 *
 * @param root of the repository
 * @param work where artifacts go
 * @throws Error with esbuild's words, or for an option that SST would not hear
 */
export async function bundle(input: BuildInput, root: string, work: string): Promise<Bundle> {
  const { splitting = false, minify = false, esbuild: chosen = {} } = input.properties ?? {};
  const unheard = Object.keys(chosen).filter((option) => !HONOURED.includes(option));
  if (unheard.length > 0) throw new Error(`Expected esbuild options that SST honours, got ${unheard.join(", ")}`);
  const directory = join(work, "artifacts", `${input.functionID}-src`);
  // From the root: the platform directory has an older esbuild of its own.
  const esbuild = createRequire(`${root}/`)("esbuild") as typeof import("esbuild");
  const { metafile } = await esbuild.build({
    entryPoints: [findHandler(root, input.handler)],
    ...(splitting
      ? { outdir: directory, entryNames: "bundle", outExtension: { ".js": ".mjs" }, splitting }
      : { outfile: join(directory, "bundle.mjs") }),
    bundle: true,
    platform: "node",
    format: "esm",
    target: "es2024",
    mainFields: ["module", "main"],
    ...(chosen.conditions && { conditions: [...chosen.conditions] }),
    external: ["sharp", "pg-native", ...(chosen.external ?? [])],
    keepNames: true,
    minify,
    metafile: true,
    logLevel: "silent",
    banner: { js: BANNER },
  });
  for (const { from, to } of input.copyFiles ?? []) await copyFile(from, join(directory, to));
  const { handler, runtime } = input;
  const entry = `bundle${parse(handler).ext}`;
  return { handler, runtime, directory, entry, ...weigh(metafile.outputs) };
}

function findHandler(root: string, handler: string): string {
  const { dir, name } = parse(handler);
  const found = ["ts", "mts", "js", "mjs"]
    .map((end) => join(root, dir, `${name}.${end}`))
    .find((file) => existsSync(file));
  if (found === undefined) throw new Error(`Handler not found: ${handler}`);
  return found;
}

function weigh(outputs: Metafile["outputs"]): { readonly bytes: number; readonly importedBytes: number } {
  const entry = Object.keys(outputs).find((file) => outputs[file]!.entryPoint && /\/bundle\.mjs$/.test(file))!;
  const imported = new Set<string>();
  const follow = (file: string): void => {
    if (imported.has(file) || outputs[file] === undefined) return;
    imported.add(file);
    for (const { path, kind } of outputs[file].imports) if (kind === "import-statement") follow(path);
  };
  follow(entry);
  const sum = (files: Iterable<string>): number => [...files].reduce((total, file) => total + outputs[file]!.bytes, 0);
  return { bytes: sum(Object.keys(outputs)), importedBytes: sum(imported) };
}
