import { cut } from "@penstock/model";
import { ampRegion } from "./amp.ts";

export interface ReceiverUrls {
  /** Where remote write is posted. */
  readonly writeUrl: string;
  /** Where instant queries are posted; undefined when the receiver's is not known. */
  readonly queryUrl: string | undefined;
}

const WRITE_PATH = "/api/v1/write";
const QUERY_PATH = "/api/v1/query";

/**
 * The two endpoints of a receiver from the one URL that people have at hand.
 *
 * - AMP: a workspace's URL (`https://aps-workspaces.REGION.amazonaws.com/workspaces/ws-…/`), or its remote-write URL.
 * - Prometheus: a base URL, that is one without a path or with a path that ends in a slash (`http://127.0.0.1:9090`).
 * - Anything else is taken as the remote-write URL it is. Its query endpoint is known only for `/api/v1/write` at the
 *   root, Prometheus's own; for others (Cortex, Mimir, Thanos) give `queryUrl` beside it: a base URL, or the whole
 *   `…/api/v1/query`.
 *
 * @throws {TypeError} naming the value, when it is no such URL
 */
export function receiverUrls(input: { readonly url: string; readonly queryUrl?: string | undefined }): ReceiverUrls {
  const url = parseUrl("url", input.url);
  const urls = ampRegion(url) === undefined ? prometheusUrls(url) : ampUrls("url", url);
  if (input.queryUrl === undefined) return urls;
  return { ...urls, queryUrl: queryEndpoint(parseUrl("queryUrl", input.queryUrl)) };
}

/**
 * An http or https URL; AMP's are https only.
 *
 * @param option the name of the option that holds it, for the error
 */
export function parseUrl(option: string, text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !["http:", "https:"].includes(url.protocol)) {
    throw new TypeError(`Expected \`${option}\` to be an http or https URL, got \`${cut(text, 200)}\``);
  }
  if (url.username !== "" || url.password !== "") {
    // Not shown: it holds a password.
    const cure = "send them in `headers`, as Authorization";
    throw new TypeError(`Expected \`${option}\` without user name and password, got some for ${url.host}: ${cure}`);
  }
  if (ampRegion(url) !== undefined && url.protocol !== "https:") {
    throw new TypeError(`Expected \`${option}\` to be https, as AMP only speaks https, got \`${cut(text, 200)}\``);
  }
  return url;
}

function prometheusUrls(url: URL): ReceiverUrls {
  const bare = url.search === "";
  if (bare && url.pathname.endsWith("/")) {
    return { writeUrl: at(url, under(url, WRITE_PATH)), queryUrl: at(url, under(url, QUERY_PATH)) };
  }
  const queryUrl = bare && url.pathname === WRITE_PATH ? at(url, QUERY_PATH) : undefined;
  return { writeUrl: url.href, queryUrl };
}

function ampUrls(option: string, url: URL): ReceiverUrls {
  const workspace = /^(\/workspaces\/[^/]+)(?:\/|\/api\/v1\/remote_write|\/api\/v1\/query)?$/.exec(url.pathname)?.[1];
  if (workspace === undefined) {
    const expected = `https://${url.host}/workspaces/ws-…/`;
    throw new TypeError(`Expected \`${option}\` to be a workspace's URL, ${expected}, got \`${cut(url.href, 200)}\``);
  }
  return { writeUrl: at(url, `${workspace}/api/v1/remote_write`), queryUrl: at(url, `${workspace}${QUERY_PATH}`) };
}

/** The query endpoint always ends the same, so what does not is a base. */
function queryEndpoint(url: URL): string | undefined {
  if (ampRegion(url) !== undefined) return ampUrls("queryUrl", url).queryUrl;
  return url.pathname.endsWith(QUERY_PATH) ? url.href : at(url, under(url, QUERY_PATH));
}

function under(url: URL, path: string): string {
  return `${url.pathname.replace(/\/+$/, "")}${path}`;
}

/** The same host, always: resolving a path that begins with two slashes would go to another. */
function at(url: URL, path: string): string {
  const moved = new URL(url);
  moved.pathname = path;
  moved.search = "";
  moved.hash = "";
  return moved.href;
}
