import { once } from "node:events";
import { connect } from "node:net";
import { networkInterfaces } from "node:os";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CallOptions, call, tokenOf } from "./http.ts";
import { type Scene, startScene } from "./scene.ts";

let scene: Scene;
let own: Record<string, string>;

beforeAll(async () => {
  scene = await startScene();
  await scene.send({ __name__: "x_total", "bad-name": "x" }, [[Date.now(), 1]]);
  await scene.settled();
  own = { "x-penstock-token": await tokenOf(scene.console), origin: `http://127.0.0.1:${scene.console.port}` };
});
afterAll(() => scene.close());

const READS = ["overview", "settings", "writes", "series", "desk", "pivot?by=reason", "letters", "letters/x", "jobs/x"];
const CHANGES: readonly (readonly [path: string, body: unknown])[] = [
  ["look", { reach: "front" }],
  ["letters/x/body", {}],
  ["relabel", { selector: "", relabel: [] }],
  ["preview/replay", { selector: "", restamp: false, relabel: [], unnamed: false, reach: "front" }],
  ["preview/drop", { selector: "", reach: "front" }],
  ["jobs/x/confirm", { letters: 1 }],
  ["jobs/x/cancel", {}],
  ["doctor", { probe: "read" }],
];
const CALLS = [
  ...READS.map((path) => [`GET ${path}`, path, { method: "GET" }] as const),
  ...CHANGES.map(([path, body]) => [`POST ${path}`, path, { method: "POST", body }] as const),
];

/** Letters are as they were: nobody has received one. */
function expectUntouched(): void {
  expect(scene.local.inspect().deadLetters).toMatchObject({ visible: 1, inFlight: 0 });
}

function attempt(path: string, options: CallOptions, headers: Record<string, string | undefined>) {
  return call(scene.console, `/api/${path}`, { ...options, headers: { ...own, ...headers } });
}

describe.each(CALLS)("%s is refused", (_, path, options) => {
  test.each<[string, Record<string, string | undefined>]>([
    ["without the token", { "x-penstock-token": undefined }],
    ["with an empty token", { "x-penstock-token": "" }],
    ["with another token", { "x-penstock-token": "A".repeat(43) }],
    ["from another site", { origin: "https://evil.example" }],
    ["from another port of this machine", { origin: "http://127.0.0.1:1" }],
    ["from a sandboxed frame", { origin: "null" }],
    ["when the browser says that it comes from elsewhere", { "sec-fetch-site": "cross-site" }],
    ["when the browser says that it comes from a sibling", { "sec-fetch-site": "same-site" }],
  ])("%s", async (_case, headers) => {
    const { status, text } = await attempt(path, options, headers);
    expect(status).toBe(403);
    expect(text).not.toContain("x_total");
    expectUntouched();
  });
});

test.each(CHANGES)("POST %s is refused when it does not say where it comes from", async (path, body) => {
  expect((await attempt(path, { method: "POST", body }, { origin: undefined })).status).toBe(403);
});

test.each([
  "evil.example",
  `evil.example:80`,
  "127.0.0.1.evil.example",
  "localhost.evil.example",
  "127.0.0.1@evil.example",
  "evil.example/127.0.0.1",
  "0.0.0.0",
  "[::]",
])("a name that only resolves to this machine, `%s`, gets nothing, not even the page", async (host) => {
  for (const path of ["/", "/letters", "/api/overview", "/favicon.ico"]) {
    const { status, text } = await call(scene.console, path, { headers: { ...own, host, origin: `http://${host}` } });
    expect([400, 403]).toContain(status);
    expect(text).not.toContain(own["x-penstock-token"]!);
  }
});

test("a form of another site cannot be taken for the page: its content type is not JSON", async () => {
  const { status } = await attempt(
    "look",
    { method: "POST", body: { reach: "front" } },
    { "content-type": "text/plain" },
  );
  expect(status).toBe(400);
  expectUntouched();
});

test("any token but the page's is refused", async () => {
  await fc.assert(
    fc.asyncProperty(fc.stringMatching(/^[\x21-\x7e]{0,60}$/), async (token) => {
      expect((await attempt("overview", {}, { "x-penstock-token": token })).status).toBe(403);
    }),
    { numRuns: 50 },
  );
});

