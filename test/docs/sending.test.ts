import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type FifoQueue, type QueueServer, startQueueServer } from "@penstock/local";
import { decodeMessage, groupOf, type Labels } from "@penstock/model";
import { Ajv2020 } from "ajv/dist/2020.js";
import { afterEach, beforeEach, expect, test } from "vitest";
import { namedBlocks } from "./blocks.ts";
import { run, testWith } from "./commands.ts";

const ROOT = new URL("../../", import.meta.url);
const PAGE = new URL("docs/sending.md", ROOT);
const BLOCKS = namedBlocks(PAGE);
const { vectors } = readJson("packages/model/test-vectors/series-group.json") as {
  vectors: readonly { about: string; metric: Labels; seriesKey: string; fnv1a32: number; group: string }[];
};
/** What every program should say of the vectors. */
const GROUPS = vectors.map(({ group }) => group);

let directory: string;
let server: QueueServer;
let queue: FifoQueue;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "penstock-docs-"));
  server = await startQueueServer();
  queue = server.account.createQueue("penstock.fifo");
});

afterEach(async () => {
  await server.close();
  rmSync(directory, { recursive: true, force: true });
});

/** Puts blocks of the page into the scratch directory, as files of their names. */
function extract(...names: readonly string[]): void {
  for (const name of names) {
    const block = BLOCKS.get(name);
    if (block === undefined) throw new Error(`Expected a block named ${name} in ${PAGE.pathname}`);
    writeFileSync(join(directory, name), block);
  }
}

/** Runs a program in the scratch directory, in an environment where the queue is. */
function runThere(command: string, ...args: readonly string[]): Promise<string> {
  const env = {
    QUEUE_URL: server.queueUrl("penstock.fifo"),
    AWS_ENDPOINT_URL: server.url,
    AWS_REGION: "us-east-1",
    AWS_DEFAULT_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "local",
    AWS_SECRET_ACCESS_KEY: "local",
    // What the installed tools cache stays in the scratch directory.
    GOCACHE: join(directory, "go-cache"),
    GOFLAGS: "-mod=mod",
    PYTHONDONTWRITEBYTECODE: "1",
  };
  return run(command, args, { cwd: directory, env });
}

/** What is in the queue, added up by series; each message is held to the rules of the page on the way. */
function received(): Record<string, number> {
  const sums: Record<string, number> = {};
  for (let batch = queue.receive({ max: 10 }); batch.length > 0; batch = queue.receive({ max: 10 })) {
    for (const { body, group, deduplicationId, receiptHandle } of batch) {
      const decoded = decodeMessage(body);
      if (!decoded.ok) throw new Error(decoded.reject.detail);
      const { id, series } = decoded.message;
      expect(id).toBe(deduplicationId);
      for (const { key, reject, sampleRejects, timestamps, values } of series) {
        expect([key, reject, sampleRejects.size, groupOf(key)]).toEqual([key, undefined, 0, group]);
        for (const timestamp of timestamps) expect(Math.abs(timestamp - Date.now())).toBeLessThan(120_000);
        sums[key] = values.reduce((sum, value) => sum + value, sums[key] ?? 0);
      }
      queue.delete(receiptHandle);
    }
  }
  return sums;
}

