import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { describeWith } from "../require.ts";
import { openPage, startBrowser } from "./browser.ts";
import { type Scene, startScene } from "./scene.ts";

const HOUR_MS = 60 * 60_000;
const SCRIPT = "<img src=x onerror=alert(1)><script>alert(1)</script>";

let browser: Browser;
let scene: Scene;

beforeEach(async () => {
  scene = await startScene();
});
const closing: Promise<void>[] = [];
// To close takes seconds, of waiting: the next test need not.
afterEach(() => void closing.push(scene.close()));
afterAll(() => Promise.all(closing));

/** The figures of the account, as the page has them. */
async function books(page: Page): Promise<Record<string, number>> {
  const figures = page.locator("[data-books]");
  const entries = await figures.evaluateAll((elements) =>
    elements.map((element) => [element.getAttribute("data-books")!, Number(element.textContent!.replace(/\D/g, ""))]),
  );
  return Object.fromEntries(entries);
}

async function expectBalance(page: Page, expected: Record<string, number>): Promise<void> {
  await expect.poll(() => books(page), { timeout: 15_000 }).toEqual(expected);
  expect(await page.getByText("They balance").count()).toBe(1);
}

/** The rows of a table, as somebody reads them. */
async function rows(page: Page, table: string): Promise<string[]> {
  const texts = await page.locator(`${table} tbody tr`).allInnerTexts();
  return texts.map((text) => text.replace(/\s+/g, " ").trim());
}

/** What has the focus, in words. */
function focused(page: Page): Promise<string> {
  return page.evaluate("document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent");
}

/** The theme that is shown. */
function themeOf(page: Page): Promise<string> {
  return page.evaluate("document.documentElement.dataset.theme");
}

