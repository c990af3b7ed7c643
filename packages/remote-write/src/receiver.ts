import type { Receiver } from "@penstock/model";
import { type Codec, encoderOf } from "./codec.ts";
import { type CredentialProvider, defaultCredentials, memoizeCredentials } from "./credentials.ts";
import { createEndpoint, type EndpointOptions } from "./endpoint.ts";
import { createReader, DEFAULT_MAX_RESPONSE_BYTES } from "./read.ts";
import { createWriter } from "./write.ts";

export interface ReceiverOptions {
  /** Where remote write is posted, whole; `receiverUrls` finds it. */
  readonly writeUrl: string;
  /** Where instant queries are posted, whole. Without it the receiver cannot be read. */
  readonly queryUrl?: string | undefined;
  /**
   * Signs requests (SigV4, service `aps`) for this region. An AMP workspace's URL names its region and is signed
   * without it; needed for AMP behind another name, such as a VPC endpoint's.
   */
  readonly region?: string | undefined;
  /** Default: the AWS SDK's default chain. Asked once until what it gives is about to expire. */
  readonly credentials?: CredentialProvider | undefined;
  /** Sent with every request: a tenant (`X-Scope-OrgID`), a password (`Authorization`). */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** The largest reading taken, in bytes after decompression. Default 64 MiB. */
  readonly maxResponseBytes?: number | undefined;
  /** What makes the bodies of writes. Default `direct`. */
  readonly codec?: Codec | undefined;
  /** Called with a `Request`, and its signal again. Default: the platform's. */
  readonly fetch?: typeof fetch | undefined;
}

/**
 * The receiver behind these URLs. Statuses and network failures come back as data; a rejection means that the caller
 * broke the types' promises (timestamps that are no positive whole numbers, lists of different lengths, no series).
 *
 * @throws {TypeError} for a URL, region, header or bound that cannot be
 */
export function createReceiver({ writeUrl, queryUrl, ...options }: ReceiverOptions): Receiver {
  const { maxResponseBytes = DEFAULT_MAX_RESPONSE_BYTES } = options;
  if (!Number.isSafeInteger(maxResponseBytes) || maxResponseBytes < 1) {
    throw new TypeError(`Expected \`maxResponseBytes\` to be a positive whole number, got \`${maxResponseBytes}\``);
  }
  const shared: EndpointOptions = {
    region: options.region,
    credentials: memoizeCredentials(options.credentials ?? defaultCredentials()),
    headers: options.headers ?? {},
    fetch: options.fetch ?? fetch,
  };
  return {
    write: createWriter(createEndpoint("writeUrl", writeUrl, shared), encoderOf(options.codec ?? "direct")),
    read:
      queryUrl === undefined ? undefined : createReader(createEndpoint("queryUrl", queryUrl, shared), maxResponseBytes),
  };
}
