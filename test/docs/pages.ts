import { existsSync, globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const ROOT: string = fileURLToPath(new URL("../../", import.meta.url));

/** The pages that a reader of the repository is sent to, as paths from its root. */
export const PAGES: readonly string[] = [
  "README.md",
  "CONTRIBUTING.md",
  "docs/**/*.md",
  "packages/*/README.md",
  "test/**/*.md",
]
  .flatMap((pattern) => globSync(pattern, { cwd: ROOT }))
  .sort();

export function readPage(page: string): string {
  return readFileSync(`${ROOT}${page}`, "utf8");
}

export function exists(path: string): boolean {
  return existsSync(`${ROOT}${path}`);
}

/** A page without its fenced blocks, which hold other languages. */
export function prose(markdown: string): string {
  return markdown.replaceAll(/^( *)```.*?^\1```$/gms, "");
}

/** The anchors of a page's headings, as GitHub makes them. */
export function anchorsOf(markdown: string): Set<string> {
  const anchors = new Set<string>();
  for (const [, heading] of prose(markdown).matchAll(/^#+ (.+)$/gm)) {
    const text = heading!.replaceAll(/\[(.*?)\]\(.*?\)/g, "$1");
    const slug = text
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\p{M}_ -]/gu, "")
      .replaceAll(" ", "-");
    let anchor = slug;
    for (let i = 1; anchors.has(anchor); i++) anchor = `${slug}-${i}`;
    anchors.add(anchor);
  }
  return anchors;
}

/** The named code blocks of a page, by the name behind their language: ```` ```python penstock.py ````. */
export function namedBlocks(page: string): ReadonlyMap<string, string> {
  const blocks = new Map<string, string>();
  for (const [, name, code] of readPage(page).matchAll(/^```[a-z]+ (\S+)\n(.*?)^```$/gms)) {
    if (blocks.has(name!)) throw new Error(`Expected one block named ${name} in ${page}, got two`);
    blocks.set(name!, code!);
  }
  return blocks;
}
