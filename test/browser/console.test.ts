import type { Page } from "playwright-core";
import { expect } from "vitest";
import { describeWith } from "../require.ts";
import { openPage, rows } from "./browser.ts";
import { test } from "./stage.ts";

const HOUR_MS = 60 * 60_000;

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

describeWith("chromium", "an operator at the console", () => {
  test("an operator finds out why samples were refused, mends some, drops others, and the books balance", async ({
    browser,
    scene,
  }) => {
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

  test("letters that come after a look are told, and seen at the next one", async ({ browser, scene }) => {
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

  test("a replay goes on when its window is closed, and what came of it is said", async ({ browser, scene }) => {
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
});
