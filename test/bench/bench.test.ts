import { execFile } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { dirname } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { LocalReceiver } from "@penstock/local";
import { encodeMessage, LANE_LABEL, sortLabels, withLabels } from "@penstock/model";
import { uncompressSync } from "snappy";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sqsRecord } from "../../packages/consumer/test/records.ts";
import { describeWith } from "../require.ts";
import { type Bundled, type Bundles, makeBundles } from "./bundles.ts";
import type { Line } from "./measure.ts";
import { type Benches, run } from "./run.ts";
import { closeBooks } from "./series-books.ts";

const MAIN: string = fileURLToPath(new URL("main.ts", import.meta.url));

describe("what a run comes to", () => {
  const line = (ratio: number, atLeast?: number): Line => ({
    name: "a line",
    unit: "ns",
    ours: 1,
    theirs: ratio,
    ratio,
    ...(atLeast !== undefined && { atLeast }),
  });
  const exitCode = async (lines: readonly Line[], args: readonly string[] = []): Promise<[number, string]> => {
    const benches: Benches = {
      good: { what: "what is good", load: async () => async () => [line(9, 3)] },
      asked: { what: "what was asked for", load: async () => async () => [...lines] },
    };
    let said = "";
    const say = (text: string): void => {
      said += text;
    };
    return [await run(args, benches, { out: say, err: say }), said];
  };

  test("a line below its promise fails the run and says so, whatever the others are", async () => {
    const [code, said] = await exitCode([line(12, 10), line(2.99, 3)]);
    expect(code).toBe(1);
    expect(said.match(/reached/g)).toHaveLength(2);
    expect(said.match(/MISSED/g)).toHaveLength(1);
  });

  test("a ratio that is no number is a promise that was not kept", async () => {
    expect((await exitCode([line(Number.NaN, 1)]))[0]).toBe(1);
  });

  test("promises that are kept, to the last digit, and lines without one pass", async () => {
    expect((await exitCode([line(3, 3), line(0.1)]))[0]).toBe(0);
  });

  test("only what was asked for is run", async () => {
    expect((await exitCode([line(1, 3)], ["--only", "good"]))[0]).toBe(0);
  });

  test("help says what is measured, and measures nothing", async () => {
    const [code, said] = await exitCode([line(1, 3)], ["--help"]);
    expect([code, said]).toEqual([0, expect.stringMatching(/good +what is good\n +asked +what was asked for\n/)]);
  });

  test.each([["--only", "nothing"], ["--only", "toString"], ["--size", "huge"], ["--fast"]])(
    "a wrong call is told, and measures nothing: %s %s",
    async (...args) => {
      const [code, said] = await exitCode(
        [line(1, 3)],
        args.filter((arg) => arg !== undefined),
      );
      expect(code).toBe(2);
      expect(said).not.toContain("measuring");
    },
  );
});

describe("the books on what was stored", () => {
  const START_MS = 1_795_475_000_000;
  const metric = { __name__: "orders_total", path: "/" };
  const sent = [{ metric, timestamps: [1, 2, 3].map((n) => START_MS + n), values: [5, 5, 7] }];

  /** Books on what stands in these lanes: a value by milliseconds after the start. */
  const books = (...lanes: Readonly<Record<number, number>>[]): ReturnType<typeof closeBooks> => {
    const local = new LocalReceiver({ now: () => START_MS });
    for (const [i, samples] of lanes.entries()) {
      const labels = withLabels(sortLabels(metric), [[LANE_LABEL, String(i + 1)]]);
      const timestamps = Object.keys(samples).map((n) => START_MS + Number(n));
      local.write([{ labels, timestamps, values: Object.values(samples) }]);
    }
    return closeBooks(sent, local);
  };

  test("are exact where each sample stands once, in whatever lane, or restamped", () => {
    const exact = { logicalSeries: 1, sent: 3, once: 3, lost: 0, doubled: 0 };
    expect(books({ 1: 5, 2: 5, 3: 7 })).toEqual({ ...exact, activeSeries: 1 });
    expect(books({ 1: 5, 3: 7 }, { 2: 5 })).toEqual({ ...exact, activeSeries: 2 });
    expect(books({ 2: 5, 3: 7, 900: 5 })).toEqual({ ...exact, activeSeries: 1 });
  });

  test("show what is lost, what is doubled, and what a copy elsewhere must not hide", () => {
    expect(books({ 1: 5, 3: 7 })).toMatchObject({ once: 2, lost: 1, doubled: 0 });
    expect(books({ 1: 5, 2: 5, 3: 7 }, { 2: 5 })).toMatchObject({ once: 2, lost: 0, doubled: 1 });
    expect(books({ 1: 5, 3: 7 }, { 1: 5 })).toMatchObject({ once: 1, lost: 1, doubled: 1 });
    expect(books({ 1: 5, 2: 5, 3: 7, 900: 7 })).toMatchObject({ lost: 0, doubled: 1 });
  });
});