test("it listens on this machine only", async () => {
  const outside = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ internal, family }) => !internal && family === "IPv4");
  for (const { address } of outside) {
    const socket = connect(scene.console.port, address);
    await expect(once(socket, "connect")).rejects.toThrow(/ECONNREFUSED/);
  }
});

test("the token is another at each start", async () => {
  const other = await startScene();
  expect(await tokenOf(other.console)).not.toBe(own["x-penstock-token"]);
  await other.close();
});

const SECRET = /"name": "@penstock|root:|export (?:class|function)|dependencies/;

test.each([
  "/../package.json",
  "/assets/../../package.json",
  "/%2e%2e/package.json",
  "/..%2fpackage.json",
  "/assets/..%5c..%5cpackage.json",
  "/assets/%2e%2e%2f%2e%2e%2fsrc/index.ts",
  "//etc/passwd",
  "/etc/passwd",
  "/index.html",
  "/web.json",
  "/assets/",
  "/src/index.ts",
  "/__proto__",
  "/constructor",
])("%s is no way to a file", async (path) => {
  const { status, text } = await call(scene.console, path);
  expect(status).toBe(404);
  expect(text).not.toMatch(SECRET);
});

test("no path is a way to a file", async () => {
  const part = fc.oneof(
    fc.constantFrom("..", ".", "%2e%2e", "%2f", "..%2f", "%00", "assets", "etc", "package.json", "dist"),
    fc.stringMatching(/^[a-z.%]{1,5}$/),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(part, { minLength: 1, maxLength: 6 }), async (parts) => {
      const { status, text } = await call(scene.console, `/${parts.join("/")}`);
      // `/./` is the page itself, to any browser and to this server.
      if (!(status === 200 && text.includes("penstock-token"))) expect([400, 404]).toContain(status);
      expect(text).not.toMatch(SECRET);
    }),
    { numRuns: 100 },
  );
});

test("every answer forbids what the page does not need", async () => {
  for (const path of ["/", "/api/overview", "/nothing"]) {
    const { headers } = await call(scene.console, path, { headers: own });
    const policy = String(headers["content-security-policy"]);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).toContain("require-trusted-types-for 'script'");
    expect(policy).not.toContain("unsafe");
    expect(headers).toMatchObject({
      "referrer-policy": "no-referrer",
      "x-frame-options": "DENY",
      "x-content-type-options": "nosniff",
      "cross-origin-opener-policy": "same-origin",
      "cross-origin-resource-policy": "same-origin",
    });
    expect(headers["access-control-allow-origin"]).toBeUndefined();
    if (path !== "/nothing") expect(headers["cache-control"]).toBe("no-store");
  }
  expect((await call(scene.console, "/")).text).not.toMatch(/<script(?![^>]*\bsrc=)|\son\w+=|style=/);
});

test.each<[string, unknown]>([
  ["look", { reach: "everything" }],
  ["look", { reach: "front", more: 1 }],
  ["look", []],
  ["preview/drop", { selector: "{", reach: "front" }],
  ["preview/drop", { selector: `{a=~"("}`, reach: "front" }],
  ["preview/replay", { selector: "", restamp: "yes", relabel: [], unnamed: false, reach: "front" }],
  ["preview/replay", { selector: "", restamp: false, relabel: [{ action: "keep" }], unnamed: false, reach: "front" }],
  ["preview/replay", { selector: "", restamp: false, relabel: [], unnamed: false, reach: "front", rate: 0 }],
  ["jobs/x/confirm", { letters: -1 }],
  ["doctor", { probe: "everything" }],
])("POST %s with %j is a sentence and status 400, and does nothing", async (path, body) => {
  const { status, text } = await attempt(path, { method: "POST", body }, {});
  expect(status).toBe(400);
  expect(JSON.parse(text).error).toMatch(/\w+ .*\w/);
  expectUntouched();
});

test("a body larger than a plan is refused", async () => {
  const { status } = await attempt(
    "preview/drop",
    { method: "POST", body: { selector: "x".repeat(100_000), reach: "front" } },
    {},
  );
  expect(status).toBe(413);
});
