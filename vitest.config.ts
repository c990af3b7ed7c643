import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

/** Tests read the packages from source: no build comes before them. */
const conditions = ["@penstock/source"];

/**
 * Where Node keeps what it compiled of the processes that tests start, hundreds of them, each from TypeScript: they begin
 * in a third to half of the time.
 */
const NODE_COMPILE_CACHE = fileURLToPath(new URL("node_modules/.cache/compiled", import.meta.url));

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ["packages/**/*.test.ts", "test/**/*.test.ts"],
    pool: "threads",
    // One more than the two cores that it must be quick on: many suites wait for processes of their own.
    maxWorkers: 3,
    env: { NODE_COMPILE_CACHE },
    testTimeout: 60_000,
    hookTimeout: 60_000,
    reporters: ["default", "./test/plain-reporter.ts"],
  },
});
