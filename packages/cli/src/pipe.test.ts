import { expect, test } from "vitest";
import { BIN, start } from "../test/command.ts";

const NOBODY = "http://127.0.0.1:1/000000000000";
const DOCTOR = `doctor --queue ${NOBODY}/a.fifo --dead-letters ${NOBODY}/b.fifo --receiver ${NOBODY}`;

test("a reader that has seen enough, as head has, is no fault", async () => {
  const input = "no sample\n".repeat(20_000);
  for (const call of ["check", "check --json", DOCTOR]) {
    const script = `"${process.execPath}" "${BIN}" ${call} | head -1`;
    const { code, stdout, stderr } = await start("sh", ["-c", script], { input }).ended;
    expect({ call, code, lines: stdout.split("\n").length, stderr }).toEqual({ call, code: 0, lines: 2, stderr: "" });
  }
});
