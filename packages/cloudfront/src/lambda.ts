import { sqsClientFor, sqsSendBatch } from "@penstock/producer";
import { readConfig } from "./config.ts";
import { createCloudFrontHandler } from "./handler.ts";
import { jsonLog } from "./json-log.ts";
import { s3ClientForLogs, s3Objects } from "./objects.ts";

/**
 * What Lambda runs. Everything is made at a cold start; a bad environment ends it with one error that names all that is
 * wrong, so that invocations fail and their events stay in the queue.
 */
const { queueUrl, groups, rules } = readConfig(process.env);

export const handler: ReturnType<typeof createCloudFrontHandler> = createCloudFrontHandler({
  objects: s3Objects(s3ClientForLogs()),
  queue: sqsSendBatch(sqsClientFor(queueUrl), queueUrl),
  groups,
  rules,
  log: jsonLog((line) => process.stdout.write(line)),
});
