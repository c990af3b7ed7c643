import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  SendMessageBatchCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import { type Clock, type Receiver, systemClock } from "@penstock/model";
import type { QueueFigures } from "../queue.ts";
import { sqsClientOf, sqsQueue } from "../sqs.ts";
import type { Aws } from "./aws.ts";
import { type Check, failed, judge, skipped } from "./check.ts";
import { examineMapping, examineWorkspace } from "./deployed.ts";
import { examineLedger } from "./ledger.ts";
import { clockCheck, deadLetterChecks, queueChecks, visibilityCheck } from "./queues.ts";

export interface ExamineOptions {
  readonly queueUrl: string;
  readonly deadLetterQueueUrl: string;
  /** Probed when given. */
  readonly receiver?: Receiver | undefined;
  /** An AMP workspace's URL tells which workspace to ask AWS about. */
  readonly receiverUrl?: string | undefined;
  /** `write` writes three samples of `penstock_probe` to the receiver; `read` writes nothing. */
  readonly probe: "write" | "read";
  readonly clock?: Clock | undefined;
  /** Default: the AWS SDK, when the queue is in AWS. */
  readonly aws?: Aws | undefined;
}

/**
 * Looks at everything that a pipeline needs, one check after the other. Changes nothing but, with `probe: "write"`, three
 * samples at the receiver. Never rejects: what cannot be looked at is a check that failed.
 */
export async function* examine(options: ExamineOptions): AsyncGenerator<Check, void, undefined> {
  const { queueUrl, deadLetterQueueUrl, clock = systemClock } = options;
  const client = sqsClientOf(queueUrl);
  const region = await client.config.region().catch(() => undefined);
  yield region === undefined
    ? failed("region", "An AWS region", new Error("None is set."), "Set AWS_REGION, or a region in the profile.")
    : judge("region", "An AWS region", `It is ${region}.`, undefined);
  yield await credentialsCheck(client);

  const dead = yield* figuresOf("dead-letters", deadLetterQueueUrl);
  const queue = yield* figuresOf("queue", queueUrl);
  if (queue) yield clockCheck(clock.now(), queue.serverNowMs);
  if (queue) yield* queueChecks(queue, dead?.attributes.QueueArn);
  if (queue) yield await permission("queue.send", "These credentials may send to the queue", client, queueUrl, "send");
  const aws = options.aws ?? (region !== undefined && isAws(queueUrl) ? await openAws(region) : undefined);
  const queueArn = queue?.attributes.QueueArn;
  if (queue && aws && queueArn !== undefined) {
    const { checks, timeoutS } = await examineMapping(aws, queueArn);
    yield* checks;
    yield visibilityCheck(queue, timeoutS);
  } else if (queue) {
    yield skipped("mapping.one", "One function reads the queue", "The queue is not in AWS: a worker reads it.");
    yield visibilityCheck(queue, undefined);
  }
  if (dead) {
    yield* deadLetterChecks(dead);
    const deadClient = sqsClientOf(deadLetterQueueUrl);
    for (const what of ["send", "delete", "release"] as const) {
      yield await permission(`dead-letters.${what}`, TITLES[what], deadClient, deadLetterQueueUrl, what);
    }
  }
  yield* examineReceiver(options, clock);
}

async function* examineReceiver(
  { receiver, receiverUrl = "", probe, aws }: ExamineOptions,
  clock: Clock,
): AsyncGenerator<Check, void, undefined> {
  const [, region, workspaceId] = WORKSPACE_URL.exec(receiverUrl) ?? [];
  if (region !== undefined && workspaceId !== undefined) {
    yield* await examineWorkspace(aws ?? (await openAws(region)), workspaceId, clock.now());
  } else yield skipped("workspace.status", "The workspace is active", "The receiver is no workspace of AMP.");
  if (!receiver)
    yield skipped("receiver.ledger", "What was just written can be read at once", "No receiver was given.");
  else if (probe === "read") {
    yield skipped(
      "receiver.ledger",
      "What was just written can be read at once",
      "Nothing is written in a read-only look.",
    );
  } else yield* await examineLedger(receiver, clock);
}

/** Where AMP takes writes: the region that a workspace lies in need not be the queue's. */
const WORKSPACE_URL =
  /^https:\/\/aps-workspaces(?:-fips)?\.([^./]+)\.(?:amazonaws\.com|api\.aws)[^/]*\/workspaces\/(ws-[^/]+)/;

const TITLES = {
  send: "These credentials may put letters back into the dead-letter queue",
  delete: "These credentials may delete letters",
  release: "These credentials may give letters back",
} as const;

async function credentialsCheck(client: SQSClient): Promise<Check> {
  const title = "AWS credentials";
  try {
    const { accessKeyId } = await client.config.credentials();
    return judge("credentials", title, `The access key ends in ${accessKeyId.slice(-4)}.`, undefined);
  } catch (error) {
    return failed("credentials", title, error, "Log in (`aws sso login`), or set AWS_PROFILE or AWS_ACCESS_KEY_ID.");
  }
}

async function* figuresOf(id: string, queueUrl: string): AsyncGenerator<Check, QueueFigures | undefined, undefined> {
  const title = id === "queue" ? "The queue answers" : "The dead-letter queue answers";
  try {
    const queue = sqsQueue(sqsClientOf(queueUrl), queueUrl);
    const figures = await queue.figures();
    const { visible, inFlight, delayed } = figures;
    const seen = `About ${visible} messages wait, ${inFlight} are in flight, ${delayed} delayed.`;
    yield judge(`${id}.answers`, title, seen, undefined);
    return figures;
  } catch (error) {
    yield failed(
      `${id}.answers`,
      title,
      error,
      `Check the URL, the region and sqs:GetQueueAttributes for ${queueUrl}.`,
    );
    return undefined;
  }
}

/**
 * By trying, and changing nothing: SQS refuses a batch without entries, but only for those who may send one at all; others
 * are denied.
 */
async function permission(
  id: string,
  title: string,
  client: SQSClient,
  queueUrl: string,
  what: "send" | "delete" | "release",
): Promise<Check> {
  const empty = { QueueUrl: queueUrl, Entries: [] };
  try {
    if (what === "send") await client.send(new SendMessageBatchCommand(empty));
    else if (what === "delete") await client.send(new DeleteMessageBatchCommand(empty));
    else await client.send(new ChangeMessageVisibilityBatchCommand(empty));
    return judge(id, title, "They may.", undefined);
  } catch (error) {
    const { name, message } = error as Error;
    if (/EmptyBatchRequest/.test(name)) return judge(id, title, "They may.", undefined);
    if (/AccessDenied|Unauthorized|InvalidClientTokenId|SignatureDoesNotMatch/.test(name)) {
      const verdict = { status: "FAIL", cure: `Allow it for ${queueUrl} in the policy of these credentials.` } as const;
      return judge(id, title, `${name}: ${message}`, verdict);
    }
    return skipped(id, title, `It could not be told: ${name}: ${message}`);
  }
}

/** Four SDK clients take longer to load than all the rest of the operator: only an examination in AWS needs them. */
async function openAws(region: string): Promise<Aws> {
  return (await import("./aws.ts")).openAws(region);
}

function isAws(url: string): boolean {
  return URL.canParse(url) && /\.(amazonaws\.com(\.cn)?|api\.aws)$/.test(new URL(url).hostname);
}
