import { Logger } from "@aws-lambda-powertools/logger";
import { ConfigError } from "@penstock/model";
import { readWorkerConfig, type WorkerConfig } from "./config.ts";
import { startMetricsServer } from "./metrics-server.ts";
import { openPorts } from "./ports.ts";
import { createSqsClient } from "./sqs-client.ts";
import { startWorker } from "./worker.ts";

/** The worker as a process: settings from the environment, a stop at SIGTERM or SIGINT, an end at the second one. */
async function main(config: WorkerConfig): Promise<void> {
  const log = new Logger({ serviceName: config.service, logLevel: config.logLevel });
  const { queueUrl, concurrency, visibilityTimeoutMs, flusher, metricsPort } = config;
  const client = createSqsClient(queueUrl, config.region);
  const ports = openPorts(config);
  const worker = startWorker({ queueUrl, client, ports, visibilityTimeoutMs, concurrency, flusher, log });
  let asked = false;
  for (const name of ["SIGTERM", "SIGINT"] as const) {
    process.on(name, () => {
      if (asked) process.exit(1);
      asked = true;
      log.info(`${name}: the batches in hand are finished first`, {});
      void worker.stop();
    });
  }
  const server = metricsPort === undefined ? undefined : await startMetricsServer(worker, metricsPort);
  log.info("The worker reads its queue", { queueUrl, concurrency, metricsPort: server?.port });
  await worker.stopped;
  await server?.close();
  client.destroy();
}

try {
  await main(readWorkerConfig(process.env));
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}
