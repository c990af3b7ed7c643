import {
  type Clock,
  decodeMessage,
  type EntryFailure,
  type QueueEntry,
  type SendBatch,
  systemClock,
} from "@penstock/model";
import type { Context, SQSEvent, SQSRecord } from "aws-lambda";
import fc from "fast-check";
import { expect, test } from "vitest";
import { createCloudFrontHandler } from "./handler.ts";
import { jsonLog } from "./json-log.ts";
import { DEFAULT_LABEL_RULES, type LabelRules } from "./labels.ts";
import type { LogObjects } from "./objects.ts";

/** The waits between attempts are not what is tested here. */
const quick: Clock = { ...systemClock, sleep: () => new Promise((resolve) => setImmediate(resolve)) };
const context = (remainingMs: number) => ({ getRemainingTimeInMillis: () => remainingMs }) as Context;

const START_MS = Date.UTC(2026, 3, 4, 12);

/** A log with one request at each of these seconds. */
function log(...seconds: number[]): Buffer {
  const lines = seconds.map((second) => `${START_MS + second * 1_000}\t20${second % 3}`);
  return Buffer.from(["#Version: 1.0", "#Fields: timestamp(ms) sc-status", ...lines].join("\n"));
}

/** A message of the event queue that announces these keys. */
function announce(messageId: string, ...keys: string[]): SQSRecord {
  const Records = keys.map((key) => ({
    eventName: "ObjectCreated:Put",
    s3: { bucket: { name: "logs" }, object: { key: encodeURIComponent(key) } },
  }));
  return { messageId, body: JSON.stringify({ Records }) } as SQSRecord;
}

class Pipeline {
  readonly files = new Map<string, Buffer | Error>();
  readonly queued = new Map<string, QueueEntry>();
  readonly lines: Record<string, unknown>[] = [];
  reads = 0;
  queue: SendBatch = async (entries) => {
    for (const entry of entries) {
      if (!this.queued.has(entry.deduplicationId)) this.queued.set(entry.deduplicationId, entry);
    }
    return [];
  };
  readonly objects: LogObjects = {
    read: async ({ key }) => {
      this.reads++;
      const file = this.files.get(key);
      if (file instanceof Error) throw file;
      return file;
    },
  };

  readonly handle = (rules: Partial<LabelRules> = {}) =>
    createCloudFrontHandler({
      objects: this.objects,
      queue: (entries) => this.queue(entries),
      groups: 1,
      rules: { ...DEFAULT_LABEL_RULES, ...rules },
      log: jsonLog((line) => this.lines.push(JSON.parse(line) as Record<string, unknown>)),
      clock: quick,
    });

  async run(Records: SQSRecord[], remainingMs = 60_000): Promise<string[]> {
    const { batchItemFailures } = await this.handle()({ Records } as SQSEvent, context(remainingMs));
    return batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
  }

  /** Requests in the queue, and the times at which the messages begin, in the queue's order. */
  counted(): { requests: number; begins: number[]; groups: Set<string> } {
    const messages = [...this.queued.values()].map(({ body }) => {
      const decoded = decodeMessage(body);
      if (!decoded.ok) throw new Error(decoded.reject.detail);
      return decoded.message.series;
    });
    return {
      requests: messages.flat().reduce((sum, { values }) => sum + values.reduce((a, b) => a + b, 0), 0),
      begins: messages.map((series) => Math.min(...series.map(({ timestamps }) => timestamps[0]!))),
      groups: new Set([...this.queued.values()].map(({ group }) => group)),
    };
  }
}

