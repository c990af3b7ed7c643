import { fileURLToPath } from "node:url";
import { startLocal, startReceiverServer } from "@penstock/local";
import { groupOf, type ReadSeries, seriesKey } from "@penstock/model";
import { afterEach, describe, expect, test, vi } from "vitest";
import { describePrometheus, startPrometheus } from "../../../../test/prometheus.ts";
import { BIN, type Ended, penstock, type Running, start, startPenstock } from "../../test/command.ts";

const ROOT = fileURLToPath(new URL("../../../../", import.meta.url));
const FREE_PORTS = ["--queue-port", "0", "--receiver-port", "0", "--doors-port", "0", "--console-port", "0"];

const running: Running[] = [];
afterEach(() => {
  for (const { child } of running.splice(0)) child.kill("SIGKILL");
  vi.unstubAllEnvs();
});

function startDev(...args: string[]): Running {
  const dev = startPenstock(["dev", ...FREE_PORTS, ...args]);
  running.push(dev);
  return dev;
}

/** Everything was stored once, by its own account. */
function expectBalance({ code, stdout, stderr }: Ended): void {
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const [, received] =
    /received (\d+) = stored \1 \+ rejected 0 \+ duplicate 0 \+ returned 0\n+sent/.exec(stdout) ?? [];
  expect(Number(received), stdout).toBeGreaterThan(0);
  expect(stdout).toMatch(/the queue holds 0\n$/);
}

/** What a shell makes of a printed line. `curl` and `aws` are not run: their arguments are shown. */
async function inShell(line: string): Promise<string> {
  const script = [
    'show() { "$NODE" -e "console.log(JSON.stringify(process.argv.slice(1)))" -- "$@"; }',
    'npx() { shift; "$NODE" "$BIN" "$@"; }',
    'curl() { show "$@"; }',
    'aws() { show "$@"; }',
    line,
  ].join("\n");
  const { code, stdout, stderr } = await start("sh", ["-c", script], { env: { NODE: process.execPath, BIN } }).ended;
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return stdout;
}

/** Calls the queue as the arguments of `curl` say. */
async function curl([url, ...flags]: string[]): Promise<number> {
  const valuesOf = (flag: string) => flags.filter((_, i) => flags[i - 1] === flag);
  const headers = valuesOf("-H").map((line) => line.split(": ") as [string, string]);
  const response = await fetch(url!, { method: "POST", headers, body: valuesOf("-d")[0]! });
  await response.text();
  return response.status;
}

/** The call that the arguments of `aws sqs send-message` stand for: one that needs neither a region nor credentials. */
function asCurl(args: string[]): string[] {
  expect(args).toEqual(expect.arrayContaining(["--no-sign-request", "--region"]));
  const argument = (flag: string) => args[args.indexOf(flag) + 1]!;
  const call = {
    QueueUrl: argument("--queue-url"),
    MessageBody: argument("--message-body"),
    MessageGroupId: argument("--message-group-id"),
    MessageDeduplicationId: argument("--message-deduplication-id"),
  };
  const headers = ["X-Amz-Target: AmazonSQS.SendMessage", "Content-Type: application/x-amz-json-1.0"];
  return [argument("--endpoint-url"), ...headers.flatMap((header) => ["-H", header]), "-d", JSON.stringify(call)];
}

