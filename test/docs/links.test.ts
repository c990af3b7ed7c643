import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { OUR_REASONS, RECEIVER_REASONS } from "@penstock/model";
import { reasonPage } from "@penstock/operator";
import { expect, test } from "vitest";
import { anchorsOf, exists, PAGES, prose, ROOT, readPage } from "./pages.ts";

/** Whatever a reader may be sent to a page by. */
const SOURCES = [
  "packages/*/{src,test,bin}/**/*.{ts,tsx,js,json}",
  "stacks/**/*.{ts,json,yaml,yml}",
  "test/**/*.ts",
  "*.ts",
]
  .flatMap((pattern) => globSync(pattern, { cwd: ROOT }))
  .filter((path) => !path.includes("node_modules"));

/** Why a path from the root, with an anchor or none, leads nowhere; undefined when it leads somewhere. */
function broken(target: string): string | undefined {
  const [path = "", anchor] = target.split("#");
  if (!exists(path)) return `${target}: no such file`;
  if (anchor === undefined || !path.endsWith(".md") || anchorsOf(readPage(path)).has(anchor)) return undefined;
  return `${target}: no such heading`;
}

/** Links and images of a page that stay in the repository, as paths from its root. */
function relativeLinks(page: string): string[] {
  const links = [...prose(readPage(page)).matchAll(/\]\(([^)\s]+)(?: "[^"]*")?\)/g)].map(([, link]) => link!);
  return links
    .filter((link) => !/^[a-z]+:/.test(link))
    .map((link) => (link.startsWith("#") ? `${page}${link}` : join(dirname(page), link)));
}

/** Files of the repository that a page names in `code`. */
function namedPaths(page: string): string[] {
  const code = [...prose(readPage(page)).matchAll(/`([^`\n]+)`/g)].map(([, text]) => text!);
  return code.filter((text) => /^(?:packages|test|stacks|docs|\.ci)\/[\w./#-]+$/.test(text));
}

test.each(PAGES)("every link of %s leads somewhere", (page) => {
  expect(relativeLinks(page).map(broken).filter(Boolean)).toEqual([]);
});

test.each(PAGES)("every file that %s names exists", (page) => {
  expect(namedPaths(page).map(broken).filter(Boolean)).toEqual([]);
});

test("every page that the code names exists, with its heading", () => {
  const named = SOURCES.flatMap((source) => {
    const text = readFileSync(`${ROOT}${source}`, "utf8");
    return [...text.matchAll(/(?<![\w/])docs\/[\w-]+\.md(?:#[\w-]+)?/g)].map(([target]) => `${source} → ${target}`);
  });
  expect(named.length).toBeGreaterThan(10);
  expect(named.filter((line) => broken(line.split(" → ")[1]!) !== undefined)).toEqual([]);
});

test("every transcript that the code names was recorded", () => {
  const recorded = new Set(
    globSync("test/contract/transcripts/*.json", { cwd: ROOT }).flatMap((file) => {
      const { modes } = JSON.parse(readFileSync(`${ROOT}${file}`, "utf8")) as { modes: Record<string, object> };
      return Object.values(modes).flatMap((scenarios) => Object.keys(scenarios));
    }),
  );
  const named = SOURCES.flatMap((source) => {
    const lists = readFileSync(`${ROOT}${source}`, "utf8").matchAll(/\(transcripts? ((?:`[\w-]+`,?\s?(?:\*\s)?)+)\)/g);
    return [...lists].flatMap(([, list]) => [...list!.matchAll(/`([\w-]+)`/g)].map(([, name]) => name!));
  });
  expect(named.length).toBeGreaterThan(5);
  expect(named.filter((name) => !recorded.has(name))).toEqual([]);
});

test("every reason for a reject has its place on the page that operators are sent to", () => {
  const reasons = [...RECEIVER_REASONS, ...OUR_REASONS];
  expect(reasons.map(reasonPage).map(broken).filter(Boolean)).toEqual([]);
});

test("docs/README.md leads to every page", () => {
  const linked = new Set(relativeLinks("docs/README.md").map((link) => link.split("#")[0]));
  const pages = PAGES.filter((page) => page.startsWith("docs/") && page !== "docs/README.md");
  expect(pages.filter((page) => !linked.has(page))).toEqual([]);
});
