import { DEFAULT_OPTIONS, type FlusherOptions } from "@penstock/flusher";
import { ConfigError, type Environment, type Reading, readEnvironment, type Settings, show } from "@penstock/model";
import { type ReceiverOptions, type ReceiverUrls, receiverUrls } from "@penstock/remote-write";
import { LOCK_MARGIN_MS } from "./lock.ts";
import { type LogLevel, SETTINGS, type Values as Settled, WORKER_SETTINGS } from "./settings.ts";

/** Undefined where a setting has no value. */
type Values = Reading<Settled>["values"];

/** What both consumers need to know. */
export interface Config {
  readonly receiver: ReceiverOptions;
  /** Of the queues; undefined leaves it to the AWS SDK. */
  readonly region: string | undefined;
  readonly deadLetterQueueUrl: string;
  readonly visibilityTimeoutMs: number;
  readonly flusher: Pick<FlusherOptions, "lanes" | "groupLabel" | "maxAgeMs" | "requestTimeoutMs">;
  readonly service: string;
  readonly logLevel: LogLevel;
}

export interface WorkerConfig extends Config {
  readonly queueUrl: string;
  readonly concurrency: number;
  /** Undefined: no metrics server. */
  readonly metricsPort: number | undefined;
}

/**
 * The configuration of the Lambda handler.
 *
 * @throws {ConfigError} that names everything wrong at once, names of the form `PENSTOCK_…` that nobody reads too
 */
export function readConfig(environment: Environment): Config {
  return configOf(readValues(SETTINGS, environment));
}

/**
 * The configuration of the worker: the handler's, and the queue it reads.
 *
 * @throws {ConfigError} as {@link readConfig}
 */
export function readWorkerConfig(environment: Environment): WorkerConfig {
  const values = readValues(WORKER_SETTINGS, environment);
  return {
    ...configOf(values),
    queueUrl: values.PENSTOCK_QUEUE_URL!,
    concurrency: values.PENSTOCK_CONCURRENCY!,
    metricsPort: values.PENSTOCK_METRICS_PORT,
  };
}

/** Values that are complete and fit together. */
function readValues(settings: Settings<Settled>, environment: Environment): Values {
  const { values, problems } = readEnvironment(settings, environment);
  const all = [...problems, ...receiverProblems(values), ...regionProblems(values), ...timeProblems(values)];
  if (all.length > 0) throw new ConfigError(all);
  return values;
}

function configOf(values: Values): Config {
  const { PENSTOCK_DEAD_LETTER_QUEUE_URL: deadLetterQueueUrl } = values;
  return {
    receiver: {
      ...urlsOf(values)!,
      // AWS_REGION alone signs nothing: a Prometheus beside the worker wants no signatures.
      region: values.PENSTOCK_SIGNING_REGION,
      headers: values.PENSTOCK_RECEIVER_HEADERS,
    },
    region: values.AWS_REGION ?? regionOf(deadLetterQueueUrl),
    deadLetterQueueUrl: deadLetterQueueUrl!,
    visibilityTimeoutMs: values.PENSTOCK_VISIBILITY_TIMEOUT!,
    flusher: {
      lanes: values.PENSTOCK_LANES!,
      groupLabel: values.PENSTOCK_GROUP_LABEL!,
      maxAgeMs: values.PENSTOCK_MAX_SAMPLE_AGE!,
      requestTimeoutMs: values.PENSTOCK_REQUEST_TIMEOUT!,
    },
    service: values.PENSTOCK_SERVICE!,
    logLevel: values.PENSTOCK_LOG_LEVEL!,
  };
}

function receiverProblems(values: Values): string[] {
  try {
    const urls = urlsOf(values);
    if (urls === undefined || urls.queryUrl !== undefined || isBlind(values)) return [];
    const beside = `beside \`PENSTOCK_RECEIVER_URL\` ${show(urls.writeUrl)}, which does not say where it is queried`;
    const cure = "set it, or to `none` to work without, within the limits of docs/guarantees.md";
    return [`Expected \`PENSTOCK_QUERY_URL\` ${beside}: ${cure}`];
  } catch (error) {
    return [inSettingNames(error as Error)];
  }
}

