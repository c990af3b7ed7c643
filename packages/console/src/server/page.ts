import type { Context } from "hono";
import type { WebFile } from "./web.ts";

/** Addresses of the page, all of them one file: what it shows it reads from its own address. */
const VIEWS: ReadonlySet<string> = new Set(["/", "/letters", "/series", "/writes", "/settings", "/reasons"]);
const INDEX = "/index.html";
/** What the built page has in place of the token. */
const TOKEN_MARK = "PENSTOCK_TOKEN";

/** The page's files, in memory: a request's path is looked up among their names and never becomes a path of a file. */
export class Page {
  readonly #files: ReadonlyMap<string, WebFile>;
  readonly #index: string;

  /** @throws {Error} without an index */
  constructor(files: readonly WebFile[]) {
    const index = files.find(({ path }) => path === INDEX);
    if (!index) throw new Error("Expected the console's page to have an index.html, got none: build it again");
    this.#index = index.text;
    this.#files = new Map(files.filter((file) => file !== index).map((file) => [file.path, file]));
  }

  answer(context: Context, token: string): Response | Promise<Response> {
    const { path } = context.req;
    if (VIEWS.has(path)) {
      const headers = { "content-type": "text/html; charset=utf-8", "cache-control": "no-store" };
      return context.body(this.#index.replace(TOKEN_MARK, token), 200, headers);
    }
    const file = this.#files.get(path);
    if (!file) return context.notFound();
    // Names hold a hash of their content.
    const headers = { "content-type": file.type, "cache-control": "public, max-age=31536000, immutable" };
    return context.body(file.text, 200, headers);
  }
}
