import type { Page } from "playwright-core";
import { expect } from "vitest";
import { describeWith } from "../require.ts";
import { openPage } from "./browser.ts";
import { test } from "./stage.ts";

const SCRIPT = "<img src=x onerror=alert(1)><script>alert(1)</script>";

/** What has the focus, in words. */
function focused(page: Page): Promise<string> {
  return page.evaluate("document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent");
}

/** The theme that is shown. */
function themeOf(page: Page): Promise<string> {
  return page.evaluate("document.documentElement.dataset.theme");
}

describeWith("chromium", "the pages of the console", () => {
  test.for(["light", "dark"] as const)(
    "every page stands in the %s theme, empty and healthy, without a complaint",
    async (scheme, { browser, scene }) => {
      const { page, complaints, picture } = await openPage(browser, scene.console.url, scheme);
      const pages = [
        ["Overview", "All is well: nothing waits"],
        ["Dead letters", "No dead letters"],
        ["Series", "Nothing was stored in the last 5 minutes"],
        ["Writes", "Nothing was written yet"],
        ["Reasons", "A label's name is none"],
        ["Settings", "Where it looks"],
      ] as const;
      for (const [name, words] of pages) {
        await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name }).click();
        await page.getByText(words).first().waitFor();
        await picture(`empty-${name.toLowerCase().replace(" ", "-")}`);
      }
      expect(await page.evaluate("getComputedStyle(document.documentElement).colorScheme")).toBe(scheme);
      await page.getByRole("button", { name: /^Show the .* theme$/ }).click();
      expect(await themeOf(page)).toBe(scheme === "dark" ? "light" : "dark");
      await page.reload();
      expect(await themeOf(page)).toBe(scheme === "dark" ? "light" : "dark");
      expect(complaints).toEqual([]);
    },
  );

  test("text from strangers is shown and never obeyed", async ({ browser, scene }) => {
    const now = Date.now();
    await scene.send({ __name__: "x_total", [`bad ${SCRIPT}`]: "x", page: SCRIPT }, [[now, 1]], { writer: SCRIPT });
    await scene.send({ __name__: "y_total", page: SCRIPT }, [[now, 1]], { writer: SCRIPT });
    await scene.send({ __name__: SCRIPT }, [[now, 1]]);
    await scene.settled();
    const watched = await openPage(browser, `${scene.console.url}letters?by=reason,series,writer,metric`, "dark");
    const { page } = watched;
    page.on("dialog", () => watched.complaints.push("a dialog was opened"));
    await page.locator(".pivot").waitFor();
    expect(await page.locator(".pivot").innerText()).toContain(SCRIPT);
    for (const link of await page.locator(".letters .row-link").all()) {
      await link.click();
      await page.locator(".detail .timeline").waitFor();
      await page.getByRole("button", { name: "Show the raw body" }).click();
      await page.getByTestId("body").waitFor();
    }
    await page.goto(`${scene.console.url}letters?q=${encodeURIComponent(`{a="${SCRIPT}`)}`);
    await page.locator(".field-error").waitFor();
    await page.goto(`${scene.console.url}series?q=y_total&view=table`);
    await page.locator(".scroll.tall").waitFor();
    expect(await page.locator(".scroll.tall").innerText()).toContain(SCRIPT);
    expect(await page.locator("main img, main script").count()).toBe(0);
    // The filter that is none is answered 400, and Chromium notes it.
    expect(watched.complaints.filter((text) => !/400/.test(text))).toEqual([]);
  });

  test("what is shown is in the address: it outlives a reload, and back leads back", async ({ browser, scene }) => {
    const now = Date.now();
    await scene.send({ __name__: "x_total" }, [[now - 1, 1]]);
    await scene.send({ __name__: "x_total" }, [[now - 2, 2]]);
    await scene.settled();
    const { page, complaints } = await openPage(browser, `${scene.console.url}series?q=x_total`, "dark");
    await page.getByRole("button", { name: "Table" }).click();
    await page.getByRole("button", { name: "5 min", exact: true }).click();
    await page.reload();
    const points = page.locator(".scroll.tall time");
    await points.first().waitFor();
    expect(await points.evaluateAll((times) => times.map((time) => time.getAttribute("title")))).toEqual(
      [now - 1, now - 2].map((at) => new Date(at).toISOString()),
    );
    await page.goBack();
    expect(await page.getByRole("button", { name: "1 h", exact: true }).getAttribute("aria-pressed")).toBe("true");
    await page.goto(`${scene.console.url}settings`);
    await page.getByRole("button", { name: "Look only" }).click();
    await page.getByText(/^Done\. \d+ passed/).waitFor();
    await page.reload();
    await page.getByText(/^Done\. \d+ passed/).waitFor();
    await page.goBack();
    await page.getByText("The probe writes").waitFor();
    expect(complaints).toEqual([]);
  });

  test("an examination that the console has forgotten is told, and not asked for again and again", async ({
    browser,
    scene,
  }) => {
    const { page } = await openPage(browser, `${scene.console.url}settings?exam=gone`, "light");
    let asked = 0;
    page.on("request", (request) => {
      if (request.url().endsWith("/jobs/gone")) asked++;
    });
    await page.getByText("This examination is forgotten").waitFor();
    // The page's own heartbeat: seconds go by between two of them.
    const heartbeat = () => page.waitForResponse((response) => response.url().includes("/overview"));
    await heartbeat();
    asked = 0;
    await heartbeat();
    await heartbeat();
    expect(asked).toBe(0);
  });

  test("an operator needs no mouse", async ({ browser, scene }) => {
    const now = Date.now();
    for (let i = 0; i < 3; i++) await scene.send({ __name__: "x_total", "bad-name": "x" }, [[now + i, 1]]);
    await scene.settled();
    const { page, complaints } = await openPage(browser, scene.console.url, "light");
    await page.locator(".flow").waitFor();
    await page.keyboard.press("Tab");
    expect(await focused(page)).toBe("To the content");
    await page.keyboard.press("Enter");
    expect(await page.evaluate("document.activeElement.id")).toBe("main");
    await page.keyboard.press("g");
    await page.keyboard.press("d");
    await page.locator(".letters").waitFor();
    await page.keyboard.press("j");
    await page.locator(".detail .timeline").waitFor();
    const first = new URL(page.url()).searchParams.get("id");
    await page.keyboard.press("j");
    await expect.poll(() => new URL(page.url()).searchParams.get("id")).not.toBe(first);
    await page.keyboard.press("k");
    await expect.poll(() => new URL(page.url()).searchParams.get("id")).toBe(first);
    await expect.poll(() => focused(page)).toBe("label_invalid");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Tab");
    for (const [action, title] of [
      ["Replay this letter …", "Replay"],
      ["Drop it …", "Drop"],
    ] as const) {
      expect(await focused(page)).toBe(action);
      await page.keyboard.press("Enter");
      await page.getByRole("dialog", { name: title }).waitFor();
      await page.keyboard.press("Escape");
      await page.getByRole("dialog").waitFor({ state: "detached" });
      await expect.poll(() => focused(page)).toBe(action);
      await page.keyboard.press("Tab");
    }
    await page.keyboard.press("Escape");
    await expect.poll(() => page.evaluate("document.activeElement.dataset.letter")).toBe(first);
    await page.keyboard.press("/");
    await page.keyboard.type("never mind");
    await page.keyboard.press("Tab");
    expect(await focused(page)).toBe("Clear the filter");
    await page.keyboard.press("Enter");
    await expect.poll(() => page.locator("input[data-filter]").inputValue()).toBe("");
    expect(await focused(page)).toBe("Filter the letters by a selector");
    await page.keyboard.type('{writer="nobody"}');
    await page.keyboard.press("Enter");
    await page.getByText("No letter that was seen matches the filter").waitFor();
    await page.keyboard.press("Escape");
    await page.keyboard.press("?");
    await page.getByRole("dialog").getByText("to the filter").waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await page.goBack();
    await page.locator(".letters").waitFor();
    expect(complaints).toEqual([]);
  });

  test("a page that outlives its console says so", async ({ browser, scene }) => {
    const { page } = await openPage(browser, scene.console.url, "light");
    await page.locator(".flow").waitFor();
    await scene.console.close();
    await page.getByRole("alert").getByText("The console does not answer").waitFor({ timeout: 10_000 });
  });
});
