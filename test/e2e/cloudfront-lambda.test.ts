import { readdir, readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import {
  createCloudFrontHandler,
  DEFAULT_LABEL_RULES,
  type FileSeries,
  fileSeries,
  STATUS_METRIC,
} from "@penstock/cloudfront";
import { AMP_RULES, LocalReceiver, receiverPort, VirtualPipeline } from "@penstock/local";
import type { Receiver } from "@penstock/model";
import type { Context, SQSEvent, SQSRecord } from "aws-lambda";
import { beforeEach, expect, test } from "vitest";
import { Account, type FifoQueue } from "../../packages/local/src/queue/index.ts";

const DATA = new URL("../data/cloudfront/", import.meta.url);
/** Of the bundled files, those of two hours. */
const HOURS = /2015-05-17-1[01]\./;
/** Not an hour after the first request: nothing is late yet. */
const START_MS = Date.UTC(2015, 4, 17, 11, 0);
const MAX_RECEIVES = 3;
const VISIBILITY_MS = 60_000;
const WINDOW_MS = 300_000;

/** A bucket, its event queue, the function behind it, and all that comes after. */
class Site {
  receiver!: Receiver;
  readonly bucket = new Map<string, Buffer>();
  readonly pipeline = new VirtualPipeline({
    startMs: START_MS,
    receiver: (now) => {
      this.receiver = receiverPort(new LocalReceiver({ now, rules: { ...AMP_RULES, engine: "cortex" } }));
      return this.receiver;
    },
    random: () => 0.5,
    redeliver: 0,
    crash: 0,
    lanes: 10,
    onReport: () => undefined,
  });
  readonly #account = new Account({ now: () => this.pipeline.clock.now() });
  readonly deadEvents: FifoQueue = this.#account.createQueue("dead-events.fifo", {});
  readonly #events: FifoQueue = this.#account.createQueue("events.fifo", {
    visibilityTimeoutMs: VISIBILITY_MS,
    redrivePolicy: { deadLetterTargetArn: this.deadEvents.arn, maxReceiveCount: MAX_RECEIVES },
  });
  readonly #handler = createCloudFrontHandler({
    objects: { read: async ({ key }) => this.bucket.get(key) },
    queue: this.pipeline.sendBatch,
    groups: 1,
    rules: DEFAULT_LABEL_RULES,
    log: { info() {}, warn() {}, error() {} },
    clock: this.pipeline.clock,
  });
  invocations = 0;
  #announced = 0;

  /** S3 says that these are there. A group for each, so that the queue keeps no order, as a standard queue does. */
  announce(...keys: readonly string[]): void {
    for (const key of keys) {
      const s3 = { bucket: { name: "logs" }, object: { key: encodeURIComponent(key) } };
      const body = JSON.stringify({ Records: [{ eventName: "ObjectCreated:Put", s3 }] });
      const id = `event-${++this.#announced}`;
      this.#events.sendOne({ body, group: id, deduplicationId: id });
    }
  }

  /** One window after another, the consumer behind each, until no event is left. */
  async settle(): Promise<void> {
    for (;;) {
      const records = this.#receive();
      if (records.length > 0) await this.#invoke(records);
      await this.pipeline.drain();
      const { visible, inFlight } = this.#events.inspect();
      if (visible + inFlight === 0) return;
      this.pipeline.advanceTo(this.pipeline.clock.now() + WINDOW_MS);
    }
  }

  /** Requests by status. */
  async stored(): Promise<Record<string, number>> {
    const matchers = [{ name: "__name__", op: "=", value: STATUS_METRIC }] as const;
    const endMs = this.pipeline.clock.now() + 600_000;
    const answer = await this.receiver.read!({ matchers, startMs: START_MS - 24 * 60 * 60_000, endMs }, 10_000);
    if (answer.kind !== "read") throw new Error(answer.detail);
    const counts: Record<string, number> = {};
    for (const { labels, values } of answer.series) {
      const status = labels.status_code!;
      counts[status] = values.reduce((sum, value) => sum + value, counts[status] ?? 0);
    }
    return counts;
  }

  /** All that a window gathers. */
  #receive(): { record: SQSRecord; handle: string }[] {
    const gathered = [];
    for (let batch = this.#events.receive(); batch.length > 0; batch = this.#events.receive()) {
      for (const { messageId, body, receiptHandle } of batch) {
        gathered.push({ record: { messageId, body } as SQSRecord, handle: receiptHandle });
      }
    }
    return gathered;
  }

  async #invoke(records: readonly { record: SQSRecord; handle: string }[]): Promise<void> {
    this.invocations++;
    const event: SQSEvent = { Records: records.map(({ record }) => record) };
    const context = { getRemainingTimeInMillis: () => 60_000 } as Context;
    const { batchItemFailures } = await this.#handler(event, context);
    const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
    for (const { record, handle } of records) if (!failed.has(record.messageId)) this.#events.delete(handle);
  }
}

