import { hostname } from "node:os";
import { afterEach, expect, test, vi } from "vitest";
import { deriveInstance } from "./instance.ts";

afterEach(() => {
  vi.unstubAllEnvs();
});

test("on Lambda the instance is the execution environment, whatever the log group's format", () => {
  vi.stubEnv("AWS_LAMBDA_LOG_STREAM_NAME", "2026/11/24/[$LATEST]0b1f3c5d7e9f4a6b8c0d2e4f6a8b0c1d");
  expect(deriveInstance()).toBe("0b1f3c5d7e9f4a6b8c0d2e4f6a8b0c1d");
  vi.stubEnv("AWS_LAMBDA_LOG_STREAM_NAME", "2026/11/24/checkout[12]0b1f3c5d7e9f4a6b8c0d2e4f6a8b0c1d");
  expect(deriveInstance()).toBe("0b1f3c5d7e9f4a6b8c0d2e4f6a8b0c1d");
});

test("elsewhere it is the host and the process, and the thread in a worker", () => {
  vi.stubEnv("AWS_LAMBDA_LOG_STREAM_NAME", undefined);
  const [host, pid] = deriveInstance().split(":");
  expect([host, pid]).toEqual([hostname(), String(process.pid)]);
});