test("files are one run in time order, and count once however they are announced and in whatever company", async () => {
  const files = fc.array(fc.array(fc.nat(3_000), { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(files, fc.array(fc.nat(11), { maxLength: 12 }), fc.nat(5), async (files, again, repeat) => {
      const pipeline = new Pipeline();
      for (const [i, seconds] of files.entries()) pipeline.files.set(`${i}.gz`, log(...seconds));
      const first = files.map((_, i) => announce(`m${i}`, `${i}.gz`, `${(i + repeat) % files.length}.gz`));
      expect(await pipeline.run(first)).toEqual([]);
      expect(pipeline.reads).toBe(files.length);
      const { requests, begins, groups } = pipeline.counted();
      expect(groups.size).toBe(1);
      expect(requests).toBe(files.flat().length);
      expect(begins).toEqual(begins.toSorted((a, b) => a - b));

      const second = again.map((i) => announce(`again${i}`, `${i % files.length}.gz`));
      expect(await pipeline.run(second)).toEqual([]);
      expect(pipeline.counted().requests).toBe(requests);
    }),
    { numRuns: 50 },
  );
});

test("exactly the messages with a file that cannot be read come back, and the other files count", async () => {
  const states = fc.array(fc.constantFrom("good", "gone", "denied", "cut"), { minLength: 1, maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(states, fc.integer({ min: 1, max: 3 }), async (states, perMessage) => {
      const pipeline = new Pipeline();
      for (const [i, state] of states.entries()) {
        if (state === "good") pipeline.files.set(`${i}`, log(i));
        if (state === "denied") pipeline.files.set(`${i}`, new Error("AccessDenied"));
        if (state === "cut") pipeline.files.set(`${i}`, Buffer.from("half a log"));
      }
      const messages = [...Map.groupBy(states.keys(), (i) => Math.floor(i / perMessage)).values()];
      const announced = messages.map((keys, i) => announce(`m${i}`, ...keys.map(String)));
      // Announced twice in one invocation, a file is bad both times.
      const again = announced.map((record) => ({ ...record, messageId: `${record.messageId} again` }));
      const failed = await pipeline.run([...announced, ...again]);
      const isBad = (i: number): boolean => states[i] === "denied" || states[i] === "cut";
      const bad = messages.flatMap((keys, i) => (keys.some(isBad) ? [`m${i}`] : []));
      expect(failed).toEqual([...bad, ...bad.map((id) => `${id} again`)]);
      expect(pipeline.counted().requests).toBe(states.filter((state) => state === "good").length);
      const said = pipeline.lines.filter(({ level }) => level === "ERROR").map(({ message }) => message);
      expect(said).toHaveLength(failed.length);
    }),
    { numRuns: 50 },
  );
});

test("S3's test event is done, and a message that is no event comes back with the reason in the log", async () => {
  const pipeline = new Pipeline();
  pipeline.files.set("a", log(1));
  const test = { messageId: "test", body: '{"Service":"Amazon S3","Event":"s3:TestEvent"}' } as SQSRecord;
  const odd = { messageId: "odd", body: '{"Type":"Notification"}' } as SQSRecord;
  expect(await pipeline.run([test, odd, announce("good", "a")])).toEqual(["odd"]);
  expect(pipeline.counted().requests).toBe(1);
  expect(pipeline.lines).toContainEqual(
    expect.objectContaining({ level: "ERROR", why: expect.stringContaining("Expected an S3 event notification") }),
  );
});

test("while the queue takes nothing all messages come back; what comes of them later counts once", async () => {
  const pipeline = new Pipeline();
  const works = pipeline.queue;
  for (const i of [1, 2, 3]) pipeline.files.set(`${i}`, log(i));
  const messages = [1, 2, 3].map((i) => announce(`m${i}`, `${i}`));
  let calls = 0;
  // Takes the first of the entries, and says so only sometimes.
  pipeline.queue = async (entries): Promise<EntryFailure[]> => {
    await works(entries.slice(0, 1));
    if (calls++ % 2 === 0) throw new Error("ServiceUnavailable");
    return entries.map((_, index) => ({ index, senderFault: false, detail: "Throttled" }));
  };
  expect(await pipeline.run(messages)).toEqual(["m1", "m2", "m3"]);
  expect(pipeline.lines.filter(({ level }) => level === "ERROR")).toEqual(
    messages.map(({ messageId }) => ({
      level: "ERROR",
      message: "A message goes back to the event queue",
      messageId,
      why: expect.stringMatching(/^The queue has not taken 1 sample so far\. (Throttled|ServiceUnavailable)/),
    })),
  );
  pipeline.queue = works;
  expect(await pipeline.run(messages)).toEqual([]);
  expect(pipeline.counted().requests).toBe(3);
});

test("a file with samples that no receiver would take comes back, with the reason, and its good ones count", async () => {
  const pipeline = new Pipeline();
  pipeline.files.set(
    "a",
    Buffer.from(`#Fields: date time sc-status\n1970-01-02\t00:00:00\t200\n2026-04-04\t12:00:00\t200`),
  );
  expect(await pipeline.run([announce("m", "a")])).toEqual(["m"]);
  expect(JSON.stringify(pipeline.lines)).toContain("logs/a: timestamp_invalid: Expected `timestamps[0]`");
  expect(pipeline.counted().requests).toBe(1);
});

test("files that an invocation has no time for come back untouched", async () => {
  const pipeline = new Pipeline();
  pipeline.files.set("a", log(1));
  expect(await pipeline.run([announce("late", "a")], 0)).toEqual(["late"]);
  expect(pipeline.reads).toBe(0);
  expect(await pipeline.run([announce("late", "a")], 1_000)).toEqual([]);
});

test("a label that explodes is told once, whatever the number of files and invocations", async () => {
  const pipeline = new Pipeline();
  const lines = Array.from({ length: 5 }, (_, i) => `${START_MS}\t20${i}`);
  const text = ["#Version: 1.0", "#Fields: timestamp(ms) sc-status", ...lines].join("\n");
  const handle = pipeline.handle({ labels: ["status_code"], maxLabelValues: 3 });
  for (const i of [1, 2, 3]) {
    pipeline.files.set(`${i}`, Buffer.from(text));
    await handle({ Records: [announce("m", `${i}`)] } as SQSEvent, context(60_000));
  }
  expect(pipeline.lines.filter(({ level }) => level === "WARN")).toEqual([
    expect.objectContaining({ label: "status_code", example: "203", file: "logs/1" }),
  ]);
});

test("what is no SQS event is an error, not a success", async () => {
  await expect(new Pipeline().handle()({} as SQSEvent, context(1_000))).rejects.toThrow("Expected an SQS event");
});
