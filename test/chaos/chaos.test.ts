import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { runChaos } from "./chaos.ts";

const MAIN: string = fileURLToPath(new URL("main.ts", import.meta.url));

test("for a few seconds of kills and broken connections, every sample is in one place", async () => {
  const lines: string[] = [];
  const result = await runChaos({ seconds: 4, seed: 1, workers: 2, onProgress: (line) => lines.push(line) });
  expect(result).toMatchObject({ problems: [], balance: { lost: [], twice: [], foreign: [] }, exact: true });
  const { sent, stored, dead } = result.balance;
  expect(sent).toBe(stored + dead);
  expect(stored).toBeGreaterThan(100);
  expect(result.workerKills).toBeGreaterThan(0);
  expect(Object.keys(result.faults).length).toBeGreaterThan(3);
  expect(Object.keys(result.reasons)).toEqual(
    expect.arrayContaining(["greater_than_max_sample_age", "label_invalid", "message_malformed"]),
  );
  expect(lines.at(-1)).toMatch(/^drained within \d+ ms$/);
});

test.each([
  ["in the trouble", "3600", "1 s of"],
  ["in the quiet", "2", "quiet:"],
])("Ctrl-C %s ends a run at once, with nothing left behind", async (_when, seconds, sign) => {
  const folder = await mkdtemp(join(tmpdir(), "penstock-interrupted-"));
  const run = spawn(process.execPath, ["--conditions=@penstock/source", MAIN, "--seconds", seconds, "--workers", "1"], {
    env: { ...process.env, TMPDIR: folder },
    stdio: ["ignore", "ignore", "pipe"],
    detached: true,
  });
  try {
    let said = "";
    await new Promise<void>((resolve, reject) => {
      run.stderr.on("data", (chunk: Buffer) => {
        said += chunk;
        if (said.includes(sign)) resolve();
      });
      run.once("exit", () => reject(new Error(`Expected \`${sign}\`, got ${said}`)));
    });
    const { stdout } = await promisify(execFile)("pgrep", ["-P", String(run.pid)]);
    const started = stdout.trim().split("\n").map(Number);
    // The queue and the receiver; the worker may be down just then.
    expect(started.length).toBeGreaterThanOrEqual(2);
    // As a terminal does: to the whole process group.
    process.kill(-run.pid!, "SIGINT");
    const [code] = await once(run, "close");
    expect([code, said.trim().split("\n").at(-1)]).toEqual([1, "Interrupted"]);
    for (const pid of started) expect(() => process.kill(pid, 0)).toThrow("ESRCH");
    expect(await readdir(folder)).toEqual([]);
  } finally {
    run.kill("SIGKILL");
    await rm(folder, { recursive: true, force: true });
  }
});
