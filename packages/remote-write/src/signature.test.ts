import { createHash, createHmac } from "node:crypto";
import type { WriteSeries } from "@penstock/model";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { timestampsFrom, writeSeries } from "../test/arbitraries.ts";
import { type Seen, startStub } from "../test/stub-server.ts";
import { type AwsCredentials, createReceiver, receiverUrls } from "./index.ts";

const ONE: WriteSeries[] = [{ labels: [["__name__", "m"]], timestamps: [1_795_475_070_000], values: [1] }];
const QUERY = { matchers: [{ name: "__name__", op: "=", value: "m" }], startMs: 1, endMs: 2 } as const;
const PLENTY_MS = 30_000;
const KEY: AwsCredentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "wJalrXUt/+", sessionToken: "token" };

describe("a signature", () => {
  test("is the one that SigV4 asks for, over the body and every header that matters", async () => {
    const stub = await startStub((response) => response.writeHead(204).end());
    const urls = { writeUrl: `${stub.url}/workspaces/ws-1/api/v1/remote_write`, queryUrl: `${stub.url}/api/v1/query` };
    const receiver = createReceiver({ ...urls, region: "eu-central-1", credentials: async () => KEY });
    await fc.assert(
      fc.asyncProperty(writeSeries("m", timestampsFrom(1, 2e12)), async (series) => {
        await receiver.write([series], PLENTY_MS);
        expectSigned(stub.seen.at(-1)!, "eu-central-1");
      }),
      { numRuns: 20 },
    );
    const signed = signedHeaders(stub.seen.at(-1)!);
    expect(signed).toEqual(
      expect.arrayContaining(["content-encoding", "content-type", "host", "x-amz-security-token"]),
    );
    await receiver.read!(QUERY, PLENTY_MS);
    expectSigned(stub.seen.at(-1)!, "eu-central-1");
  });

  test.each([
    ["https://aps-workspaces.us-east-2.amazonaws.com", "us-east-2"],
    ["https://aps-workspaces-fips.us-gov-west-1.amazonaws.com", "us-gov-west-1"],
    ["https://aps-workspaces.ap-southeast-2.api.aws", "ap-southeast-2"],
    ["https://aps-workspaces-fips.us-west-2.api.aws", "us-west-2"],
  ])("for %s has the workspace's region, for writes and queries", async (host, region) => {
    const scopes: (string | null)[] = [];
    const receiver = createReceiver({
      ...receiverUrls({ url: `${host}/workspaces/ws-1/` }),
      credentials: async () => KEY,
      fetch: async (request) => {
        scopes.push((request as Request).headers.get("authorization"));
        return new Response(null, { status: 204 });
      },
    });
    await receiver.write(ONE, PLENTY_MS);
    await receiver.read!(QUERY, PLENTY_MS);
    expect(scopes).toEqual([1, 2].map(() => expect.stringContaining(`/${region}/aps/aws4_request`)));
  });

  test.each([
    "https://aps-workspaces.us-east-2.amazonaws.com.evil.test/workspaces/ws-1/",
    "https://evil.test/aps-workspaces.us-east-2.amazonaws.com/",
    "https://notaps-workspaces.us-east-2.amazonaws.com/",
    "http://127.0.0.1:9090",
  ])("is not made for %s, nor are credentials asked for", async (url) => {
    const receiver = createReceiver({
      ...receiverUrls({ url }),
      credentials: () => expect.unreachable(),
      fetch: async (request) => {
        expect([...(request as Request).headers.keys()].filter((name) => /auth|amz/.test(name))).toEqual([]);
        return new Response(null, { status: 204 });
      },
    });
    expect(await receiver.write(ONE, PLENTY_MS)).toMatchObject({ status: 204 });
  });

  test("for another region than the workspace's is refused, naming both", () => {
    const urls = receiverUrls({ url: "https://aps-workspaces.us-east-2.amazonaws.com/workspaces/ws-1/" });
    expect(() => createReceiver({ ...urls, region: "eu-west-1" })).toThrow(/us-east-2.*eu-west-1/);
    expect(() => createReceiver({ ...urls, region: "us-east-2" })).not.toThrow();
    expect(() => createReceiver({ writeUrl: "http://prom.test/", region: "" })).toThrow(/AWS region.*``/);
  });

  test("that a wrong clock spoils is explained", async () => {
    const date = new Date(Date.now() - 47 * 60_000).toUTCString();
    const stub = await startStub((response) => response.writeHead(403, { date }).end('{"message":"Forbidden"}'));
    const urls = { writeUrl: stub.url, queryUrl: stub.url };
    const signed = createReceiver({ ...urls, region: "eu-west-1", credentials: async () => KEY });
    const explained = expect.stringMatching(/^\{"message":"Forbidden"\} .*clock is 4[67] minutes ahead of/);
    expect(await signed.write(ONE, PLENTY_MS)).toMatchObject({ status: 403, body: explained });
    expect(await signed.read!(QUERY, PLENTY_MS)).toMatchObject({ kind: "failed", status: 403, detail: explained });
    const unsigned = createReceiver(urls);
    expect(await unsigned.write(ONE, PLENTY_MS)).toMatchObject({ status: 403, body: '{"message":"Forbidden"}' });
  });
});

