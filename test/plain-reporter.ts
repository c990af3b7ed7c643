import type { Reporter, TestModule } from "vitest/node";

/** Ends a run with the plain line "N passed, N failed" that any CI can read. */
export default class PlainReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const counts = { passed: 0, failed: unhandledErrors.length, skipped: 0, pending: 0 };
    for (const module of modules) {
      const states = Array.from(module.children.allTests(), (test) => test.result().state);
      for (const state of states) counts[state]++;
      // A file that cannot be read, or a hook that throws, fails no test.
      if (module.state() === "failed" && !states.includes("failed")) counts.failed++;
    }
    const skipped = counts.skipped + counts.pending;
    const tail = skipped > 0 ? `, ${skipped} skipped` : "";
    process.stdout.write(`${counts.passed} passed, ${counts.failed} failed${tail}\n`);
  }
}