describe("penstock dev", () => {
  test("prints lines that send and read back: any mix of them is one series in one group, each sample stored once", async () => {
    const dev = startDev("--for", "1m");
    await dev.says(/Read it back:\n.*\n/);
    const lineOf = (pattern: RegExp) => pattern.exec(dev.printed.stdout)![0].trim();
    expect(await inShell(lineOf(/ {2}echo .*/))).toBe("Sent 1 sample in 1 message; refused 0.\n");
    expect(await curl(JSON.parse(await inShell(lineOf(/ {2}curl .*/))))).toBe(200);
    expect(await curl(asCurl(JSON.parse(await inShell(lineOf(/ {2}aws .*/)))))).toBe(200);
    const readBack = `${lineOf(/ {2}npx penstock query .*/)} --json`;
    await expect
      .poll(async () => jsonLines(await inShell(readBack)).flatMap(({ values }) => values), { timeout: 30_000 })
      .toEqual([1, 1, 1]);
    const stored = jsonLines(await inShell(readBack)).map(({ metric: { _unique_id, ...metric } }) => metric);
    const demo = { __name__: "demo_total", from: "me" };
    expect(new Set(stored.map((metric) => JSON.stringify(metric))).size).toBe(1);
    expect(stored[0]).toEqual({ ...demo, _group: groupOf(seriesKey(demo)) });
    dev.child.kill("SIGINT");
    const ended = await dev.ended;
    expectBalance(ended);
    expect(ended.stdout).toMatch(/sent \d+, and 3 by others; /);
  });

  test("is what `npm start` runs, and passes on what follows", async () => {
    const path = process.env.PATH!.split(":").filter((folder) => !folder.includes("node_modules"));
    const env = { PATH: path.join(":"), NPM_CONFIG_LOGLEVEL: "error" };
    const started = start("npm", ["start", "--", "--for", "3s", ...FREE_PORTS], { cwd: ROOT, env });
    running.push(started);
    expectBalance(await started.ended);
  });

  test("ends at Ctrl-C, without an error", async () => {
    const dev = startDev();
    await dev.says(/Read it back:/);
    dev.child.kill("SIGINT");
    expect(await dev.ended).toMatchObject({ code: 0, stderr: "" });
  });

  test("joins a receiver of one's own, by its URL", async () => {
    const server = await startReceiverServer();
    try {
      const dev = startDev("--for", "3s", "--receiver", server.url);
      const ended = await dev.ended;
      expectBalance(ended);
      expect(ended.stdout).toContain(`Receiver      ${server.url}\n`);
      const [, sent] = /sent (\d+);/.exec(ended.stdout)!;
      const stored = server.receiver
        .select([{ name: "__name__", op: "!=", value: "penstock_receipt" }])
        .reduce((sum, { timestamps }) => sum + timestamps.length, 0);
      expect(stored).toBe(Number(sent));
    } finally {
      await server.close();
    }
  });

  test("joins a workspace of any region", async () => {
    vi.stubEnv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE").stubEnv("AWS_SECRET_ACCESS_KEY", "secret");
    const receiverUrl = "https://aps-workspaces.eu-west-1.amazonaws.com/workspaces/ws-0000/";
    // Nothing is sent to it: the queue is empty.
    const local = await startLocal({ receiverUrl, onReport: () => {} });
    expect(local.receiverUrl).toBe(receiverUrl);
    await local.stop();
  });

  test.each([
    [["--receiver", "ftp://127.0.0.1/"], /Expected an http or https URL/],
    [
      ["--receiver", "http://127.0.0.1:9009/api/v1/push"],
      /^Expected `PENSTOCK_QUERY_URL` beside .* which does not say/,
    ],
    [["--for", "soon"], /Expected a duration such as 20s/],
    [["--for", "30d"], /Expected at most 24d/],
    [["--queue-port", "70000"], /Expected a port from 0 to 65535/],
  ])("called with %j says what is wrong", async (args, sentence) => {
    expect(await penstock(["dev", ...args])).toEqual({ code: 2, stdout: "", stderr: expect.stringMatching(sentence) });
  });
});

describePrometheus("penstock dev and a real Prometheus", () => {
  test("this machine's metrics are read back from it", async () => {
    const prometheus = await startPrometheus();
    try {
      expectBalance(await startDev("--for", "3s", "--receiver", prometheus.url).ended);
      const { stdout } = await penstock(["query", "penstock_dev_ticks_total", "--json", "--receiver", prometheus.url]);
      const ticks = jsonLines(stdout).flatMap(({ values }) => values);
      expect(ticks.length).toBeGreaterThan(0);
      expect(new Set(ticks)).toEqual(new Set([1]));
    } finally {
      await prometheus.stop();
    }
  });
});

function jsonLines(text: string): { metric: Record<string, string>; values: ReadSeries["values"] }[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
}