describeWith("chromium", "the console in a browser", () => {
  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(() => browser.close());

  test("an operator finds out why samples were refused, mends some, drops others, and the books balance", async () => {
    const now = Date.now();
    const legacy = { __name__: "requests_total", "http.method": "GET", service: "shop" };
    for (let i = 0; i < 4; i++) {
      await scene.send({ __name__: "requests_total", service: "shop", method: "GET" }, [[now + i, 10]], {
        writer: "shop-1",
      });
      await scene.send({ __name__: "requests_total", service: "shop", method: "GET" }, [[now + i - 5_000, 1]], {
        writer: "shop-late",
      });
    }
    for (let i = 0; i < 3; i++) await scene.send(legacy, [[now + i, 2]], { writer: "shop-legacy" });
    for (let i = 0; i < 2; i++)
      await scene.send({ __name__: "rows_total" }, [[now - 2 * HOUR_MS + i, 7]], { writer: "nightly" });
    await scene.settled();

    const { page, complaints, picture } = await openPage(browser, scene.console.url, "light");
    let bodiesAsked = 0;
    page.on("request", (request) => {
      if (request.url().endsWith("/body")) bodiesAsked++;
    });
    await expectBalance(page, { received: 13, stored: 8, rejected: 5, duplicate: 0, returned: 0 });
    expect(await page.locator(".health").innerText()).toContain("5 dead letters wait for you.");
    expect(await rows(page, ".refusals")).toEqual([
      expect.stringMatching(/^label_invalid .* 3 in all$/),
      expect.stringMatching(/^greater_than_max_sample_age .* 2 in all$/),
    ]);
    await picture("1-overview");

    await page.locator(".refusals").getByRole("link", { name: "label_invalid" }).click();
    await expect
      .poll(() => rows(page, ".pivot"), { timeout: 10_000 })
      .toEqual([expect.stringMatching(/^label_invalid requests_total 3 3 /)]);
    expect(new URL(page.url()).searchParams.get("q")).toBe('{reason="label_invalid"}');
    await page.locator(".letters .row-link").first().click();
    await page.locator(".detail .timeline").waitFor();
    expect(await page.getByTestId("words").innerText()).toContain("http.method");
    await picture("2-letter");
    expect(bodiesAsked).toBe(0);
    expect(await page.getByTestId("body").count()).toBe(0);
    await page.getByRole("button", { name: "Show the raw body" }).click();
    expect(await page.getByTestId("body").innerText()).toContain('"http.method": "GET"');
    await page.keyboard.press("Escape");
    await page.locator(".detail").waitFor({ state: "detached" });

    await page.getByRole("link", { name: "Replay …", exact: true }).click();
    await page.getByRole("button", { name: "Change a label" }).click();
    await page.getByLabel("The label").fill("http.method");
    await page.getByLabel("The new name").fill("method");
    await expect
      .poll(() => rows(page, ".trials"))
      .toEqual([expect.stringMatching(/http\.method.* → .*\{method="GET"/)]);
    await page.getByRole("button", { name: "Preview" }).click();
    expect(await page.getByTestId("preview-replay").innerText()).toContain("Would send back 3 letters of 3 that match");
    await picture("3-replay");
    await page.getByRole("button", { name: "Replay 3 letters" }).click();
    expect(await page.getByTestId("replay").innerText()).toContain("Sent back 3 letters");
    await page.getByRole("button", { name: "Done" }).click();
    await scene.settled();
    await page.getByText("No letter that was seen matches the filter").waitFor();

    await page.getByRole("button", { name: "Clear the filter" }).click();
    await expect
      .poll(() => rows(page, ".pivot"))
      .toEqual([expect.stringMatching(/^greater_than_max_sample_age rows_total 2 2 /)]);
    await page.getByRole("link", { name: "Drop …", exact: true }).click();
    const confirm = page.getByRole("button", { name: "Drop 2 letters" });
    expect(await confirm.isDisabled()).toBe(true);
    await page.getByLabel("Type 2 to drop them").fill("2");
    await picture("4-drop");
    await confirm.click();
    expect(await page.getByTestId("drop").innerText()).toContain("Deleted 2 letters");
    await page.getByRole("button", { name: "Done" }).click();
    await page.getByText("No dead letters").waitFor();

    await page.getByRole("link", { name: "Overview", exact: true }).click();
    await expectBalance(page, { received: 16, stored: 11, rejected: 5, duplicate: 0, returned: 0 });
    await expect.poll(() => page.locator(".health").innerText(), { timeout: 15_000 }).toContain("All is well");
    await picture("5-mended");

    await page.goto(`${scene.console.url}series?q=${encodeURIComponent('requests_total{method="GET"}')}&range=5`);
    await expect.poll(() => rows(page, "section .data")).toEqual([expect.stringMatching(/^requests_total\{.*1 2/)]);
    await page.getByRole("button", { name: "Table" }).click();
    const values = await page.locator(".scroll.tall tbody tr td:nth-child(2)").allInnerTexts();
    expect(values.map(Number).reduce((sum, value) => sum + value, 0)).toBe(4 * 10 + 4 * 1 + 3 * 2);
    expect(complaints).toEqual([]);
  });

  test.each(["light", "dark"] as const)(
    "every page stands in the %s theme, empty and healthy, without a complaint",
    async (scheme) => {
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

  test("text from strangers is shown and never obeyed", async () => {
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

  test("letters that come after a look are told, and seen at the next one", async () => {
    const bad = { __name__: "x_total", "bad-name": "x" };
    const { page, complaints } = await openPage(browser, `${scene.console.url}letters`, "light");
    await page.getByText("No dead letters").waitFor();
    await scene.send(bad, [[Date.now(), 1]]);
    await page.getByRole("heading", { name: "1 letter" }).waitFor({ timeout: 15_000 });
    await scene.send(bad, [[Date.now(), 1]]);
    await page.getByText("About 1 letter came since").waitFor({ timeout: 15_000 });
    expect(await page.locator(".letters tbody tr").count()).toBe(1);
    await page.reload();
    await page.getByRole("heading", { name: "2 letters" }).waitFor({ timeout: 15_000 });
    expect(complaints).toEqual([]);
  });

  test("what is shown is in the address: it outlives a reload, and back leads back", async () => {
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

  test("an operator needs no mouse", async () => {
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

  test("a replay goes on when its window is closed, and what came of it is said", async () => {
    for (let i = 0; i < 4; i++) await scene.send({ __name__: "x_total", "bad-name": "x" }, [[Date.now() + i, 1]]);
    await scene.settled();
    const { page, complaints } = await openPage(browser, `${scene.console.url}letters?do=replay`, "light");
    await page.getByLabel("Letters a second").fill("1");
    await page.getByRole("button", { name: "Preview" }).click();
    await page.getByRole("button", { name: "Replay 4 letters" }).dblclick();
    await page.getByRole("dialog").getByText("Replaying").waitFor();
    expect(await page.locator(".field-error").count()).toBe(0);
    await page.reload();
    await page.getByRole("dialog").getByText("Replaying").waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    const looked = page.waitForResponse((response) => response.url().endsWith("/api/look"));
    await page.getByTestId("replay").getByText("Sent back 4 letters of 4").waitFor({ timeout: 15_000 });
    await looked;
    await page.getByRole("button", { name: "Close what was done" }).click();
    await page.getByTestId("replay").waitFor({ state: "detached" });
    expect(complaints).toEqual([]);
  });

  test("a page that outlives its console says so", async () => {
    const { page } = await openPage(browser, scene.console.url, "light");
    await page.locator(".flow").waitFor();
    await scene.console.close();
    await page.getByRole("alert").getByText("The console does not answer").waitFor({ timeout: 10_000 });
  });
});
