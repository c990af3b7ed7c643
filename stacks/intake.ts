import { createHandler } from "./handler.ts";
import type { Pipeline } from "./ingest.ts";

export interface IntakeSettings {
  /**
   * Who gets in. Left out: AWS identities that may invoke the function's URL, by SigV4; nobody else reaches the function.
   * With a hash the URL is open to the internet and the function itself lets in who knows the secret, which is what
   * clients without SigV4 and Firehose need. A hash is the lower-case hex SHA-256 of a random secret, so it may stand here.
   */
  readonly secrets?: {
    /** For `Authorization: Bearer …`, which every door asks for but Firehose's. */
    readonly bearerSha256: string;
    /** For Firehose's access key. Left out: that door is closed. */
    readonly firehoseKeySha256?: string;
  };
  /**
   * At most so many requests at a time. A function URL has no throttle, so without it the doors may use up the account's
   * concurrency. Not by default: a new account has 10 in all, of which Lambda lets nobody reserve any.
   */
  readonly reservedConcurrency?: number;
}

/** The HTTP doors. */
export interface Door {
  readonly handler: sst.aws.Function;
  readonly url: $util.Output<string>;
}

/** One decoded request of up to 6 MB, Lambda's own bound, at a time. */
const MEMORY_MB = 1_024;
/** SQS answers in tens of milliseconds; clients give up after 10 to 30 s. */
const TIMEOUT_S = 15;

/** A function URL for clients that cannot send SQS messages. It may send to the queue and do nothing else. */
export function intake(settings: IntakeSettings, { queue, groups }: Pipeline): Door {
  const secrets = settings.secrets && readSecrets(settings.secrets);
  const handler = createHandler("Intake", {
    handler: "packages/intake/src/lambda.handler",
    memoryMb: MEMORY_MB,
    timeoutSeconds: TIMEOUT_S,
    environment: {
      PENSTOCK_QUEUE_URL: queue.url,
      PENSTOCK_GROUPS: String(groups),
      ...secrets,
    },
    permissions: [{ actions: ["sqs:SendMessage"], resources: [queue.arn] }],
    url: secrets ? "none" : "iam",
    reservedConcurrency: settings.reservedConcurrency,
  });
  return { handler, url: handler.url };
}

/**
 * Without a bearer's hash the doors would ask nobody, so an open URL always has one.
 *
 * @throws {TypeError} at what is no hash, without quoting it: it may be the secret itself
 */
function readSecrets({
  bearerSha256,
  firehoseKeySha256,
}: NonNullable<IntakeSettings["secrets"]>): Record<string, string> {
  return {
    PENSTOCK_BEARER_SHA256: readHash("bearerSha256", bearerSha256),
    ...(firehoseKeySha256 !== undefined && {
      PENSTOCK_FIREHOSE_KEY_SHA256: readHash("firehoseKeySha256", firehoseKeySha256),
    }),
  };
}

function readHash(name: string, hash: string): string {
  if (/^[0-9a-f]{64}$/.test(hash)) return hash;
  throw new TypeError(`Expected \`${name}\` to be a SHA-256 in lower-case hex, got ${hash.length} characters`);
}
