import { Logger } from "@aws-lambda-powertools/logger";
import { readConfig } from "./config.ts";
import { createHandler, type Handler } from "./handler.ts";
import { lambdaCredentials } from "./lambda-credentials.ts";
import { openPorts } from "./ports.ts";

/**
 * What Lambda runs. Everything is made at a cold start; a bad environment ends it with one error that names all that is
 * wrong, so that invocations fail and their batches stay in the queue.
 */
const config = readConfig(process.env);
const receiver = { ...config.receiver, credentials: lambdaCredentials(process.env) };

export const handler: Handler = createHandler({
  ports: openPorts({ ...config, receiver }),
  visibilityTimeoutMs: config.visibilityTimeoutMs,
  flusher: config.flusher,
  service: config.service,
  logger: new Logger({ serviceName: config.service, logLevel: config.logLevel }),
});
