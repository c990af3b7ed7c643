import { connect } from "node:net";
import { networkInterfaces } from "node:os";
import {
  CreateQueueCommand,
  ListQueuesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
  type SQSClientConfig,
} from "@aws-sdk/client-sqs";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { MAX_REQUEST_BYTES } from "./limits.ts";
import { type QueueServer, startQueueServer } from "./server.ts";

let server: QueueServer;
beforeEach(async () => {
  server = await startQueueServer();
});
afterEach(() => server.close());

function clientOf(config: SQSClientConfig): SQSClient {
  return new SQSClient({
    region: "eu-west-1",
    credentials: { accessKeyId: "any", secretAccessKey: "any" },
    ...config,
  });
}

function post(headers: Record<string, string>, body: string): Promise<Response> {
  return fetch(server.url, { method: "POST", headers, body });
}

const JSON_HEADERS = { "content-type": "application/x-amz-json-1.0" };
const MESSAGE = { MessageBody: "b", MessageGroupId: "g", MessageDeduplicationId: "d" };

test("a client that has only AWS_ENDPOINT_URL_SQS finds the queue by the URL it was given", async () => {
  vi.stubEnv("AWS_ENDPOINT_URL_SQS", server.url);
  const client = clientOf({});
  const Attributes = { FifoQueue: "true" };
  const { QueueUrl } = await client.send(new CreateQueueCommand({ QueueName: "q.fifo", Attributes }));
  expect(QueueUrl).toBe(server.queueUrl("q.fifo"));
  await client.send(new SendMessageCommand({ QueueUrl, ...MESSAGE }));
  vi.unstubAllEnvs();
  expect(server.account.queue("q.fifo").inspect().visible).toBe(1);
});

test("nobody but this machine reaches it", async () => {
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  for (const { address, internal, family } of addresses) {
    if (internal || family !== "IPv4") continue;
    const refused = new Promise((resolve, reject) => {
      const socket = connect(server.port, address, () => reject(new Error(`reached at ${address}`)));
      socket.on("error", resolve);
    });
    expect(await refused).toMatchObject({ code: "ECONNREFUSED" });
  }
});

test.each(["throttled", "unavailable", "answer-lost"] as const)(
  "a client outlives a send that is %s, and the message is queued once",
  async (fault) => {
    const queue = server.account.createQueue("q.fifo");
    server.faults.plan("SendMessage", fault, 2);
    const client = clientOf({ endpoint: server.url, maxAttempts: 3 });
    const QueueUrl = server.queueUrl("q.fifo");
    const { MessageId, $metadata } = await client.send(new SendMessageCommand({ QueueUrl, ...MESSAGE }));
    expect([...queue.messages()].map(({ messageId }) => messageId)).toEqual([MessageId]);
    expect($metadata.attempts).toBe(3);
  },
);

test("a fault is for one action, and can be taken back", async () => {
  server.account.createQueue("q.fifo");
  server.faults.plan("SendMessage", "unavailable", 5);
  const client = clientOf({ endpoint: server.url, maxAttempts: 1 });
  await client.send(new ListQueuesCommand({}));
  const send = () => client.send(new SendMessageCommand({ QueueUrl: server.queueUrl("q.fifo"), ...MESSAGE }));
  await expect(send()).rejects.toMatchObject({ name: "ServiceUnavailable", $metadata: { httpStatusCode: 503 } });
  server.faults.clear();
  await send();
});

test("a listing goes page by page", async () => {
  for (const name of ["c", "a", "d", "b", "e"]) server.account.createQueue(`${name}.fifo`);
  const client = clientOf({ endpoint: server.url });
  const pages: string[][] = [];
  let NextToken: string | undefined;
  do {
    const answer = await client.send(new ListQueuesCommand({ MaxResults: 2, NextToken }));
    pages.push((answer.QueueUrls ?? []).map((url) => url.slice(url.lastIndexOf("/") + 1)));
    NextToken = answer.NextToken;
  } while (NextToken);
  expect(pages).toEqual([["a.fifo", "b.fifo"], ["c.fifo", "d.fifo"], ["e.fifo"]]);
});

test("the older Query protocol is told which clients to use, in its own words", async () => {
  const headers = { "content-type": "application/x-www-form-urlencoded; charset=utf-8" };
  const answer = await post(headers, "Action=ListQueues");
  expect(answer.status).toBe(400);
  expect(answer.headers.get("content-type")).toBe("text/xml");
  expect(await answer.text()).toContain("<Message>This local queue speaks the AWS JSON protocol only");
});

test.each([
  ["no target", JSON_HEADERS, "{}", "Expected a POST"],
  ["another service", { ...JSON_HEADERS, "x-amz-target": "DynamoDB_20120810.GetItem" }, "{}", "Only SQS is here"],
  ["an unknown action", { ...JSON_HEADERS, "x-amz-target": "AmazonSQS.TagQueue" }, "{}", "no action `TagQueue`"],
  ["no JSON", { ...JSON_HEADERS, "x-amz-target": "AmazonSQS.ListQueues" }, "{", "Expected the request's body"],
  ["a list", { ...JSON_HEADERS, "x-amz-target": "AmazonSQS.ListQueues" }, "[]", "Expected the request's body"],
  ["a wrong type", { ...JSON_HEADERS, "x-amz-target": "AmazonSQS.ListQueues" }, '{"MaxResults":"2"}', "an integer"],
  ["no queue URL", { ...JSON_HEADERS, "x-amz-target": "AmazonSQS.SendMessage" }, "{}", "the parameter QueueUrl"],
])("%s is answered with a sentence", async (_, headers, body, sentence) => {
  const answer = await post(headers, body);
  expect(answer.status).toBe(400);
  expect((await answer.json()) as object).toMatchObject({ message: expect.stringContaining(sentence) });
});

test("a request that is too large is refused, and the connection still serves", async () => {
  const headers = { ...JSON_HEADERS, "x-amz-target": "AmazonSQS.ListQueues" };
  const answer = await post(headers, "x".repeat(MAX_REQUEST_BYTES + 1));
  expect(answer.status).toBe(413);
  expect((await post(headers, "{}")).status).toBe(200);
});

test("closing ends the receives that wait, and frees the port", async () => {
  server.account.createQueue("q.fifo");
  const client = clientOf({ endpoint: server.url, maxAttempts: 1 });
  const QueueUrl = server.queueUrl("q.fifo");
  const waiting = client.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20 }));
  await vi.waitFor(() => expect(server.longPolls).toBe(1));
  await server.close();
  expect((await waiting).Messages).toBeUndefined();
  server = await startQueueServer({ port: server.port });
});
