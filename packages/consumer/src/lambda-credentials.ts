import type { Environment } from "@penstock/model";
import type { ReceiverOptions } from "@penstock/remote-write";

/**
 * The function's own credentials: Lambda gives them in the environment and starts another one before they expire (Lambda,
 * "Defined runtime environment variables"). Taking them from there saves the AWS SDK's chain of providers, a quarter of the
 * handler's import, at the first signed request. Undefined where there are none: then the chain is asked.
 */
export function lambdaCredentials(environment: Environment): ReceiverOptions["credentials"] {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN } = environment;
  if (!accessKeyId || !secretAccessKey) return undefined;
  const session = AWS_SESSION_TOKEN ? { sessionToken: AWS_SESSION_TOKEN } : {};
  return async () => ({ accessKeyId, secretAccessKey, ...session });
}