/** Requests by status, as the files say. */
function truthOf(files: readonly FileSeries[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { metric, values } of files.flatMap(({ series }) => series)) {
    if (metric.__name__ !== STATUS_METRIC) continue;
    const status = metric.status_code!;
    counts[status] = values.reduce<number>((sum, value) => sum + Number(value), counts[status] ?? 0);
  }
  return counts;
}

let site: Site;
let truth: Record<string, number>;

beforeEach(async () => {
  site = new Site();
  const names = (await readdir(DATA)).filter((name) => HOURS.test(name));
  for (const name of names) site.bucket.set(name, await readFile(new URL(name, DATA)));
  truth = truthOf(await Promise.all([...site.bucket].map(([name, bytes]) => fileSeries(bytes, name))));
});

test("log files that S3 announces are stored to the last request, all of a window in one run", async () => {
  site.announce(...site.bucket.keys());
  await site.settle();
  expect(await site.stored()).toEqual(truth);
  expect(site.invocations).toBe(1);
});

test("a file announced twice counts once: in one window, in another one, and hours later in other company", async () => {
  const names = [...site.bucket.keys()];
  site.announce(...names.slice(0, 10), ...names.slice(0, 3));
  await site.settle();
  site.announce(...names.slice(5, 20));
  await site.settle();
  site.pipeline.advanceTo(site.pipeline.clock.now() + 5 * 60 * 60_000);
  site.announce(...names.slice(8));
  await site.settle();
  expect(await site.stored()).toEqual(truth);
  expect(site.pipeline.deadLetters.inspect().visible).toBe(0);
});

test("a file that cannot be read is tried again and then put aside, and holds up no other", async () => {
  const good = [...site.bucket.keys()];
  const whole = site.bucket.get(good[0]!)!;
  site.bucket.set("cut.gz", whole.subarray(0, whole.length - 10));
  site.bucket.set("rows.parquet", Buffer.from("PAR1"));
  site.announce("cut.gz", ...good, "rows.parquet", "deleted.gz");
  await site.settle();
  expect(await site.stored()).toEqual(truth);
  expect(site.invocations).toBe(MAX_RECEIVES);
  const aside = site.deadEvents.receive().map(({ body }) => body);
  expect(aside).toEqual([expect.stringContaining("cut.gz"), expect.stringContaining("rows.parquet")]);
});

test("the logs of standard logging v2, W3C and JSON, come to the same counts", async () => {
  const names = [...site.bucket.keys()];
  const texts = await Promise.all(names.map(async (name) => ungzip(site.bucket.get(name)!)));
  site.bucket.clear();
  for (const [i, text] of texts.entries()) {
    const key = `AWSLogs/123456789012/CloudFront/DistributionId=E2EXAMPLE1234/${names[i]!}`;
    site.bucket.set(key, gzipSync(i % 2 === 0 ? toJson(text) : text.replaceAll("\t", " ")));
  }
  site.announce(...site.bucket.keys());
  await site.settle();
  expect(await site.stored()).toEqual(truth);
});

async function ungzip(bytes: Buffer): Promise<string> {
  const stream = new Blob([new Uint8Array(bytes)]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).text();
}

/** A record for each line, every value a text, as CloudFront writes them. */
function toJson(w3c: string): string {
  const lines = w3c.trimEnd().split("\n");
  const columns = lines[1]!.replace("#Fields: ", "").split(" ");
  return lines
    .slice(2)
    .map((line) => JSON.stringify(Object.fromEntries(line.split("\t").map((value, i) => [columns[i]!, value]))))
    .join("\n");
}
