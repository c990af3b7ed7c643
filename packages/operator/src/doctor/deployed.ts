import { MAX_BATCH_ENTRIES } from "@penstock/model";
import { cureOf, sentenceOf } from "../trouble.ts";
import type { Aws, Mapping, Workspace } from "./aws.ts";
import { type Check, judge, skipped } from "./check.ts";
import { concurrencyCheck, quotaChecks, USED_RESOURCES } from "./quotas.ts";

/** The function that reads the queue, and its timeout. Pure. */
export function mappingChecks(mappings: readonly Mapping[]): Check[] {
  const title = "One function reads the queue";
  if (mappings.length !== 1) {
    const cure =
      mappings.length === 0
        ? "Connect the consumer's function with the queue, or run the worker: nobody else takes the samples."
        : "Leave one of them: each would take messages that the others never see.";
    const seen = `${mappings.length} event source mappings read the queue.`;
    return [judge("mapping.one", title, seen, { status: mappings.length === 0 ? "WARN" : "FAIL", cure })];
  }
  const { functionArn, state, batchSize, responseTypes, hasFilters } = mappings[0]!;
  const reports = responseTypes.includes("ReportBatchItemFailures");
  return [
    judge("mapping.one", title, `${functionArn} reads it.`, undefined),
    judge(
      "mapping.state",
      "It is switched on",
      `The mapping is ${state}.`,
      state === "Enabled" ? undefined : { status: "FAIL", cure: "Enable the event source mapping." },
    ),
    judge(
      "mapping.failures",
      "What is returned stays in the queue",
      `FunctionResponseTypes is ${JSON.stringify(responseTypes)}.`,
      reports
        ? undefined
        : {
            status: "FAIL",
            cure: "Set FunctionResponseTypes to ReportBatchItemFailures: without it Lambda deletes what the consumer returns, and samples are lost.",
          },
    ),
    judge(
      "mapping.filters",
      "No message is filtered away",
      hasFilters ? "The mapping has filters." : "The mapping has no filters.",
      hasFilters
        ? { status: "FAIL", cure: "Remove the filters: Lambda deletes the messages that do not pass." }
        : undefined,
    ),
    judge(
      "mapping.batch",
      "Batches are full",
      `BatchSize is ${batchSize}.`,
      batchSize === MAX_BATCH_ENTRIES
        ? undefined
        : { status: "WARN", cure: "Set BatchSize to 10, the most for FIFO: a smaller one only costs more." },
    ),
  ];
}

/** The workspace's state and what is set about it. Pure. */
export function workspaceChecks({ status, outOfOrderWindowS, retentionDays, seriesLimits }: Workspace): Check[] {
  const windowTitle = "The out-of-order window is as meant";
  return [
    judge(
      "workspace.status",
      "The workspace is active",
      `Its status is ${status}.`,
      status === "ACTIVE"
        ? undefined
        : { status: "FAIL", cure: "Wait until it is ACTIVE, or look in AMP's console why not." },
    ),
    outOfOrderWindowS === undefined
      ? skipped("workspace.window", windowTitle, "AMP did not say what it is.")
      : judge(
          "workspace.window",
          windowTitle,
          `Samples up to ${outOfOrderWindowS} s late are taken in order.`,
          undefined,
        ),
    judge(
      "workspace.retention",
      "How long samples are kept",
      retentionDays === undefined ? "AMP did not say." : `${retentionDays} days.`,
      undefined,
    ),
    judge(
      "workspace.limits",
      "Limits on active series by label set",
      seriesLimits.length === 0
        ? "None are set."
        : seriesLimits.map(({ labels, maxSeries }) => `${labels}: ${maxSeries}`).join("; "),
      seriesLimits.some(({ maxSeries }) => maxSeries === 0)
        ? { status: "WARN", cure: "A limit of 0 refuses every series of its label set: raise or remove it." }
        : undefined,
    ),
  ];
}

/** Asks AWS about the queue's reader. */
export async function examineMapping(
  aws: Aws,
  queueArn: string,
): Promise<{ readonly checks: readonly Check[]; readonly timeoutS: number | undefined }> {
  let mappings: readonly Mapping[];
  try {
    mappings = await aws.mappings(queueArn);
  } catch (error) {
    const check = unasked("mapping.one", "One function reads the queue", "lambda:ListEventSourceMappings", error);
    return { checks: [check], timeoutS: undefined };
  }
  const checks = mappingChecks(mappings);
  const [mapping] = mappings;
  if (mapping === undefined || mappings.length > 1) return { checks, timeoutS: undefined };
  const timeout = await examineTimeout(aws, mapping);
  if (typeof timeout === "object") checks.push(timeout);
  checks.push(await examineConcurrency(aws, mapping));
  return { checks, timeoutS: typeof timeout === "object" ? undefined : timeout };
}

/** The function's timeout in seconds, or why it is not known. */
async function examineTimeout(aws: Aws, { functionArn }: Mapping): Promise<number | undefined | Check> {
  try {
    return await aws.functionTimeoutS(functionArn);
  } catch (error) {
    return unasked("mapping.timeout", "The function's timeout", "lambda:GetFunctionConfiguration", error);
  }
}

async function examineConcurrency(aws: Aws, mapping: Mapping): Promise<Check> {
  try {
    return concurrencyCheck(mapping, await aws.accountConcurrency());
  } catch (error) {
    return unasked("mapping.concurrency", "The account has room for the consumer", "lambda:GetAccountSettings", error);
  }
}

/** Asks AWS about the workspace, its quotas and how much of them is used. */
export async function examineWorkspace(aws: Aws, workspaceId: string, nowMs: number): Promise<readonly Check[]> {
  let workspace: Workspace;
  try {
    workspace = await aws.workspace(workspaceId);
  } catch (error) {
    const may = "aps:DescribeWorkspace, aps:DescribeWorkspaceConfiguration";
    return [unasked("workspace.status", "The workspace is active", may, error)];
  }
  return [...workspaceChecks(workspace), ...(await examineQuotas(aws, workspaceId, workspace.arn, nowMs))];
}

async function examineQuotas(
  aws: Aws,
  workspaceId: string,
  workspaceArn: string,
  nowMs: number,
): Promise<readonly Check[]> {
  try {
    const [quotas, peaks] = await Promise.all([
      aws.quotas(workspaceArn),
      aws.peaks(workspaceId, USED_RESOURCES, nowMs),
    ]);
    return quotaChecks(quotas, peaks);
  } catch (error) {
    const may = "servicequotas:ListServiceQuotas, servicequotas:ListAWSDefaultServiceQuotas, cloudwatch:GetMetricData";
    return [unasked("quota", "The workspace's quotas", may, error)];
  }
}

function unasked(id: string, title: string, may: string, error: unknown): Check {
  const words = sentenceOf(error);
  const isDenied = /AccessDenied|NotAuthorized|Unauthorized/.test(words);
  const cure = (isDenied ? undefined : cureOf(error)) ?? `Allow these credentials to look (${may}), or look yourself.`;
  return { id, title, status: "WARN", seen: `AWS could not be asked: ${words}`, cure };
}
