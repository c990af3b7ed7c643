import { createSignedFetcher } from "aws-sigv4-fetch";
import { untilAborted } from "./abort.ts";
import { signingRegion } from "./amp.ts";
import type { CredentialProvider } from "./credentials.ts";
import { explain, isTimeout } from "./failure.ts";
import { parseUrl } from "./urls.ts";
import { VERSION } from "./version.ts";

/** AMP's name in signatures, for writes and queries (aws-sdk client-amp, `signingName`). */
const SERVICE = "aps";

/** setTimeout's longest wait. */
const MAX_TIMER_MS: number = 2 ** 31 - 1;

/** What became of one POST. The body of a response is still to be read, within the same timeout. */
type Posted =
  | { readonly kind: "answered"; readonly response: Response; readonly signed: boolean }
  | { readonly kind: "unanswered"; readonly detail: string; readonly timedOut: boolean };

/** POSTs to one URL. Never rejects; `timeoutMs` bounds credentials, connection, headers and body together. */
export type Endpoint = (
  headers: Readonly<Record<string, string>>,
  body: string | Uint8Array<ArrayBuffer>,
  timeoutMs: number,
) => Promise<Posted>;

export interface EndpointOptions {
  readonly region: string | undefined;
  readonly credentials: CredentialProvider;
  /** Sent with every request. */
  readonly headers: Readonly<Record<string, string>>;
  readonly fetch: typeof fetch;
}

/**
 * @param option the name of the option that holds `text`, for errors
 * @throws {TypeError} for a URL, region or header that cannot be
 */
export function createEndpoint(option: string, text: string, options: EndpointOptions): Endpoint {
  const url = parseUrl(option, text);
  const region = signingRegion(url, options.region);
  const common = new Headers(options.headers);
  common.set("User-Agent", `penstock/${VERSION}`);

  return async (headers, body, timeoutMs) => {
    if (!(timeoutMs > 0)) return { kind: "unanswered", detail: "Not sent: no time left", timedOut: false };
    const signal = AbortSignal.timeout(Math.min(Math.ceil(timeoutMs), MAX_TIMER_MS));
    const all = new Headers(common);
    for (const [name, value] of Object.entries(headers)) all.set(name, value);
    // A redirect is an answer to report: following one would carry the signature and the body to somewhere else.
    const init: RequestInit = { method: "POST", headers: all, body, signal, redirect: "manual" };
    const sender = await createSender(region, options, signal);
    if (typeof sender === "string") return { kind: "unanswered", detail: sender, timedOut: false };
    try {
      return { kind: "answered", response: await sender(url.href, init), signed: region !== undefined };
    } catch (error) {
      const timedOut = isTimeout(error);
      return { kind: "unanswered", detail: timedOut ? `No answer within ${timeoutMs} ms` : explain(error), timedOut };
    }
  };
}

type Sender = (url: string, init: RequestInit) => Promise<Response>;

/** What sends one request; or, in words, why it cannot be signed. */
async function createSender(
  region: string | undefined,
  { credentials, fetch }: EndpointOptions,
  signal: AbortSignal,
): Promise<Sender | string> {
  // A Request follows its signal through a weak reference, so once collected as garbage it would never time out. The
  // signer makes a Request and lets go of it: hence the signal again, beside it.
  const send: typeof fetch = (request) => fetch(request, { signal });
  if (region === undefined) return (url, init) => send(new Request(url, init));
  try {
    const identity = await untilAborted(credentials(), signal);
    return createSignedFetcher({ service: SERVICE, region, credentials: identity, fetch: send });
  } catch (error) {
    return `Not sent: no AWS credentials to sign with: ${explain(error)}`;
  }
}
