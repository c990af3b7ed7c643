import { untilAborted } from "./abort.ts";

/** What signs a request; the AWS SDK's `AwsCredentialIdentity` is one. */
export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  /** Undefined: they do not expire. */
  readonly expiration?: Date;
}

/** The AWS SDK's credential providers are such functions. */
export type CredentialProvider = () => Promise<AwsCredentials>;

/** Refreshed this long before they expire, as the AWS SDK does. */
const REFRESH_AHEAD_MS: number = 5 * 60_000;

/** With less left they sign no more: a request signed now must still hold when it arrives. */
const MIN_LIFETIME_MS = 30_000;

/** A refresh that takes longer is given up, so that one lost packet does not stop a worker for good. */
const REFRESH_TIMEOUT_MS = 30_000;

/**
 * Asks `provider` once for many requests, again when what it gave is about to expire. One refresh at a time; a failed
 * one is forgotten, and borne while what is at hand is still valid.
 */
export function memoizeCredentials(provider: CredentialProvider): CredentialProvider {
  let current: AwsCredentials | undefined;
  let refreshing: Promise<AwsCredentials> | undefined;

  async function refresh(): Promise<AwsCredentials> {
    try {
      current = await untilAborted(provider(), AbortSignal.timeout(REFRESH_TIMEOUT_MS));
      return current;
    } catch (error) {
      if (current !== undefined && lifetimeMs(current) > 0) return current;
      throw error;
    }
  }

  return async () => {
    const leftMs = current === undefined ? 0 : lifetimeMs(current);
    if (leftMs > REFRESH_AHEAD_MS) return current!;
    refreshing ??= refresh().finally(() => {
      refreshing = undefined;
    });
    if (leftMs < MIN_LIFETIME_MS) return refreshing;
    // A provider that hangs holds up nothing that can still be signed; whoever needs the refresh hears that it failed.
    refreshing.catch(() => {});
    return current!;
  };
}

function lifetimeMs({ expiration }: AwsCredentials): number {
  return expiration === undefined ? Number.POSITIVE_INFINITY : expiration.getTime() - Date.now();
}

/** The AWS SDK's default chain: environment, profile, SSO, web identity, container and instance roles. */
export function defaultCredentials(): CredentialProvider {
  let chain: CredentialProvider | undefined;
  return async () => {
    // Loaded when first needed: a Prometheus without signatures does not pay for it.
    const { defaultProvider } = await import("@aws-sdk/credential-provider-node");
    chain ??= defaultProvider();
    return chain();
  };
}
