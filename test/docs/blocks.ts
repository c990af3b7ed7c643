import { readFileSync } from "node:fs";

/** The named code blocks of a page, by the name behind their language: ```` ```python penstock.py ````. */
export function namedBlocks(page: URL): ReadonlyMap<string, string> {
  const blocks = new Map<string, string>();
  for (const [, name, code] of readFileSync(page, "utf8").matchAll(/^```[a-z]+ (\S+)\n(.*?)^```$/gms)) {
    if (blocks.has(name!)) throw new Error(`Expected one block named ${name}, got two`);
    blocks.set(name!, code!);
  }
  return blocks;
}