describe("credentials", () => {
  const HOUR_MS = 60 * 60_000;

  test("are asked for once for many requests, at the same time or one after another", async () => {
    const { receiver, asked } = await signing(async () => ({ ...KEY, expiration: new Date(Date.now() + HOUR_MS) }));
    await Promise.all([1, 2, 3].map(() => receiver.write(ONE, PLENTY_MS)));
    await receiver.read!(QUERY, PLENTY_MS);
    await receiver.write(ONE, PLENTY_MS);
    expect(asked()).toBe(1);
  });

  test("that expire within five minutes are asked for again", async () => {
    const { receiver, asked } = await signing(async () => ({ ...KEY, expiration: new Date(Date.now() + 4 * 60_000) }));
    await receiver.write(ONE, PLENTY_MS);
    await receiver.write(ONE, PLENTY_MS);
    expect(asked()).toBe(2);
  });

  test("that fail are told and not remembered", async () => {
    let broken = true;
    const { receiver, stub } = await signing(() => {
      if (broken) throw new Error("Could not load credentials from any providers");
      return Promise.resolve(KEY);
    });
    const detail = expect.stringMatching(/no AWS credentials.*Could not load credentials from any providers/);
    expect(await receiver.write(ONE, PLENTY_MS)).toEqual({ kind: "unanswered", detail });
    expect(await receiver.read!(QUERY, PLENTY_MS)).toEqual({ kind: "failed", status: undefined, detail });
    expect(stub.seen).toEqual([]);
    broken = false;
    expect(await receiver.write(ONE, PLENTY_MS)).toMatchObject({ status: 204 });
  });

  test.each<[string, () => Promise<never>]>([
    ["fails", () => Promise.reject(new Error("STS is away"))],
    ["hangs", () => new Promise(() => {})],
  ])("whose refresh %s are used while they last", async (_, refresh) => {
    const { receiver, asked } = await signing(async () => {
      if (asked() > 1) return refresh();
      return { ...KEY, expiration: new Date(Date.now() + 4 * 60_000) };
    });
    await receiver.write(ONE, PLENTY_MS);
    expect(await receiver.write(ONE, 1_000)).toMatchObject({ status: 204 });
    expect(asked()).toBe(2);
  });

  test("that hardly last any longer wait for their refresh", async () => {
    const { receiver, stub, asked } = await signing(async () => ({
      ...KEY,
      secretAccessKey: asked() > 1 ? KEY.secretAccessKey : "old",
      expiration: new Date(Date.now() + 5_000),
    }));
    await receiver.write(ONE, PLENTY_MS);
    await receiver.write(ONE, PLENTY_MS);
    expectSigned(stub.seen.at(-1)!, "eu-west-1");
  });

  test("that never come do not outlast the request's time", async () => {
    const { receiver } = await signing(() => new Promise(() => {}));
    const detail = expect.stringContaining("no AWS credentials");
    expect(await receiver.write(ONE, 50)).toEqual({ kind: "unanswered", detail });
  });

  async function signing(credentials: () => Promise<AwsCredentials>) {
    const stub = await startStub((response) => response.writeHead(204).end());
    let count = 0;
    const receiver = createReceiver({
      writeUrl: `${stub.url}/api/v1/remote_write`,
      queryUrl: `${stub.url}/api/v1/query`,
      region: "eu-west-1",
      credentials: () => {
        count++;
        return credentials();
      },
    });
    return { receiver, stub, asked: () => count };
  }
});

function signedHeaders({ headers }: Seen): string[] {
  return /SignedHeaders=([^,]+)/.exec(headers.authorization!)![1]!.split(";");
}

/** SigV4 from its description (IAM user guide, "Create a signed AWS API request"), sharing nothing with the signer. */
function expectSigned(request: Seen, region: string): void {
  const names = signedHeaders(request);
  const date = String(request.headers["x-amz-date"]);
  const scope = `${date.slice(0, 8)}/${region}/aps/aws4_request`;
  const canonical = [
    request.method,
    request.path,
    "",
    ...names.map((name) => `${name}:${request.headers[name]}`),
    "",
    names.join(";"),
    sha256(request.body),
  ].join("\n");
  const toSign = ["AWS4-HMAC-SHA256", date, scope, sha256(canonical)].join("\n");
  const key = [...scope.split("/")].reduce<Buffer | string>(hmac, `AWS4${KEY.secretAccessKey}`);
  const signature = hmac(key, toSign).toString("hex");
  expect(request.headers["x-amz-security-token"]).toBe(KEY.sessionToken);
  expect(request.headers.authorization).toBe(
    `AWS4-HMAC-SHA256 Credential=${KEY.accessKeyId}/${scope}, SignedHeaders=${names.join(";")}, Signature=${signature}`,
  );
}

function hmac(key: Buffer | string, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}

function sha256(bytes: Buffer | string): string {
  return createHash("sha256").update(bytes).digest("hex");
}