/** @throws {TypeError} in the words of `receiverUrls` */
function urlsOf(values: Values): ReceiverUrls | undefined {
  const { PENSTOCK_RECEIVER_URL: url, PENSTOCK_QUERY_URL: queryUrl } = values;
  if (url === undefined) return undefined;
  if (isBlind(values)) return { ...receiverUrls({ url }), queryUrl: undefined };
  return receiverUrls({ url, queryUrl });
}

function isBlind({ PENSTOCK_QUERY_URL: queryUrl }: Values): boolean {
  return queryUrl === "" || queryUrl === "none";
}

/** `receiverUrls` speaks of its own parameters. */
function inSettingNames({ message }: Error): string {
  if (!message.startsWith("Expected"))
    return `Expected \`PENSTOCK_RECEIVER_URL\` to have endpoints, got none: ${message}`;
  return message.replace("`url`", "`PENSTOCK_RECEIVER_URL`").replace("`queryUrl`", "`PENSTOCK_QUERY_URL`");
}

/** Hosts that name their region: AMP's data plane, and SQS (AWS General Reference, service endpoints). */
const REGIONAL_HOST =
  /^(?:aps-workspaces|sqs)(?:-fips)?\.([a-z0-9-]+)\.(?:amazonaws\.com|amazonaws\.com\.cn|api\.aws)$/;

function regionOf(url: string | undefined): string | undefined {
  return url === undefined ? undefined : REGIONAL_HOST.exec(new URL(url).hostname)?.[1];
}

/** A signature for another region is refused with a 403 that does not say why. */
function regionProblems(values: Values): string[] {
  const signing = values.PENSTOCK_SIGNING_REGION === undefined ? "AWS_REGION" : "PENSTOCK_SIGNING_REGION";
  return [
    contradiction(values, "PENSTOCK_RECEIVER_URL", signing),
    contradiction(values, "PENSTOCK_DEAD_LETTER_QUEUE_URL", "AWS_REGION"),
    contradiction(values, "PENSTOCK_QUEUE_URL", "AWS_REGION"),
  ].filter((problem) => problem !== undefined);
}

function contradiction(
  values: Values,
  urlName: keyof Values & `PENSTOCK_${string}_URL`,
  regionName: "AWS_REGION" | "PENSTOCK_SIGNING_REGION",
): string | undefined {
  const own = regionOf(values[urlName]);
  const given = values[regionName];
  if (own === undefined || given === undefined || own === given) return undefined;
  const cure =
    urlName === "PENSTOCK_RECEIVER_URL" ? `: set \`PENSTOCK_SIGNING_REGION\` to ${show(own)} if that is meant` : "";
  return `Expected \`${regionName}\` to be ${show(own)}, the region of \`${urlName}\`, got ${show(given)}${cure}`;
}

/** One look and one write must fit into the time a batch is ours, or nothing is ever written. */
function timeProblems(values: Values): string[] {
  const { PENSTOCK_VISIBILITY_TIMEOUT: visibilityMs, PENSTOCK_REQUEST_TIMEOUT: requestMs } = values;
  if (visibilityMs === undefined || requestMs === undefined) return [];
  const leastMs = 2 * requestMs + DEFAULT_OPTIONS.settleReserveMs + LOCK_MARGIN_MS;
  if (visibilityMs >= leastMs) return [];
  const got = `got ${visibilityMs} ms with \`PENSTOCK_REQUEST_TIMEOUT\` at ${requestMs} ms`;
  return [`Expected \`PENSTOCK_VISIBILITY_TIMEOUT\` to hold a look and a write, at least ${leastMs} ms, ${got}`];
}
