import { sqsClientFor, sqsSendBatch } from "@penstock/producer";
import { handle } from "hono/aws-lambda";
import { createIntake } from "./app.ts";
import { readIntakeConfig } from "./config.ts";

/**
 * What Lambda runs behind a function URL or an HTTP API. Everything is made at a cold start; a bad environment ends it
 * with one error that names all that is wrong.
 */
const { queueUrl, ...config } = readIntakeConfig(process.env);

export const handler: ReturnType<typeof handle> = handle(
  createIntake({ ...config, queue: sqsSendBatch(sqsClientFor(queueUrl), queueUrl) }),
);
