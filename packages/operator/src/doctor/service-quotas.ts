import {
  CloudWatchClient,
  type CloudWatchClientConfig,
  type MetricDataQuery,
  paginateGetMetricData,
} from "@aws-sdk/client-cloudwatch";
import {
  paginateListAWSDefaultServiceQuotas,
  paginateListServiceQuotas,
  ServiceQuotasClient,
  type ServiceQuotasClientConfig,
} from "@aws-sdk/client-service-quotas";

/** What of a quota is in use is the peak of the last hour: a doctor who comes after the rush sees it still. */
const USAGE_SPAN_MS: number = 60 * 60_000;
const USAGE_PERIOD_S = 5 * 60;

type ClientOptions = Pick<
  CloudWatchClientConfig & ServiceQuotasClientConfig,
  "region" | "endpoint" | "maxAttempts" | "requestHandler"
>;

/** A quota's value, in bytes where AWS gives it in kilobytes or megabytes. */
export type QuotaValues = ReadonlyMap<string, number>;

/**
 * A service's quotas by quota code: what holds for this resource, else for the account, else AWS's default. Service Quotas
 * lists what was applied and what is default apart.
 */
export async function readQuotas(
  options: ClientOptions,
  serviceCode: string,
  resourceArn: string,
): Promise<QuotaValues> {
  const client = new ServiceQuotasClient(options);
  const defaults = new Map<string, number>();
  const applied = new Map<string, number>();
  const own = new Map<string, number>();
  for await (const { Quotas = [] } of paginateListAWSDefaultServiceQuotas({ client }, { ServiceCode: serviceCode })) {
    for (const { QuotaCode, Value, Unit } of Quotas) keep(defaults, QuotaCode, Value, Unit);
  }
  const request = { ServiceCode: serviceCode, QuotaAppliedAtLevel: "ALL" } as const;
  for await (const { Quotas = [] } of paginateListServiceQuotas({ client }, request)) {
    for (const { QuotaCode, Value, Unit, QuotaContext: { ContextId = "*" } = {} } of Quotas) {
      if (ContextId === resourceArn) keep(own, QuotaCode, Value, Unit);
      else if (!ContextId.startsWith("arn:")) keep(applied, QuotaCode, Value, Unit);
    }
  }
  return new Map([...defaults, ...applied, ...own]);
}

const UNIT_BYTES: Readonly<Record<string, number>> = { Bytes: 1, Kilobytes: 1024, Megabytes: 1024 * 1024 };

function keep(quotas: Map<string, number>, code: string | undefined, value: number | undefined, unit = "None"): void {
  if (code !== undefined && value !== undefined) quotas.set(code, value * (UNIT_BYTES[unit] ?? 1));
}

/**
 * The most that a workspace used of each of its resources (`ActiveSeries`, …) within the last hour; what CloudWatch does not
 * know is missing. By search, since AMP's guide names the resources but not the metrics' other dimensions.
 */
export async function readPeaks(
  options: ClientOptions,
  workspaceId: string,
  resources: readonly string[],
  nowMs: number,
): Promise<ReadonlyMap<string, number>> {
  const client = new CloudWatchClient(options);
  const MetricDataQueries = resources.map((resource, index): MetricDataQuery => {
    const search = `Namespace="AWS/Usage" MetricName="ResourceCount" Resource="${resource}" "${workspaceId}"`;
    return { Id: `q${index}`, Expression: `SEARCH('${search}', 'Maximum', ${USAGE_PERIOD_S})` };
  });
  const request = { MetricDataQueries, StartTime: new Date(nowMs - USAGE_SPAN_MS), EndTime: new Date(nowMs) };
  const peaks = new Map<string, number>();
  for await (const { MetricDataResults = [] } of paginateGetMetricData({ client }, request)) {
    for (const { Id = "", Values = [] } of MetricDataResults) {
      const resource = resources[Number(Id.slice(1))];
      if (resource !== undefined && Values.length > 0) {
        peaks.set(resource, Math.max(peaks.get(resource) ?? 0, ...Values));
      }
    }
  }
  return peaks;
}
