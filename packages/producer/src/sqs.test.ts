import { createHash } from "node:crypto";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { type Clock, decodeMessage, systemClock } from "@penstock/model";
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { START_MS } from "../test/fake-queue.ts";
import { createProducer, type Producer, type ProducerOptions } from "./producer.ts";
import type { ProducerError } from "./refusal.ts";
import { sqsClientFor } from "./sqs.ts";

const METRICS = ["a_total", "b_total", "c_total", "d_total", "e_total", "f_total"];

interface Entry {
  readonly Id: string;
  readonly MessageBody: string;
  readonly MessageGroupId: string;
  readonly MessageDeduplicationId: string;
}

/** What the queue does with one call, then well. */
type Fault =
  /** These entries come back in `Failed`. */
  | { readonly does: "refuse some"; readonly bits: number; readonly senderFault: boolean }
  /** It takes these entries and says nothing of the others. */
  | { readonly does: "forget some"; readonly bits: number }
  | { readonly does: "throttle" | "fail" | "deny" | "hang up" | "hang up after taking" | "garble" };

/** SendMessageBatch as SQS speaks it, on a FIFO queue. */
class StubQueue {
  readonly entries: Entry[] = [];
  readonly calls: (readonly Entry[])[] = [];
  faults: Fault[] = [];
  readonly #server: Server = createServer(async (request, response) => {
    expect(request.headers["x-amz-target"]).toBe("AmazonSQS.SendMessageBatch");
    const { Entries: entries, QueueUrl } = JSON.parse(await text(request)) as { Entries: Entry[]; QueueUrl: string };
    expect(QueueUrl).toBe(this.url);
    this.calls.push(entries);
    this.#answer(entries, this.faults.shift(), response);
  });
  readonly #deduplicationIds = new Set<string>();

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/000000000000/metrics.fifo`;
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  reset(faults: readonly Fault[]): void {
    this.entries.length = 0;
    this.calls.length = 0;
    this.faults = [...faults];
  }

  /** Timestamps of a metric, in the queue's order. */
  timestampsOf(name: string): number[] {
    return this.entries.flatMap(({ MessageBody }) => {
      const decoded = decodeMessage(MessageBody);
      if (!decoded.ok) throw new Error(decoded.reject.detail);
      return decoded.message.series.filter(({ key }) => key.includes(name)).flatMap(({ timestamps }) => timestamps);
    });
  }

  #answer(entries: readonly Entry[], fault: Fault | undefined, response: ServerResponse): void {
    const does = fault?.does;
    if (does === "hang up") response.destroy();
    else if (does === "throttle") this.#error(response, 400, "com.amazonaws.sqs#RequestThrottled", "Rate exceeded");
    else if (does === "deny")
      this.#error(response, 400, "com.amazon.coral.service#AccessDeniedException", "no sqs:SendMessage");
    else if (does === "fail") this.#error(response, 503, "com.amazonaws.sqs#ServiceUnavailable", "try again");
    else if (does === "garble") response.writeHead(200, { "content-type": "application/x-amz-json-1.0" }).end("{");
    else {
      const left = fault && "bits" in fault ? entries.filter((_, i) => (fault.bits >> i) & 1) : [];
      const taken = entries.filter((entry) => !left.includes(entry));
      for (const entry of taken) this.#take(entry);
      if (does === "hang up after taking") return void response.destroy();
      const Failed = left.map(({ Id }) => ({
        Id,
        Code: "InternalError",
        Message: "try again",
        SenderFault: fault?.does === "refuse some" && fault.senderFault,
      }));
      const answer = { Successful: taken.map(successOf), Failed: does === "refuse some" ? Failed : [] };
      response.writeHead(200, { "content-type": "application/x-amz-json-1.0" }).end(JSON.stringify(answer));
    }
  }

  #take(entry: Entry): void {
    if (this.#deduplicationIds.has(entry.MessageDeduplicationId)) return;
    this.#deduplicationIds.add(entry.MessageDeduplicationId);
    this.entries.push(entry);
  }

  #error(response: ServerResponse, status: number, type: string, message: string): void {
    const body = JSON.stringify({ __type: type, message });
    response.writeHead(status, { "content-type": "application/x-amz-json-1.0" }).end(body);
  }
}

function successOf({ Id, MessageBody }: Entry) {
  const MD5OfMessageBody = createHash("md5").update(MessageBody).digest("hex");
  return { Id, MD5OfMessageBody, MessageId: crypto.randomUUID(), SequenceNumber: "1" };
}

const queue = new StubQueue();
/** The waits between attempts are not what is tested here. */
const clock: Clock = { ...systemClock, sleep: () => new Promise((resolve) => setImmediate(resolve)) };
const errors: ProducerError[] = [];

function producer(options: Partial<ProducerOptions> = {}): Producer {
  const onError = (error: ProducerError): void => void errors.push(error);
  return createProducer({ queueUrl: queue.url, clock, flushIntervalMs: 0, onError, ...options });
}

function sendAll(target: Producer, at: number): void {
  for (const __name__ of METRICS) {
    void target.send({ metric: { __name__ }, timestamp: START_MS + at, value: 1 }, { id: `${crypto.randomUUID()}` });
  }
}

beforeAll(async () => {
  await queue.start();
  vi.stubEnv("AWS_REGION", "eu-west-1");
  vi.stubEnv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "secret");
});

afterEach(() => {
  errors.length = 0;
});

afterAll(() => {
  queue.stop();
  vi.unstubAllEnvs();
});

test("through the AWS SDK, whatever goes wrong with a call, each message is queued once and each group in order", async () => {
  const fault: fc.Arbitrary<Fault> = fc.oneof(
    fc.record({ does: fc.constant("refuse some" as const), bits: fc.nat(1023), senderFault: fc.constant(false) }),
    fc.record({ does: fc.constant("forget some" as const), bits: fc.nat(1023) }),
    fc.record({
      does: fc.constantFrom("throttle", "fail", "hang up", "hang up after taking", "garble"),
    }) as fc.Arbitrary<Fault>,
  );
  await fc.assert(
    fc.asyncProperty(fc.array(fault, { maxLength: 12 }), fc.integer({ min: 1, max: 6 }), async (faults, groups) => {
      queue.reset(faults);
      const target = producer({ groups });
      for (let at = 0; at < 4; at++) sendAll(target, at);
      while ((await target.close()).unsent > 0);
      const wanted = Array.from({ length: 4 }, (_, at) => START_MS + at);
      for (const name of METRICS) expect(queue.timestampsOf(name)).toEqual(wanted);
      expect(target.stats).toMatchObject({ sent: 24, lost: 0, pending: 0, messages: 24 });
    }),
    { numRuns: 40 },
  );
});

test("an entry that was not taken is sent again alone, under the same deduplication id, before the next of its group", async () => {
  queue.reset([{ does: "refuse some", bits: 0b1, senderFault: false }]);
  const target = producer({ groups: 1 });
  for (const id of ["first", "second"]) void target.send({ metric: { __name__: "a_total" }, value: 1 }, { id });
  await target.close();
  const sent = queue.calls.map((entries) => entries.map(({ MessageDeduplicationId }) => MessageDeduplicationId));
  expect(sent).toEqual([["first#0"], ["first#0"], ["second#0"]]);
});

test("a call holds at most ten messages, one of each group", async () => {
  queue.reset([]);
  const target = producer({ groups: 2 ** 32 });
  const series = Array.from({ length: 35 }, (_, i) => ({ metric: { __name__: `m${i}_total` }, value: 1 }));
  void target.send(series);
  await target.close();
  expect(queue.calls.map((entries) => entries.length).sort()).toEqual([10, 10, 10, 5]);
  expect(new Set(queue.entries.map(({ MessageGroupId }) => MessageGroupId)).size).toBe(35);
});

test("a queue that denies access is told in its own words, and what it did not take is kept", async () => {
  queue.reset(Array.from({ length: 5 }, () => ({ does: "deny" })));
  const target = producer();
  void target.send({ metric: { __name__: "a_total" }, value: 1 });
  expect(await target.flush()).toEqual({ sent: 0, unsent: 1, lost: 0 });
  expect(errors.map(({ message }) => message)).toEqual([
    "The queue has not taken 1 sample so far. AccessDeniedException: no sqs:SendMessage",
  ]);
  expect(await target.close()).toEqual({ sent: 1, unsent: 0, lost: 0 });
});

test("a message that SQS itself faults is lost, and its words are told", async () => {
  queue.reset([{ does: "refuse some", bits: 1, senderFault: true }]);
  const target = producer();
  void target.send({ metric: { __name__: "a_total" }, value: 1 });
  expect(await target.close()).toEqual({ sent: 0, unsent: 0, lost: 1 });
  expect(errors.map(({ message }) => message)).toEqual([
    "The queue has refused 1 sample for good. InternalError: try again",
  ]);
});

test("the region is the one in the queue's URL, and the SDK retries nothing by itself", async () => {
  const client = sqsClientFor("https://sqs.ap-southeast-2.amazonaws.com/123456789012/metrics.fifo");
  expect(await client.config.region()).toBe("ap-southeast-2");
  expect(await client.config.maxAttempts()).toBe(1);
  expect(await sqsClientFor(queue.url).config.region()).toBe("eu-west-1");
});
