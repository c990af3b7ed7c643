/** What stands between an operator and AWS or a receiver, by the words of its error, and what to do. */
const CURES: readonly (readonly [words: RegExp, cure: string])[] = [
  [
    /CredentialsProviderError|no AWS credentials|Could not load credentials/,
    "Log in (`aws sso login`), or set AWS_PROFILE or AWS_ACCESS_KEY_ID.",
  ],
  [
    /Expired|InvalidClientTokenId|UnrecognizedClient|SignatureDoesNotMatch|InvalidSignature/,
    "These credentials are not valid, or not any more: log in again (`aws sso login`), and look at this machine's clock.",
  ],
  [/AccessDenied|NotAuthorized|Unauthorized|HTTP 403/, "Allow it in the policy of these credentials."],
  [/Region is missing/, "Set AWS_REGION, or a region in the profile."],
  [/QueueDoesNotExist|NonExistentQueue/, "Check the queue's name, account and region."],
  [/ResourceNotFound/, "Check its name, account and region."],
  [/ECONNREFUSED|bad port/, "Nobody listens there: start it (`penstock dev` on this machine), or name another."],
  [/ENOTFOUND|EAI_AGAIN/, "Check the host's name, and this machine's network."],
  [
    /Timeout|timed out|No answer|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ECONNRESET|socket hang up/,
    "Check the way there: a VPN, a proxy, a firewall, a VPC without a route.",
  ],
];

/** What to do about an error, or about its sentence; undefined when that is not known. */
export function cureOf(error: unknown): string | undefined {
  const words = typeof error === "string" ? error : sentenceOf(error);
  return CURES.find(([pattern]) => pattern.test(words))?.[1];
}

/** `Name: message`, where the name says something; a refused connection hides its message in a list. */
export function sentenceOf(error: unknown): string {
  const { name, message, errors } = error as Error & { errors?: readonly Error[] };
  // The SDK's own words for it are about its settings.
  if (name === "TimeoutError") return "TimeoutError: no answer in time";
  const words = message || (errors?.[0]?.message ?? "no message");
  return name === "Error" || name === "AggregateError" ? words : `${name}: ${words}`;
}
