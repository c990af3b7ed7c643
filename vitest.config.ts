import { defineConfig } from "vitest/config";

/** Tests read the packages from source: no build comes before them. */
const conditions = ["@penstock/source"];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ["packages/**/*.test.ts", "test/**/*.test.ts"],
    pool: "threads",
    // One more than the two cores that it must be quick on: many suites wait for processes of their own.
    maxWorkers: 3,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    reporters: ["default", "./test/plain-reporter.ts"],
  },
});
