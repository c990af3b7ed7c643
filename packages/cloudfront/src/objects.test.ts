import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "vitest";
import { MAX_OBJECT_BYTES, s3Objects } from "./objects.ts";

/** GetObject as S3 speaks it, by key. */
const ANSWERS: Readonly<Record<string, (response: ServerResponse) => void>> = {
  "/logs/a%20b%2Bc/%C3%A9.gz": (response) => response.end("whole"),
  "/logs/gone.gz": (response) => fail(response, 404, "NoSuchKey", "The specified key does not exist."),
  "/nobucket/a.gz": (response) => fail(response, 404, "NoSuchBucket", "The specified bucket does not exist"),
  "/logs/denied.gz": (response) => fail(response, 403, "AccessDenied", "Access Denied"),
  "/logs/cut.gz": (response) => {
    response.writeHead(200, { "content-length": "100" }).write("half");
    setImmediate(() => response.destroy());
  },
  "/logs/large.gz": (response) => {
    response.writeHead(200, { "content-length": String(MAX_OBJECT_BYTES + 1) }).write("the beginning");
  },
};

function fail(response: ServerResponse, status: number, code: string, message: string): void {
  response.writeHead(status, { "content-type": "application/xml" });
  response.end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`);
}

let server: Server;
let client: S3Client;

beforeAll(async () => {
  server = createServer((request, response) => ANSWERS[request.url!.split("?")[0]!]!(response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  client = new S3Client({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    forcePathStyle: true,
    region: "eu-west-1",
    credentials: { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "secret" },
    maxAttempts: 1,
  });
});

afterAll(() => {
  client.destroy();
  server.closeAllConnections();
  server.close();
});

const read = (key: string, bucket = "logs") => s3Objects(client).read({ bucket, key });

test("an object is read whole, under its own key", async () => {
  expect(Buffer.from((await read("a b+c/é.gz"))!).toString()).toBe("whole");
});

test("an object that is gone is none", async () => {
  expect(await read("gone.gz")).toBeUndefined();
});

test.each([
  [
    "denied.gz",
    "logs",
    "denied.gz in logs could not be read: AccessDenied: Access Denied. The function needs s3:GetObject",
  ],
  ["a.gz", "nobucket", "a.gz in nobucket could not be read: NoSuchBucket"],
  ["cut.gz", "logs", "cut.gz in logs could not be read: "],
  ["large.gz", "logs", `large.gz in logs could not be read: RangeError: Expected at most ${MAX_OBJECT_BYTES} bytes`],
])("%s in %s could not be read, and a sentence says why", async (key, bucket, sentence) => {
  await expect(read(key, bucket)).rejects.toThrow(sentence);
});