/** Makes the scratch directory a package that finds ours and those that the page names. */
function makePackage(): void {
  const modules: Readonly<Record<string, string>> = {
    "@penstock/producer": "packages/producer",
    "@middy/core": "packages/producer/node_modules/@middy/core",
    "@aws-sdk/client-sqs": "node_modules/@aws-sdk/client-sqs",
    "@types/node": "node_modules/@types/node",
    "@types/aws-lambda": "node_modules/@types/aws-lambda",
    "prom-client": "node_modules/prom-client",
  };
  for (const [name, path] of Object.entries(modules)) {
    const link = join(directory, "node_modules", name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(fileURLToPath(new URL(path, ROOT)), link);
  }
  writeFileSync(join(directory, "package.json"), '{"type":"module"}');
}

const TYPESCRIPT = [...BLOCKS.keys()].filter((name) => name.endsWith(".ts"));

test("the page has a program in each language that it promises", () => {
  expect([...BLOCKS.keys()].sort()).toEqual(
    [
      ...["bridge.ts", "instruments.ts", "lambda.ts", "plain.ts", "producer.ts"],
      ...["Penstock.java", "penstock.go", "penstock.py", "example.py", "penstock.sh", "example.sh", "message.json"],
    ].sort(),
  );
});

test("the message on the page is one, by the schema and by the consumer", () => {
  const text = BLOCKS.get("message.json")!;
  const validate = new Ajv2020().compile(readJson("packages/model/message.schema.json") as object);
  expect(validate(JSON.parse(text)), JSON.stringify(validate.errors)).toBe(true);
  const decoded = decodeMessage(text);
  expect(decoded.ok && decoded.message.series.every(({ reject }) => reject === undefined)).toBe(true);
});

test("the hashes in the page's table are those of the model", () => {
  const rows = [...readFileSync(PAGE, "utf8").matchAll(/^\| `(\{.*\})` \| (\d+) \| (g\d+) \|$/gm)];
  expect(rows.length).toBeGreaterThan(1);
  for (const [, key, hash, group] of rows) expect([groupOf(key!, 2 ** 32), groupOf(key!)]).toEqual([`g${hash}`, group]);
});

test("the TypeScript on the page is right by its types", async () => {
  makePackage();
  extract(...TYPESCRIPT);
  const config = {
    extends: fileURLToPath(new URL("test/tsconfig.json", ROOT)),
    include: ["*.ts"],
    references: [],
    compilerOptions: { noEmit: true, typeRoots: ["node_modules/@types"] },
  };
  writeFileSync(join(directory, "tsconfig.json"), JSON.stringify(config));
  const { stdout, status } = spawnSync(fileURLToPath(new URL("node_modules/.bin/tsc", ROOT)), ["-p", directory], {
    encoding: "utf8",
  });
  expect([stdout, status]).toEqual(["", 0]);
});

test.each([
  {
    name: "instruments.ts",
    sums: {
      '{__name__="orders_total",country="is",service="checkout"}': 1,
      '{__name__="response_ms_bucket",le="120",path="/checkout",service="checkout"}': 0,
      '{__name__="response_ms_bucket",le="140",path="/checkout",service="checkout"}': 1,
      '{__name__="response_ms_sum",path="/checkout",service="checkout"}': 127,
    },
  },
  { name: "producer.ts", sums: { '{__name__="orders_total",country="is"}': 21 } },
  { name: "plain.ts", sums: { '{__name__="orders_total",country="is"}': 1 } },
])("$name sends what it says", async ({ name, sums }) => {
  makePackage();
  extract(name);
  await runThere(process.execPath, "--conditions=@penstock/source", name);
  expect(received()).toMatchObject(sums);
});

test("bridge.ts sends its registry under an instance", async () => {
  makePackage();
  extract("bridge.ts");
  await runThere(process.execPath, "--conditions=@penstock/source", "bridge.ts");
  expect(Object.entries(received())).toEqual([[expect.stringMatching(/^\{__name__="jobs_total",instance=".+"\}$/), 1]]);
});

test("lambda.ts has sent when its handler answers", async () => {
  makePackage();
  extract("lambda.ts");
  const driver = `
    import { handler } from "./lambda.ts";
    console.log(await handler({ country: "is" }, { getRemainingTimeInMillis: () => 3_000 }));
    process.exit(0);
  `;
  writeFileSync(join(directory, "driver.ts"), driver);
  expect(await runThere(process.execPath, "--conditions=@penstock/source", "driver.ts")).toBe("thank you\n");
  expect(received()).toEqual({ '{__name__="orders_total",country="is"}': 1 });
});

test("plain TypeScript puts every test vector into its group", async () => {
  makePackage();
  extract("plain.ts");
  const plain = (await import(join(directory, "plain.ts"))) as { group(metric: Labels): string };
  expect(vectors.map(({ metric }) => plain.group(metric))).toEqual(GROUPS);
});

/** The vectors for programs that read no JSON: a line each, names and values in turn, in hexadecimal UTF-8. */
function writeHexVectors(): void {
  const hex = (text: string): string => (text === "" ? "-" : Buffer.from(text).toString("hex"));
  const lines = vectors.map(({ metric }) => Object.entries(metric).flat().map(hex).join(" "));
  writeFileSync(join(directory, "vectors.txt"), `${lines.join("\n")}\n`);
}

testWith(["python3"], "Python puts every test vector into its group", async () => {
  extract("penstock.py");
  const driver = `
import json, sys
from penstock import group
for vector in json.load(open(sys.argv[1]))["vectors"]:
    print(group(vector["metric"]))
`;
  writeFileSync(join(directory, "driver.py"), driver);
  const file = fileURLToPath(new URL("packages/model/test-vectors/series-group.json", ROOT));
  expect((await runThere("python3", "driver.py", file)).trim().split("\n")).toEqual(GROUPS);
});

testWith(["python3"], "Python sends again what SQS did not take, under the same ids, and refuses a NaN", async () => {
  extract("penstock.py");
  const driver = `
import json
from penstock import entries, send

series = [{"metric": {"__name__": "m", "i": str(i)}, "timestamps": [1795475070000], "values": [1]} for i in range(200)]

class Queue:
    def __init__(self):
        self.calls = 0
        self.taken = {}

    def send_message_batch(self, QueueUrl, Entries):
        assert len(Entries) <= 10 and len({one["Id"] for one in Entries}) == len(Entries)
        self.calls += 1
        good = Entries[self.calls % 2::2]
        for one in good:
            assert one["MessageDeduplicationId"] not in self.taken
            self.taken[one["MessageDeduplicationId"]] = json.loads(one["MessageBody"])
        return {"Successful": [{"Id": one["Id"]} for one in good]}

queue = Queue()
made = entries(series)
assert send(queue, "url", made, attempts=50) == []
assert set(queue.taken) == {one["MessageDeduplicationId"] for one in made}
assert sum(len(body["series"]) for body in queue.taken.values()) == 200
try:
    entries([{"metric": {"__name__": "m"}, "timestamps": [1], "values": [float("nan")]}])
except ValueError:
    print("ok")
`;
  writeFileSync(join(directory, "driver.py"), driver);
  expect(await runThere("python3", "driver.py")).toBe("ok\n");
});

const hasBoto3 = spawnSync("python3", ["-c", "import boto3"]).status === 0;
if (!hasBoto3) console.warn('SKIPPED "Python sends through boto3": no boto3 in python3');
test.skipIf(!hasBoto3)("Python sends through boto3", async () => {
  extract("penstock.py", "example.py");
  expect(await runThere("python3", "example.py")).toBe("0 messages left\n");
  expect(received()).toEqual({
    '{__name__="orders_total",country="is"}': 3,
    '{__name__="orders_total",country="日本"}': 1,
  });
});

testWith(["go"], "Go puts every test vector into its group, and writes a message", async () => {
  extract("penstock.go");
  writeHexVectors();
  const driver = `
package main

import (
	"encoding/hex"
	"fmt"
	"os"
	"strings"
)

func main() {
	text, _ := os.ReadFile("vectors.txt")
	for _, line := range strings.Split(strings.TrimSpace(string(text)), "\\n") {
		metric := map[string]string{}
		words := strings.Fields(line)
		for i := 0; i < len(words); i += 2 {
			name, _ := hex.DecodeString(words[i])
			value, _ := hex.DecodeString(strings.Trim(words[i+1], "-"))
			metric[string(name)] = string(value)
		}
		fmt.Println(Group(metric))
	}
	body, err := Body("an-id", "go", Series{map[string]string{"__name__": "m"}, []int64{1795475070000}, []float64{1.5}})
	fmt.Println(body, err)
}
`;
  writeFileSync(join(directory, "driver.go"), driver);
  writeFileSync(join(directory, "go.mod"), "module sending\n\ngo 1.18\n");
  const lines = (await runThere("go", "run", ".")).trim().split("\n");
  expect(lines.slice(0, -1)).toEqual(GROUPS);
  const decoded = decodeMessage(lines.at(-1)!.replace(/ <nil>$/, ""));
  expect(decoded).toMatchObject({ ok: true, message: { id: "an-id", writer: "go", samples: 1 } });
});

testWith(["java", "javac"], "Java puts every test vector into its group", async () => {
  extract("Penstock.java");
  writeHexVectors();
  const driver = `
import java.nio.charset.StandardCharsets;
import java.nio.file.*;
import java.util.*;

class Driver {
    public static void main(String[] args) throws Exception {
        for (String line : Files.readAllLines(Path.of("vectors.txt"))) {
            Map<String, String> metric = new HashMap<>();
            String[] words = line.split(" ");
            for (int i = 0; i < words.length; i += 2) metric.put(text(words[i]), text(words[i + 1]));
            System.out.println(Penstock.group(metric));
        }
    }

    private static String text(String hex) {
        return hex.equals("-") ? "" : new String(HexFormat.of().parseHex(hex), StandardCharsets.UTF_8);
    }
}
`;
  writeFileSync(join(directory, "Driver.java"), driver);
  await runThere("javac", "-encoding", "UTF-8", "Penstock.java", "Driver.java");
  expect((await runThere("java", "-cp", ".", "Driver")).trim().split("\n")).toEqual(GROUPS);
});

testWith(["sh", "od"], "the shell puts every test vector into its group", async () => {
  extract("penstock.sh");
  writeFileSync(join(directory, "driver.sh"), '. ./penstock.sh\nfor key in "$@"; do group "$key"; done\n');
  const groups = await runThere("sh", "driver.sh", ...vectors.map((vector) => vector.seriesKey));
  expect(groups.trim().split("\n")).toEqual(GROUPS);
});

testWith(["sh", "od", "aws"], "the shell sends through the AWS CLI", async () => {
  extract("penstock.sh", "example.sh");
  await runThere("sh", "example.sh");
  expect(received()).toEqual({ '{__name__="orders_total",country="is"}': 1 });
});

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(new URL(path, ROOT), "utf8"));
}
