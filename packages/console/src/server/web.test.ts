import { expect, test } from "vitest";
import { buildWeb, loadWeb } from "./web.ts";

test("the page is built from its sources, by several at once too, and nothing of it is inline", async () => {
  await Promise.all([buildWeb(), buildWeb()]);
  const files = await loadWeb();
  expect(new Set(files.map(({ path }) => path.split(".").at(-1)))).toEqual(new Set(["html", "js", "css", "svg"]));
  const index = files.find(({ path }) => path === "/index.html")!.text;
  expect(index).toContain('content="PENSTOCK_TOKEN"');
  expect(index).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\son\w+=/);
  const linked = [...index.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path);
  expect(files.map(({ path }) => path)).toEqual(expect.arrayContaining(linked));
  // Drawing does not put text in as HTML, and neither does a library here: the policy would stop the page.
  expect(files.find(({ path }) => path.endsWith(".js"))!.text).not.toMatch(
    /\.outerHTML|insertAdjacentHTML|document\.write/,
  );
});
