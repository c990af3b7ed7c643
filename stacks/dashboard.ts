import type { Watched } from "./observe.ts";

/** CloudWatch's form of a metric: namespace, name, dimensions in turn, and options. */
type Line = readonly (string | Readonly<Record<string, string>>)[];

interface Panel {
  readonly title: string;
  readonly stat: "Sum" | "Maximum" | "p50" | "p99";
  readonly lines: readonly Line[];
}

const COLUMNS = 3;
/** CloudWatch's grid is 24 wide. */
const WIDTH: number = 24 / COLUMNS;
const HEIGHT = 6;
const PERIOD_S = 60;

/** The body of the CloudWatch dashboard: what came, what became of it, what waits, and what it is waiting for. */
export function dashboard({ receiver, pipeline, door, logs }: Watched): $util.Output<string> {
  const queue = pipeline.queue.nodes.queue.name;
  const deadLetters = pipeline.deadLetters.nodes.queue.name;
  const functions = [pipeline.consumer, door?.handler, logs?.handler].filter((handler) => handler !== undefined);
  const names = $util.all(functions.map(({ name }) => name));
  const { region } = aws.getRegionOutput();
  return $util
    .all([queue, deadLetters, names, receiver.workspaceId, region])
    .apply(([queue, deadLetters, names, workspaceId, region]) => {
      const panels = [
        ...samplePanels(pipeline.service),
        ...queuePanels(queue, deadLetters),
        ...functionPanels(names),
        ...receiverPanels(workspaceId),
      ];
      return JSON.stringify({ widgets: panels.map((panel, i) => widget(panel, i, region)) });
    });
}

function widget({ title, stat, lines }: Panel, index: number, region: string): object {
  const x = (index % COLUMNS) * WIDTH;
  const y = Math.floor(index / COLUMNS) * HEIGHT;
  const properties = { title, stat, region, period: PERIOD_S, view: "timeSeries", metrics: lines };
  return { type: "metric", x, y, width: WIDTH, height: HEIGHT, properties };
}

function samplePanels(service: string): Panel[] {
  const line = (metric: string): Line => ["Penstock", metric, "service", service];
  const kinds = ["received", "stored", "rejected", "duplicate", "returned", "restamped"];
  const search = `SEARCH('{Penstock,reason,service} MetricName="penstock_samples_rejected_total" service="${service}"', 'Sum', ${PERIOD_S})`;
  return [
    { title: "Samples", stat: "Sum", lines: kinds.map((kind) => line(`penstock_samples_${kind}_total`)) },
    { title: "Rejected samples by reason", stat: "Sum", lines: [[{ expression: search }]] },
    { title: "Age of the oldest sample stored (s)", stat: "p99", lines: [line("penstock_sample_age_seconds")] },
    { title: "Requests to the receiver (s)", stat: "p99", lines: [line("penstock_request_duration_seconds")] },
    {
      title: "Looks, moves, missing receipts",
      stat: "Sum",
      lines: ["looks", "lane_moves", "receipts_missing"].map((what) => line(`penstock_${what}_total`)),
    },
  ];
}

function queuePanels(queue: string, deadLetters: string): Panel[] {
  const line = (metric: string, name: string): Line => ["AWS/SQS", metric, "QueueName", name];
  const visible = "ApproximateNumberOfMessagesVisible";
  return [
    { title: "Oldest message (s)", stat: "Maximum", lines: [line("ApproximateAgeOfOldestMessage", queue)] },
    {
      title: "Messages waiting, in hand, dead",
      stat: "Maximum",
      lines: [line(visible, queue), line("ApproximateNumberOfMessagesNotVisible", queue), line(visible, deadLetters)],
    },
  ];
}

function functionPanels(names: readonly string[]): Panel[] {
  const lines = (...metrics: string[]): Line[] =>
    names.flatMap((name) => metrics.map((metric): Line => ["AWS/Lambda", metric, "FunctionName", name]));
  return [
    { title: "Duration (ms)", stat: "p99", lines: lines("Duration") },
    { title: "Errors and throttles", stat: "Sum", lines: lines("Errors", "Throttles") },
    { title: "Concurrent executions", stat: "Maximum", lines: lines("ConcurrentExecutions") },
  ];
}

function receiverPanels(workspaceId: string): Panel[] {
  const search = (namespace: string, metric: string, more: string): Line => [
    {
      expression: `SEARCH('Namespace="${namespace}" MetricName="${metric}" "${workspaceId}"${more}', 'Sum', ${PERIOD_S})`,
    },
  ];
  return [
    { title: "Discarded by AMP, by reason", stat: "Sum", lines: [search("AWS/Prometheus", "DiscardedSamples", "")] },
    {
      title: "AMP: active series and ingestion rate",
      stat: "Maximum",
      lines: [search("AWS/Usage", "ResourceCount", ' ("ActiveSeries" OR "IngestionRate")')],
    },
  ];
}
