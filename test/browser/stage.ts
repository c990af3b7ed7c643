import type { Browser } from "playwright-core";
import { afterAll, test as base } from "vitest";
import { startBrowser } from "./browser.ts";
import { PageClient } from "./http.ts";
import { type Scene, startScene } from "./scene.ts";

const closing: Promise<void>[] = [];
afterAll(() => Promise.all(closing));

/** A test with a pipeline and a console of its own, and a browser that it shares with the others of its file. */
export const test = base.extend<{ browser: Browser; scene: Scene; client: PageClient }>({
  browser: [
    // biome-ignore lint/correctness/noEmptyPattern: what a fixture needs is read from this pattern
    async ({}, use) => {
      const browser = await startBrowser();
      await use(browser);
      await browser.close();
    },
    { scope: "file" },
  ],
  // biome-ignore lint/correctness/noEmptyPattern: what a fixture needs is read from this pattern
  scene: async ({}, use) => {
    const scene = await startScene();
    await use(scene);
    // To close takes seconds, of waiting: the next test need not.
    closing.push(scene.close());
  },
  client: async ({ scene }, use) => use(await PageClient.open(scene.console)),
});
