import { buckets, closeOnSignal, createMetrics, createProducer } from "@penstock/producer";

/**
 * A service as a process of its own, `service.ts QUEUE_URL END`: it counts one request, and then there is nothing to do
 * (END `idle`), or it waits for SIGTERM (`signal`), or has a listener of its own for that too (`listener`).
 */
const [queueUrl, end] = process.argv.slice(2);
const metrics = createMetrics(createProducer({ queueUrl: queueUrl! }));
metrics.counter("requests_total").inc({ path: "/" });
metrics.histogram("seconds", buckets.of(1)).observe(0.5);
if (end !== "idle") {
  closeOnSignal(metrics);
  if (end === "listener") process.once("SIGTERM", () => setTimeout(() => process.exit(7), 1_000));
  setInterval(() => undefined, 60_000);
  process.stdout.write("ready\n");
}
