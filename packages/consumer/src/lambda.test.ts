import { afterEach, expect, test, vi } from "vitest";

afterEach(() => {
  vi.unstubAllEnvs();
  vi.resetModules();
});

test("a cold start with a bad environment fails and says all that is wrong", async () => {
  vi.stubEnv("PENSTOCK_LANES", "30");
  await expect(import("./lambda.ts")).rejects.toThrow(
    /^Expected `PENSTOCK_RECEIVER_URL` .*\nExpected `PENSTOCK_DEAD_LETTER_QUEUE_URL` .*\nExpected `PENSTOCK_LANES` .*$/,
  );
});

test("a cold start with a good one has a handler", async () => {
  vi.stubEnv("PENSTOCK_RECEIVER_URL", "http://127.0.0.1:9090");
  vi.stubEnv("PENSTOCK_DEAD_LETTER_QUEUE_URL", "http://127.0.0.1:9324/000000000000/dead.fifo");
  const { handler } = await import("./lambda.ts");
  expect(handler).toBeTypeOf("function");
});
