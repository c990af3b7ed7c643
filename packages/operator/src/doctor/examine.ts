import type { SQSClient } from "@aws-sdk/client-sqs";
import { type Clock, type Receiver, systemClock } from "@penstock/model";
import { type QueueFigures, RemoteError } from "../queue.ts";
import { DOCTOR_ATTEMPTS, sqsClientOf } from "../sqs/client.ts";
import { sqsQueue } from "../sqs/queue.ts";
import type { Aws } from "./aws.ts";
import { type Check, failed, judge, skipped } from "./check.ts";
import { examineMapping, examineWorkspace } from "./deployed.ts";
import { examineLedger } from "./ledger.ts";
import { DEAD_LETTER_PERMISSIONS, permissionCheck, SENDER_PERMISSIONS } from "./permissions.ts";
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
  const client = sqsClientOf(options.queueUrl, DOCTOR_ATTEMPTS);
  const region = await client.config.region().catch(() => undefined);
  yield region === undefined
    ? failed("region", "An AWS region", "None is set.", "Set AWS_REGION, or a region in the profile.")
    : judge("region", "An AWS region", `It is ${region}.`, undefined);
  const credentials = await credentialsCheck(client);
  yield credentials;
  const isSigned = credentials.status === "PASS";
  if (isSigned) yield* examineQueues(options, client, region);
  else for (const [id, title] of Object.entries(ANSWERS)) yield skipped(`${id}.answers`, title, UNSIGNED);
  yield* examineReceiver(options, isSigned);
}

const UNSIGNED = "There are no credentials to ask with.";
const ANSWERS = { "dead-letters": "The dead-letter queue answers", queue: "The queue answers" } as const;

async function* examineQueues(
  { queueUrl, deadLetterQueueUrl, clock = systemClock, ...options }: ExamineOptions,
  client: SQSClient,
  region: string | undefined,
): AsyncGenerator<Check, void, undefined> {
  const deadClient = sqsClientOf(deadLetterQueueUrl, DOCTOR_ATTEMPTS);
  const dead = yield* figuresOf("dead-letters", deadClient, deadLetterQueueUrl);
  const queue = yield* figuresOf("queue", client, queueUrl);
  if (queue) {
    yield clockCheck(clock.now(), queue.serverNowMs);
    yield* queueChecks(queue, dead?.attributes.QueueArn);
    for (const may of SENDER_PERMISSIONS) yield await permissionCheck(may, client, queueUrl);
    const aws = options.aws ?? (region !== undefined && isAws(queueUrl) ? await openAws(region) : undefined);
    yield* await examineReader(queue, aws);
  }
  if (dead) {
    yield* deadLetterChecks(dead);
    for (const may of DEAD_LETTER_PERMISSIONS) yield await permissionCheck(may, deadClient, deadLetterQueueUrl);
  }
}

/** The function that reads the queue, against the queue's own settings. */
async function examineReader(queue: QueueFigures, aws: Aws | undefined): Promise<readonly Check[]> {
  const { QueueArn } = queue.attributes;
  if (!aws || QueueArn === undefined) {
    const reader = skipped(
      "mapping.one",
      "One function reads the queue",
      "The queue is not in AWS: a worker reads it.",
    );
    return [reader, visibilityCheck(queue, undefined)];
  }
  const { checks, timeoutS } = await examineMapping(aws, QueueArn);
  return [...checks, visibilityCheck(queue, timeoutS)];
}

async function* examineReceiver(
  { receiver, receiverUrl = "", probe, aws, clock = systemClock }: ExamineOptions,
  isSigned: boolean,
): AsyncGenerator<Check, void, undefined> {
  const status = (seen: string): Check => skipped("workspace.status", "The workspace is active", seen);
  const ledger = (seen: string): Check => skipped("receiver.ledger", "What was just written can be read at once", seen);
  const [, region, workspaceId] = WORKSPACE_URL.exec(receiverUrl) ?? [];
  const isWorkspace = region !== undefined && workspaceId !== undefined;
  if (!isWorkspace) yield status("The receiver is no workspace of AMP.");
  else if (isSigned) yield* await examineWorkspace(aws ?? (await openAws(region)), workspaceId, clock.now());
  else yield status(UNSIGNED);
  if (!receiver) yield ledger("No receiver was given.");
  else if (isWorkspace && !isSigned) yield ledger(UNSIGNED);
  else if (probe === "read") yield ledger("Nothing is written in a read-only look.");
  else yield* await examineLedger(receiver, clock);
}

/** Where AMP takes writes: the region that a workspace lies in need not be the queue's. */
const WORKSPACE_URL =
  /^https:\/\/aps-workspaces(?:-fips)?\.([^./]+)\.(?:amazonaws\.com|api\.aws)[^/]*\/workspaces\/(ws-[^/]+)/;

async function credentialsCheck(client: SQSClient): Promise<Check> {
  const title = "AWS credentials";
  try {
    const { accessKeyId } = await client.config.credentials();
    return judge("credentials", title, `The access key ends in ${accessKeyId.slice(-4)}.`, undefined);
  } catch (error) {
    const cure = "Log in (`aws sso login`), or set AWS_PROFILE or AWS_ACCESS_KEY_ID.";
    return failed("credentials", title, `${(error as Error).message}.`, cure);
  }
}

async function* figuresOf(
  id: keyof typeof ANSWERS,
  client: SQSClient,
  queueUrl: string,
): AsyncGenerator<Check, QueueFigures | undefined, undefined> {
  try {
    const figures = await sqsQueue(client, queueUrl).figures();
    const { visible, inFlight, delayed } = figures;
    const seen = `About ${visible} messages wait, ${inFlight} are in flight, ${delayed} delayed.`;
    yield judge(`${id}.answers`, ANSWERS[id], seen, undefined);
    return figures;
  } catch (error) {
    const { seen, cure } = error instanceof RemoteError ? error : { seen: (error as Error).message, cure: undefined };
    const others = `Check the URL, the region and sqs:GetQueueAttributes for ${queueUrl}.`;
    yield failed(`${id}.answers`, ANSWERS[id], seen, cure ?? others);
    return undefined;
  }
}

/** Four SDK clients take longer to load than all the rest of the operator: only an examination in AWS needs them. */
async function openAws(region: string): Promise<Aws> {
  return (await import("./aws.ts")).openAws(region);
}

function isAws(url: string): boolean {
  return URL.canParse(url) && /\.(amazonaws\.com(\.cn)?|api\.aws)$/.test(new URL(url).hostname);
}
