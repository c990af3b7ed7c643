#!/usr/bin/env node
import { existsSync } from "node:fs";
// By name, it would keep an older Node from reading on to the sentence that says which one is needed.
import * as module from "node:module";
import { homedir } from "node:os";
import { isAbsolute, join, sep } from "node:path";

const LEAST_NODE = 24;

/** In a checkout the sources run as they are. An installed package has them too, but Node strips no types there. */
function entry() {
  const source = new URL("../src/main.ts", import.meta.url);
  const installed = import.meta.dirname.split(sep).includes("node_modules");
  if (installed || !existsSync(source)) return new URL("../dist/main.js", import.meta.url);
  module.registerHooks({
    resolve: (specifier, context, next) =>
      next(specifier, { ...context, conditions: [...context.conditions, "@penstock/source"] }),
  });
  return source;
}

/** The user's own, since who can write to it decides what runs, and a common one such as /tmp is anybody's. */
function cacheFolder() {
  const { XDG_CACHE_HOME = "" } = process.env;
  try {
    return join(isAbsolute(XDG_CACHE_HOME) ? XDG_CACHE_HOME : join(homedir(), ".cache"), "penstock");
  } catch {
    // A user whom this machine does not know, as in many containers, has no home.
    return undefined;
  }
}

if (Number(process.versions.node.split(".")[0]) < LEAST_NODE) {
  console.error(`Expected Node.js ${LEAST_NODE} or newer, got ${process.versions.node}: see https://nodejs.org/`);
  process.exitCode = 2;
} else {
  const cache = cacheFolder();
  // What was compiled is kept: a command begins in half the time. NODE_DISABLE_COMPILE_CACHE=1 turns it off.
  if (cache !== undefined) module.enableCompileCache(cache);
  const { main } = await import(entry().href);
  process.exitCode = await main(process.argv);
}
