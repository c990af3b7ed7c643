import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";

/** As few of the browser's own doings as it lets itself be told; no sandbox, for tests run as root in containers. */
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Kept by whoever runs the tests: pictures of the run. */
const ARTIFACTS: string = fileURLToPath(new URL("../../artifacts/console/", import.meta.url));
const SIZE = { width: 1280, height: 860 };

export async function startBrowser(): Promise<Browser> {
  await mkdir(ARTIFACTS, { recursive: true });
  return chromium.launch({ executablePath: chromiumFile(), args: FLAGS });
}

/** Debian's name and Ubuntu's, on the PATH. @throws {Error} when there is none; suites that need one say so before */
function chromiumFile(): string {
  const folders = (process.env.PATH ?? "").split(delimiter);
  const files = folders.flatMap((folder) => [join(folder, "chromium"), join(folder, "chromium-browser")]);
  const found = files.find((file) => existsSync(file));
  if (found === undefined) throw new Error("Expected a chromium on the PATH, got none");
  return found;
}

/** A page, and what it complained about. */
export interface Watched {
  readonly page: Page;
  /** Errors and warnings of the page's console, exceptions, requests that failed. A healthy page has none. */
  readonly complaints: string[];
  picture(name: string): Promise<void>;
}

export async function openPage(browser: Browser, url: string, colorScheme: "light" | "dark"): Promise<Watched> {
  const page = await browser.newPage({ viewport: SIZE, colorScheme, reducedMotion: "reduce" });
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("response", (response) => {
    if (response.status() >= 400) complaints.push(`${response.status()} ${response.url()}`);
  });
  await page.goto(url);
  return {
    page,
    complaints,
    picture: async (name) => void (await page.screenshot({ path: `${ARTIFACTS}${name}-${colorScheme}.png` })),
  };
}

/** The rows of a table, as somebody reads them. */
export async function rows(page: Page, table: string): Promise<string[]> {
  const texts = await page.locator(`${table} tbody tr`).allInnerTexts();
  return texts.map((text) => text.replace(/\s+/g, " ").trim());
}
