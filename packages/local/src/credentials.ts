const LOOPBACK_HOSTS: ReadonlySet<string> = new Set(["127.0.0.1", "localhost", "[::1]"]);

/** Whether a URL points at this machine. */
export function isLoopback(url: string): boolean {
  return LOOPBACK_HOSTS.has(new URL(url).hostname);
}

/**
 * Credentials and a region for the AWS SDK, which sends nothing without them, in this process's environment: only for a
 * queue on this machine, which takes any, and only when the environment has none. A receiver in AWS needs real ones, so
 * beside it nothing is lent.
 */
export function lendCredentials(queueUrl: string, receiverUrl?: string): void {
  if (!isLoopback(queueUrl)) return;
  process.env.AWS_REGION ??= process.env.AWS_DEFAULT_REGION ?? "us-east-1";
  const inAws = receiverUrl !== undefined && /\.(amazonaws\.com(\.cn)?|api\.aws)$/.test(new URL(receiverUrl).hostname);
  if (inAws || process.env.AWS_ACCESS_KEY_ID !== undefined || process.env.AWS_PROFILE !== undefined) return;
  process.env.AWS_ACCESS_KEY_ID = "local";
  process.env.AWS_SECRET_ACCESS_KEY = "local";
}
