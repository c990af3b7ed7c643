import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { NOW_MS, post, postJson, testIntake } from "../test/intake.ts";

const TOKEN = "correct horse battery staple".replaceAll(" ", "-");
const bearerSha256 = createHash("sha256").update(TOKEN).digest("hex");
const body = { series: [{ labels: { __name__: "m" }, samples: [{ value: 1, timestamp: NOW_MS }] }] };

test("with a token's hash set, every door but Firehose's asks for the token", async () => {
  const { app, queue } = testIntake({ bearerSha256 });
  const paths = ["/v1/samples", "/api/v1/write", "/v1/metrics", "/metrics/job/a"];
  for (const authorization of ["", "Bearer", `Bearer ${TOKEN}x`, `Basic ${TOKEN}`, `Bearer ${bearerSha256}`]) {
    for (const path of paths) {
      const answer = await post(app, path, "{}", { authorization });
      expect([path, answer.status, answer.headers.get("www-authenticate")]).toEqual([path, 401, "Bearer"]);
    }
  }
  expect(queue.entries).toEqual([]);
  expect((await postJson(app, "/v1/samples", body, { authorization: `Bearer ${TOKEN}` })).status).toBe(200);
  expect((await app.request("/healthz")).status).toBe(200);
});

test("a wrong path and a wrong method are told what is there", async () => {
  const { app } = testIntake();
  const nowhere = await app.request("/v1/nothing");
  expect([nowhere.status, await nowhere.text()]).toEqual([404, expect.stringContaining("/v1/samples, /api/v1/write")]);
  const method = await app.request("/api/v1/write");
  expect([method.status, method.headers.get("allow")]).toEqual([405, "POST"]);
});
