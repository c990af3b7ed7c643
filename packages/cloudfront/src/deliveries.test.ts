import { readdir, readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { readDeliveries } from "./deliveries.ts";

const DATA = new URL("../../../test/data/cloudfront/", import.meta.url);

test("the bundled list names each bundled file once, in the order of delivery, with all its requests", async () => {
  const deliveries = readDeliveries(await readFile(new URL("deliveries.tsv", DATA), "utf8"));
  const files = (await readdir(DATA)).filter((name) => name.endsWith(".gz"));
  expect(deliveries.map(({ file }) => file).sort()).toEqual(files.sort());
  expect(deliveries.reduce((sum, { requests }) => sum + requests, 0)).toBe(9999);
  expect(deliveries[0]).toEqual({
    deliveredAtMs: Date.UTC(2015, 4, 17, 10, 7, 12),
    file: "E2EXAMPLE1234.2015-05-17-10.be9ad643.gz",
    requests: 3,
  });
  expect(deliveries.every(({ deliveredAtMs }, i) => i === 0 || deliveries[i - 1]!.deliveredAtMs <= deliveredAtMs)).toBe(
    true,
  );
});

test("a list that cannot be read is refused with the line and the cure", () => {
  expect(() => readDeliveries("when\tfile\n")).toThrow("Expected a column `delivered_at` in line 1");
  const header = "file\trequests\tdelivered_at\n";
  expect(readDeliveries(`${header}a.gz\t3\t2015-05-17T10:07:12Z\r\n`)).toMatchObject([{ file: "a.gz", requests: 3 }]);
  expect(() => readDeliveries(`${header}a.gz\t3\tnoon`)).toThrow(
    'Expected `delivered_at` in line 2 to be a time, got "noon"',
  );
  expect(() => readDeliveries(`${header}\t3\t2015-05-17T10:07:12Z`)).toThrow("Expected `file` in line 2");
  expect(() => readDeliveries(`${header}a.gz\tmany\t2015-05-17T10:07:12Z`)).toThrow("Expected `requests` in line 2");
});
