import { randomUUID } from "node:crypto";
import { globSync, statSync } from "node:fs";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname, sep } from "node:path";
import { fileURLToPath } from "node:url";

/** One file of the built page. */
export interface WebFile {
  /** As it is requested: `/assets/index-1a2b.js`. */
  readonly path: string;
  readonly type: string;
  readonly text: string;
}

/** The same from `src/server` and from `dist/server`. */
const PACKAGE = new URL("../../", import.meta.url);
const SOURCE: string = fileURLToPath(new URL("src/", PACKAGE));
/** One file, so that whoever reads it while another builds sees the old page or the new one. */
const BUILT: string = fileURLToPath(new URL("dist/web.json", PACKAGE));

const TYPES: Readonly<Record<string, string>> = {
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
  svg: "image/svg+xml",
};

/**
 * The page's files. A published package brings them along; in a checkout they are built when they are older than their
 * sources, in half a second.
 *
 * @throws {Error} when they are missing and cannot be built
 */
export async function loadWeb(): Promise<readonly WebFile[]> {
  if (isCheckout() && newestSourceMs() > builtMs()) await buildOnce();
  return JSON.parse(await readFile(BUILT, "utf8"));
}

let building: Promise<void> | undefined;

/** Several who load it at once wait for one build. */
function buildOnce(): Promise<void> {
  building ??= buildWeb().finally(() => {
    building = undefined;
  });
  return building;
}

/** On a busy machine it would tell whoever starts the console which plugins took long. */
const QUIET = { checks: { pluginTimings: false } } as const;

/** Builds the page from its sources into `dist/web.json`. @throws {Error} when Vite cannot */
export async function buildWeb(): Promise<void> {
  const { build } = await import("vite");
  const result = await build({
    configFile: false,
    root: fileURLToPath(new URL("web/", `file://${SOURCE}`)),
    logLevel: "warn",
    oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
    build: { target: "es2024", write: false, assetsInlineLimit: 0, modulePreload: false, rolldownOptions: QUIET },
  });
  const [bundle] = Array.isArray(result) ? result : [result];
  if (!bundle || !("output" in bundle)) throw new Error("Expected Vite to build once, got a watcher");
  const files = bundle.output.map((output): WebFile => {
    const content = output.type === "chunk" ? output.code : output.source;
    return { path: `/${output.fileName}`, type: typeOf(output.fileName), text: Buffer.from(content).toString() };
  });
  await mkdir(dirname(BUILT), { recursive: true });
  const unfinished = `${BUILT}.${randomUUID()}`;
  await writeFile(unfinished, JSON.stringify(files));
  await rename(unfinished, BUILT);
}

function typeOf(name: string): string {
  const type = TYPES[name.split(".").at(-1)!];
  if (type === undefined) throw new Error(`Expected a file of type ${Object.keys(TYPES).join(", ")}, got ${name}`);
  return type;
}

/** An installed package has its sources too, but not what builds them. */
function isCheckout(): boolean {
  return !import.meta.dirname.split(sep).includes("node_modules") && mtimeMs(`${SOURCE}web/index.html`) > 0;
}

function newestSourceMs(): number {
  const files = globSync(["web/**/*", "api.ts"], { cwd: SOURCE });
  return files.reduce((newest, file) => Math.max(newest, mtimeMs(SOURCE + file)), 0);
}

function builtMs(): number {
  return mtimeMs(BUILT);
}

/** 0 when there is no such file. */
function mtimeMs(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
