import { AmpClient, DescribeWorkspaceCommand, DescribeWorkspaceConfigurationCommand } from "@aws-sdk/client-amp";
import {
  GetAccountSettingsCommand,
  GetFunctionConfigurationCommand,
  LambdaClient,
  ListEventSourceMappingsCommand,
} from "@aws-sdk/client-lambda";
import { AWS_TIMEOUTS, DOCTOR_ATTEMPTS } from "../sqs/client.ts";
import { type QuotaValues, readPeaks, readQuotas } from "./service-quotas.ts";

/** What connects a queue with a function. */
export interface Mapping {
  readonly functionArn: string;
  readonly state: string;
  readonly batchSize: number;
  readonly responseTypes: readonly string[];
  readonly hasFilters: boolean;
  /** Undefined when it may take all that the account has. */
  readonly maximumConcurrency: number | undefined;
}

export interface Workspace {
  readonly arn: string;
  readonly status: string;
  readonly retentionDays: number | undefined;
  /** Undefined when AMP did not say. */
  readonly outOfOrderWindowS: number | undefined;
  /** Active series allowed for every series, or for those of a label set. */
  readonly seriesLimits: readonly { readonly labels: string; readonly maxSeries: number }[];
}

/** What a doctor asks AWS, beside the queues. Every method rejects with AWS's own error. */
export interface Aws {
  mappings(queueArn: string): Promise<readonly Mapping[]>;
  functionTimeoutS(functionArn: string): Promise<number | undefined>;
  /** Functions that may run at once in this account and region. */
  accountConcurrency(): Promise<number>;
  workspace(workspaceId: string): Promise<Workspace>;
  /** AMP's quotas by their code, as they hold for this workspace. */
  quotas(workspaceArn: string): Promise<QuotaValues>;
  /** The most that the workspace used of each resource in the hour before `nowMs`. */
  peaks(workspaceId: string, resources: readonly string[], nowMs: number): Promise<ReadonlyMap<string, number>>;
}

/** @param endpoint for tests: where all services are */
export function openAws(region: string, endpoint?: string): Aws {
  const options = {
    region,
    maxAttempts: DOCTOR_ATTEMPTS,
    requestHandler: AWS_TIMEOUTS,
    ...(endpoint !== undefined && { endpoint }),
  };
  return {
    async mappings(queueArn) {
      const client = new LambdaClient(options);
      const { EventSourceMappings = [] } = await client.send(
        new ListEventSourceMappingsCommand({ EventSourceArn: queueArn }),
      );
      return EventSourceMappings.map((mapping) => ({
        functionArn: mapping.FunctionArn ?? "",
        state: mapping.State ?? "unknown",
        batchSize: mapping.BatchSize ?? 0,
        responseTypes: mapping.FunctionResponseTypes ?? [],
        hasFilters: (mapping.FilterCriteria?.Filters ?? []).length > 0,
        maximumConcurrency: mapping.ScalingConfig?.MaximumConcurrency,
      }));
    },
    async functionTimeoutS(functionArn) {
      const client = new LambdaClient(options);
      return (await client.send(new GetFunctionConfigurationCommand({ FunctionName: functionArn }))).Timeout;
    },
    async accountConcurrency() {
      const { AccountLimit } = await new LambdaClient(options).send(new GetAccountSettingsCommand({}));
      return AccountLimit?.ConcurrentExecutions ?? 0;
    },
    async workspace(workspaceId) {
      const client = new AmpClient(options);
      const read = listenForConfiguration(client);
      const { workspace } = await client.send(new DescribeWorkspaceCommand({ workspaceId }));
      const command = new DescribeWorkspaceConfigurationCommand({ workspaceId });
      const { workspaceConfiguration: configuration } = await client.send(command);
      return {
        arn: workspace?.arn ?? "",
        status: workspace?.status?.statusCode ?? "unknown",
        retentionDays: configuration?.retentionPeriodInDays,
        outOfOrderWindowS: read(),
        seriesLimits: (configuration?.limitsPerLabelSet ?? []).map(({ labelSet = {}, limits }) => ({
          labels: JSON.stringify(labelSet),
          maxSeries: Number(limits?.maxSeries ?? 0),
        })),
      };
    },
    quotas: (workspaceArn) => readQuotas(options, "aps", workspaceArn),
    peaks: (workspaceId, resources, nowMs) => readPeaks(options, workspaceId, resources, nowMs),
  };
}

/**
 * The out-of-order window is newer than this SDK's model of the answer, which drops what it does not know: so it is read
 * from the answer's own text.
 */
function listenForConfiguration(client: AmpClient): () => number | undefined {
  let windowS: number | undefined;
  client.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const response = result.response as { body?: AsyncIterable<Uint8Array> | Uint8Array } | undefined;
      if (!response?.body) return result;
      const text = await textOf(response.body);
      response.body = Buffer.from(text);
      windowS = windowIn(text) ?? windowS;
      return result;
    },
    { step: "deserialize", priority: "low", name: "penstockWorkspaceWindow" },
  );
  return () => windowS;
}

async function textOf(body: AsyncIterable<Uint8Array> | Uint8Array): Promise<string> {
  if (body instanceof Uint8Array) return Buffer.from(body).toString();
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

function windowIn(text: string): number | undefined {
  try {
    const { workspaceConfiguration } = JSON.parse(text) as { workspaceConfiguration?: Record<string, unknown> };
    const seconds = workspaceConfiguration?.outOfOrderTimeWindowInSeconds;
    return typeof seconds === "number" ? seconds : undefined;
  } catch {
    // An error's page, perhaps: the SDK says what is wrong with it.
    return undefined;
  }
}
