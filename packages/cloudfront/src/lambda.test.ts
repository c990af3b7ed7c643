import { afterEach, expect, test, vi } from "vitest";

afterEach(() => {
  vi.unstubAllEnvs();
  vi.resetModules();
});

test("a cold start with a bad environment fails and says all that is wrong", async () => {
  vi.stubEnv("PENSTOCK_GROUPS", "none");
  await expect(import("./lambda.ts")).rejects.toThrow(
    /^Expected `PENSTOCK_QUEUE_URL` .*\nExpected `PENSTOCK_GROUPS` .*$/,
  );
});

test("a cold start with a good one has a handler", async () => {
  vi.stubEnv("PENSTOCK_QUEUE_URL", "http://127.0.0.1:9324/000000000000/metrics.fifo");
  vi.stubEnv("AWS_REGION", "eu-west-1");
  const { handler } = await import("./lambda.ts");
  expect(handler).toBeTypeOf("function");
});
