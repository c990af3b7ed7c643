import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const BIN = fileURLToPath(new URL("../bin/penstock.js", import.meta.url));

function penstock(...args: string[]) {
  const child = spawn(process.execPath, [BIN, ...args], { env: { PATH: process.env.PATH } });
  const ended = Promise.all([once(child, "exit"), text(child.stderr)]).then(([[code], stderr]) => ({ code, stderr }));
  return { child, ended };
}

async function run(args: string[], input = ""): Promise<{ code: number; stdout: string; stderr: string }> {
  const { child, ended } = penstock(...args);
  child.stdin.end(input);
  const [stdout, { code, stderr }] = await Promise.all([text(child.stdout), ended]);
  return { code, stdout, stderr };
}

test("dev settles what was sent, also by others, and its books balance", async () => {
  const { child, ended } = penstock("dev", "--for", "15s", "--queue-port", "0", "--receiver-port", "0");
  let stdout = "";
  const started = Promise.withResolvers<void>();
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    stdout += chunk;
    if (/--receiver \S+\n/.test(stdout)) started.resolve();
  });
  await Promise.race([started.promise, ended]);
  await sendAndQuery(/--queue (\S+)/.exec(stdout)![1]!, /--receiver (\S+)\n/.exec(stdout)![1]!);
  const { code, stderr } = await ended;
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toMatch(/received (\d+) = stored \1 \+ rejected 0 \+ duplicate 0 \+ returned 0\n/);
  expect(stdout).toMatch(/sent \d+, and 1 by others; the queue holds 0\n/);
});

async function sendAndQuery(queue: string, receiver: string): Promise<void> {
  const sent = await run(["send", "--queue", queue], 'demo_total{from="a\\"b"} 7\nnot a sample\n');
  expect(sent).toMatchObject({ code: 1, stderr: expect.stringContaining("Line 2:") });
  await expect
    .poll(async () => (await run(["query", "demo_total", "--json", "--receiver", receiver])).stdout, {
      timeout: 12_000,
    })
    .toContain('"values":[7]');
}
