import { timingSafeEqual } from "node:crypto";
import type { MiddlewareHandler } from "hono";
import { secureHeaders } from "hono/secure-headers";

/** Names of this machine, as a browser calls it. Whatever else resolves to it is a trick (DNS rebinding). */
const LOOPBACK_NAMES: ReadonlySet<string> = new Set(["127.0.0.1", "localhost"]);

/** The header in which the page sends the token that it was served with. */
const TOKEN_HEADER = "x-penstock-token";

/**
 * Every request must be addressed to this machine by one of its own names: a page of a stranger's host that resolves to
 * 127.0.0.1 may read and write as it likes, but its requests carry that host.
 */
export const addressedToUs: MiddlewareHandler = async (context, next) => {
  const host = context.req.header("host") ?? "";
  if (!LOOPBACK_NAMES.has(hostName(host))) {
    return context.json({ error: `Expected a request to this machine's own name, got one to \`${host}\`` }, 403);
  }
  return next();
};

/**
 * Only our own page may ask: it has the token, which another site cannot read, and a browser that says where a request comes
 * from must say here. Looking counts as well as changing, for to look is to receive letters.
 */
export function fromOurPage(token: string): MiddlewareHandler {
  const expected = Buffer.from(token);
  return async (context, next) => {
    const { method } = context.req;
    const origin = context.req.header("origin");
    const isChange = method !== "GET" && method !== "HEAD";
    if ((isChange || origin !== undefined) && origin !== `http://${context.req.header("host")}`) {
      const from = origin === undefined ? "that does not say where it comes from" : `from \`${origin}\``;
      return context.json({ error: `Expected a request from the console's own page, got one ${from}` }, 403);
    }
    const site = context.req.header("sec-fetch-site");
    if (site !== undefined && site !== "same-origin") {
      return context.json(
        { error: `Expected a request from the console's own page, got one from a ${site} page` },
        403,
      );
    }
    const given = Buffer.from(context.req.header(TOKEN_HEADER) ?? "");
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
      return context.json({ error: "Expected this console's token, got another: load the page again" }, 403);
    }
    return next();
  };
}

/** Nothing from elsewhere, nothing inline, and no text as HTML: the browser itself sees to it. */
export const locked: MiddlewareHandler = secureHeaders({
  contentSecurityPolicy: {
    defaultSrc: ["'none'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'"],
    imgSrc: ["'self'"],
    connectSrc: ["'self'"],
    baseUri: ["'none'"],
    formAction: ["'none'"],
    frameAncestors: ["'none'"],
    requireTrustedTypesFor: ["'script'"],
    trustedTypes: ["'none'"],
  },
  crossOriginEmbedderPolicy: "require-corp",
  crossOriginOpenerPolicy: "same-origin",
  crossOriginResourcePolicy: "same-origin",
  referrerPolicy: "no-referrer",
  xFrameOptions: "DENY",
  // There is no TLS on loopback, and a browser would remember it for every port of localhost.
  strictTransportSecurity: false,
});

function hostName(host: string): string {
  return URL.canParse(`http://${host}`) && !/[@/?#\\]/.test(host) ? new URL(`http://${host}`).hostname : "";
}