describe("each bench runs", () => {
  const runTiny = async (name: string): Promise<Line[]> => {
    const args = ["--expose-gc", "--conditions=@penstock/source", MAIN, "--size", "tiny", "--json", "--only", name];
    // At this size a promise may well be missed, which is exit code 1.
    const { stdout } = await promisify(execFile)(process.execPath, args).catch((error) => {
      if (error.code === 1 && error.stdout.startsWith("[")) return error;
      throw error;
    });
    return JSON.parse(stdout) as Line[];
  };
  const isMeasured = ({ ours, theirs, ratio }: Line): boolean =>
    [ours, theirs, ratio].every((figure) => Number.isFinite(figure)) && ours > 0 && theirs > 0;

  test.each(["wire", "consumer", "series", "requests", "money", "decode", "growth", "start"])("%s", async (name) => {
    const lines = await runTiny(name);
    expect(lines.length).toBeGreaterThan(1);
    expect(lines.filter((line) => !isMeasured(line))).toEqual([]);
  });

  describeWith("prometheus", "beside a native sender", () => {
    test("native", async () => {
      const lines = await runTiny("native");
      expect(lines).toHaveLength(2);
      // CPU is counted in hundredths of a second, which may be none for so few samples.
      for (const { name } of lines) expect(name).toContain("Prometheus");
    });
  });
});

describe("the consumer's bundle", () => {
  let bundles: Bundles;
  beforeAll(async () => {
    bundles = await makeBundles();
  });
  afterAll(() => bundles?.remove());

  test("compresses with the binary that is copied beside it, and in JavaScript where there is none", async () => {
    const bodies: Buffer[] = [];
    const server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const isWrite = request.url?.endsWith("/write");
      if (isWrite) bodies.push(Buffer.concat(chunks));
      const empty = JSON.stringify({ status: "success", data: { resultType: "matrix", result: [] } });
      response.setHeader("Content-Type", "application/json").end(isWrite ? "" : empty);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    try {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
      expect(await handle(bundles.consumer, url)).toBe("1 made of WebAssembly");
      expect(await handle(bundles.withoutBinary, url)).toBe("0 made of WebAssembly");
    } finally {
      server.closeAllConnections();
      server.close();
    }
    const texts = bodies.map((body) => (uncompressSync(body) as Buffer).toString("latin1"));
    expect(texts).toEqual([expect.stringContaining("orders_total"), expect.stringContaining("orders_total")]);
  });
});

/** Has a bundle's handler store one message, in a process that has only the bundle. Resolves with what the process says. */
async function handle(bundled: Bundled, receiverUrl: string): Promise<string> {
  const now = Date.now();
  const series = [{ metric: { __name__: "orders_total" }, timestamps: [now - 1_000], values: [1] }];
  const body = encodeMessage({ v: 1, id: "id-1", series });
  const record = { messageId: "message-1", body, group: "g1", deduplicationId: "id-1", sentAtMs: now, receiveCount: 1 };
  const program = `
    let made = 0;
    const { instantiate } = WebAssembly;
    WebAssembly.instantiate = (...args) => {
      made++;
      return instantiate(...args);
    };
    const { handler } = await import(${JSON.stringify(pathToFileURL(bundled.file).href)});
    const context = { awsRequestId: "request-1", getRemainingTimeInMillis: () => 15_000 };
    const answer = await handler(${JSON.stringify({ Records: [sqsRecord(record)] })}, context);
    if (answer.batchItemFailures.length > 0) throw new Error(JSON.stringify(answer));
    process.stdout.write(made + " made of WebAssembly");`;
  const env = {
    PENSTOCK_RECEIVER_URL: receiverUrl,
    PENSTOCK_DEAD_LETTER_QUEUE_URL: "http://127.0.0.1:1/dead.fifo",
    AWS_REGION: "eu-west-1",
    AWS_ACCESS_KEY_ID: "local",
    AWS_SECRET_ACCESS_KEY: "local",
  };
  // A function's zip is all that it has; here some node_modules may lie above it.
  const args = ["--permission", `--allow-fs-read=${dirname(bundled.file)}`, "--input-type=module", "-"];
  const running = promisify(execFile)(process.execPath, args, { env });
  running.child.stdin!.end(program);
  // Behind the metrics, which go the same way.
  return (await running).stdout.split("\n").at(-1)!.trim();
}
