export {
  type Config,
  ConfigError,
  type Environment,
  readConfig,
  readWorkerConfig,
  type WorkerConfig,
} from "./config.ts";
export { sqsDeadLetters } from "./dead-letters.ts";
export { createHandler, type Handler, type HandlerOptions } from "./handler.ts";
export type { Log } from "./log.ts";
export { type MetricsServer, startMetricsServer } from "./metrics-server.ts";
export { openPorts } from "./ports.ts";
export { createProcess, type ProcessBatch, type ProcessOptions } from "./process.ts";
export { fromEvent, fromMessage, type Unreadable } from "./records.ts";
export { SETTINGS, type Setting } from "./settings.ts";
export { createSqsClient } from "./sqs-client.ts";
export { startWorker, type Worker, type WorkerOptions } from "./worker.ts";
