import { SendMessageCommand, type SQSClient } from "@aws-sdk/client-sqs";
import { groupOf, type Labels, seriesKey } from "@penstock/model";
import type { Producer } from "@penstock/producer";
import { expect } from "vitest";

const MINUTE_MS = 60_000;
/** Who sends. */
export const SERVICES: readonly string[] = ["checkout", "cart", "search"];
const START_MS = Date.now() - 40 * MINUTE_MS;

export type Sample = readonly [atMs: number, value: number];

/** A dead letter as it is, or as it must be. */
export type Letter = Readonly<Record<string, unknown>> & {
  readonly rejected: Readonly<Record<string, unknown>> & { readonly reason: string };
};

/** What was sent and must be stored, by series key. */
export class Expected {
  readonly series = new Map<string, { readonly metric: Labels; readonly samples: Sample[] }>();

  add(metric: Labels, ...samples: Sample[]): void {
    const key = seriesKey(metric);
    const known = this.series.get(key) ?? { metric, samples: [] };
    known.samples.push(...samples);
    this.series.set(key, known);
  }

  get count(): number {
    return [...this.series.values()].reduce((sum, { samples }) => sum + samples.length, 0);
  }
}

/** Each service its own series, all of them one series together, at the same times, and some of it late. */
export async function sendRounds(
  from: number,
  to: number,
  producers: readonly Producer[],
  expected: Expected,
): Promise<void> {
  for (let round = from; round < to; round++) {
    for (const [i, producer] of producers.entries()) {
      const atMs = START_MS + round * MINUTE_MS;
      const times = [0, 10, 20, 30, 40].map((seconds) => atMs + seconds * 1_000);
      const late = round < 2 ? [] : [atMs - 2 * MINUTE_MS + 5_000];
      const deltas = [...times.toReversed(), ...late].map(
        (time, n): Sample => [time, 1 + ((round * 7 + n * 3 + i) % 9)],
      );
      const service = SERVICES[i]!;
      for (const metric of [{ __name__: "requests_total", status: "200" }, ownSeries(service)]) {
        for (const [timestamp, value] of deltas) void producer.send({ metric, timestamp, value });
        expected.add(metric, ...deltas);
      }
      const depth = { __name__: "queue_depth", service };
      const gauges = times.map((time, n): Sample => [time, round * 10 + n]);
      for (const [timestamp, value] of gauges) {
        void producer.send({ metric: depth, timestamp, value }, { kind: "gauge" });
      }
      expected.add(depth, ...gauges);
    }
    const flushed = await Promise.all(producers.map((producer) => producer.flush()));
    for (const result of flushed) expect(result).toMatchObject({ unsent: 0, lost: 0 });
  }
}

function ownSeries(service: string): Labels {
  return { __name__: "request_duration_seconds_sum", service, path: '/a"b\\c\n' };
}

/** The group of one service's own series. */
export const SEARCH_GROUP: string = groupOf(seriesKey(ownSeries("search")));

/** A message that nobody can read, behind those of a group; resolves with its dead letter. */
export async function sendByHand(client: SQSClient, QueueUrl: string): Promise<Letter> {
  const MessageBody = "requests_total 1";
  const ids = { MessageGroupId: SEARCH_GROUP, MessageDeduplicationId: "1" };
  await client.send(new SendMessageCommand({ QueueUrl, MessageBody, ...ids }));
  const rejected = {
    reason: "message_malformed",
    detail: expect.stringMatching(/^Expected JSON: /),
    at: expect.any(Number),
    source: sourceIn(SEARCH_GROUP),
  };
  return { v: 1, series: [], raw: MessageBody, rejected };
}

/** What comes too late: stored at another time, or dead letters, with which this resolves. */
export async function sendLate([checkout, cart]: readonly Producer[], expected: Expected): Promise<Letter[]> {
  const twoHoursAgo = Date.now() - 120 * MINUTE_MS;
  const metric = { __name__: "imports_total", file: "2.gz" };
  await cart!.send({ metric, timestamps: [twoHoursAgo, twoHoursAgo + 1], values: [5, 7] }, { late: "restamp" });
  // Not at their own time; what they add up to is what counts.
  expected.add(metric, [Number.NaN, 5], [Number.NaN, 7]);

  const tooLate = { metric: { __name__: "requests_total", status: "200" }, timestamps: [twoHoursAgo], values: [1_000] };
  await checkout!.send(tooLate);
  const behind = {
    metric: { __name__: "queue_depth", service: "cart" },
    timestamps: [Date.now() - 45 * MINUTE_MS],
    values: [99],
  };
  await cart!.send(behind, { kind: "gauge" });
  await Promise.all([checkout!.close(), cart!.close()]);
  return [
    {
      v: 1,
      id: expect.stringMatching(/!greater_than_max_sample_age!0$/),
      writer: "checkout",
      kind: "delta",
      late: "reject",
      series: [tooLate],
      rejected: {
        reason: "greater_than_max_sample_age",
        detail: expect.stringMatching(/^Expected at most 60 minutes of age, got 120\.\d: /),
        at: expect.any(Number),
        source: sourceIn(groupOf(seriesKey(tooLate.metric))),
      },
    },
    {
      v: 1,
      id: expect.stringMatching(/!sample-too-old!0$/),
      writer: "cart",
      kind: "gauge",
      late: "reject",
      series: [behind],
      rejected: {
        reason: "sample-too-old",
        detail: expect.stringContaining("too old sample"),
        status: 400,
        lanes: ["1"],
        at: expect.any(Number),
        source: sourceIn(groupOf(seriesKey(behind.metric))),
      },
    },
  ];
}

/** What a dead letter says of where it comes from. */
function sourceIn(group: string): object {
  return {
    group,
    messageId: expect.any(String),
    sentAt: expect.any(Number),
    receiveCount: expect.any(Number),
  };
}
