import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { decodeMessage, groupOf, type Labels } from "@penstock/model";
import { Ajv2020 } from "ajv/dist/2020.js";
import { afterEach, beforeEach, expect, test } from "vitest";
import { testWith } from "../require.ts";
import { namedBlocks, ROOT, readPage } from "./pages.ts";
import { Scratch } from "./scratch.ts";

const PAGE = "docs/sending.md";
const BLOCKS = namedBlocks(PAGE);
const VECTORS = "packages/model/test-vectors/series-group.json";
const { vectors } = readJson(VECTORS) as {
  vectors: readonly { about: string; metric: Labels; seriesKey: string; fnv1a32: number; group: string }[];
};
/** What every program should say of the vectors. */
const GROUPS = vectors.map(({ group }) => group);

let scratch: Scratch;
beforeEach(async () => {
  scratch = await Scratch.open();
});
afterEach(() => scratch?.close());

/** Puts blocks of the page into the scratch directory, as files of their names. */
function extract(...names: readonly string[]): void {
  for (const name of names) {
    const block = BLOCKS.get(name);
    if (block === undefined) throw new Error(`Expected a block named ${name} in ${PAGE}`);
    scratch.write(name, block);
  }
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
  const rows = [...readPage(PAGE).matchAll(/^\| `(\{.*\})` \| (\d+) \| (g\d+) \|$/gm)];
  expect(rows.length).toBeGreaterThan(1);
  for (const [, key, hash, group] of rows) expect([groupOf(key!, 2 ** 32), groupOf(key!)]).toEqual([`g${hash}`, group]);
});

test("the TypeScript on the page is right by its types", async () => {
  scratch.makePackage();
  extract(...TYPESCRIPT);
  const config = {
    extends: join(ROOT, "test/tsconfig.json"),
    include: ["*.ts"],
    references: [],
    compilerOptions: { noEmit: true, typeRoots: ["node_modules/@types"] },
  };
  scratch.write("tsconfig.json", JSON.stringify(config));
  const { stdout, status } = spawnSync(join(ROOT, "node_modules/.bin/tsc"), ["-p", scratch.directory], {
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
  scratch.makePackage();
  extract(name);
  await scratch.run(process.execPath, "--conditions=@penstock/source", name);
  expect(scratch.received()).toMatchObject(sums);
});

test("bridge.ts sends its registry under an instance", async () => {
  scratch.makePackage();
  extract("bridge.ts");
  await scratch.run(process.execPath, "--conditions=@penstock/source", "bridge.ts");
  expect(Object.entries(scratch.received())).toEqual([
    [expect.stringMatching(/^\{__name__="jobs_total",instance=".+"\}$/), 1],
  ]);
});

test("lambda.ts has sent when its handler answers", async () => {
  scratch.makePackage();
  extract("lambda.ts");
  const driver = `
    import { handler } from "./lambda.ts";
    console.log(await handler({ country: "is" }, { getRemainingTimeInMillis: () => 3_000 }));
    process.exit(0);
  `;
  scratch.write("driver.ts", driver);
  expect(await scratch.run(process.execPath, "--conditions=@penstock/source", "driver.ts")).toBe("thank you\n");
  expect(scratch.received()).toEqual({ '{__name__="orders_total",country="is"}': 1 });
});

test("plain TypeScript puts every test vector into its group", async () => {
  scratch.makePackage();
  extract("plain.ts");
  const plain = (await import(join(scratch.directory, "plain.ts"))) as { group(metric: Labels): string };
  expect(vectors.map(({ metric }) => plain.group(metric))).toEqual(GROUPS);
});

/** The vectors for programs that read no JSON: a line each, names and values in turn, in hexadecimal UTF-8. */
function writeHexVectors(): void {
  const hex = (text: string): string => (text === "" ? "-" : Buffer.from(text).toString("hex"));
  const lines = vectors.map(({ metric }) => Object.entries(metric).flat().map(hex).join(" "));
  scratch.write("vectors.txt", `${lines.join("\n")}\n`);
}

testWith("python3", "Python puts every test vector into its group", async () => {
  extract("penstock.py");
  const driver = `
import json, sys
from penstock import group
for vector in json.load(open(sys.argv[1]))["vectors"]:
    print(group(vector["metric"]))
`;
  scratch.write("driver.py", driver);
  const file = join(ROOT, VECTORS);
  expect((await scratch.run("python3", "driver.py", file)).trim().split("\n")).toEqual(GROUPS);
});

testWith("python3", "Python sends again what SQS did not take, under the same ids, and refuses a NaN", async () => {
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
  scratch.write("driver.py", driver);
  expect(await scratch.run("python3", "driver.py")).toBe("ok\n");
});

testWith("boto3", "Python sends through boto3", async () => {
  extract("penstock.py", "example.py");
  expect(await scratch.run("python3", "example.py")).toBe("0 messages left\n");
  expect(scratch.received()).toEqual({
    '{__name__="orders_total",country="is"}': 3,
    '{__name__="orders_total",country="日本"}': 1,
  });
});

testWith("go", "Go puts every test vector into its group, and writes a message", async () => {
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
  scratch.write("driver.go", driver);
  scratch.write("go.mod", "module sending\n\ngo 1.18\n");
  const lines = (await scratch.run("go", "run", ".")).trim().split("\n");
  expect(lines.slice(0, -1)).toEqual(GROUPS);
  const decoded = decodeMessage(lines.at(-1)!.replace(/ <nil>$/, ""));
  expect(decoded).toMatchObject({ ok: true, message: { id: "an-id", writer: "go", samples: 1 } });
});

testWith("java", "Java puts every test vector into its group", async () => {
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
  scratch.write("Driver.java", driver);
  await scratch.run("javac", "-encoding", "UTF-8", "Penstock.java", "Driver.java");
  expect((await scratch.run("java", "-cp", ".", "Driver")).trim().split("\n")).toEqual(GROUPS);
});

test("the shell puts every test vector into its group", async () => {
  extract("penstock.sh");
  scratch.write("driver.sh", '. ./penstock.sh\nfor key in "$@"; do group "$key"; done\n');
  const groups = await scratch.run("sh", "driver.sh", ...vectors.map((vector) => vector.seriesKey));
  expect(groups.trim().split("\n")).toEqual(GROUPS);
});

testWith("aws", "the shell sends through the AWS CLI", async () => {
  extract("penstock.sh", "example.sh");
  await scratch.run("sh", "example.sh");
  expect(scratch.received()).toEqual({ '{__name__="orders_total",country="is"}': 1 });
});

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(join(ROOT, path), "utf8"));
}
