import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Runs promtool beside these files; what it complains of, or nothing. */
export function promtool(files: Readonly<Record<string, string>>, ...args: string[]): string {
  const cwd = mkdtempSync(join(tmpdir(), "penstock-promtool-"));
  try {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(cwd, name), text);
    const { status, stdout, stderr } = spawnSync("promtool", args, { cwd, encoding: "utf8" });
    return status === 0 ? "" : `promtool ended with ${status}: ${stdout}${stderr}`;
  } finally {
    rmSync(cwd, { recursive: true, force: true });
  }
}
