import { SendMessageBatchCommand } from "@aws-sdk/client-sqs";
import { type Console, type ConsoleSources, FlushBook, startConsole } from "@penstock/console";
import { createSqsClient } from "@penstock/consumer";
import { type Local, startLocal } from "@penstock/local";
import { encodeMessage, groupOf, type Labels, type Message, seriesKey } from "@penstock/model";
import { localSources } from "../../packages/cli/src/console/local.ts";
import { impatient } from "./impatient.ts";

/** A pipeline on this machine with its console, and services that send to it. */
export interface Scene {
  readonly local: Local;
  readonly sources: ConsoleSources;
  readonly console: Console;
  readonly book: FlushBook;
  /** Queues one message with samples of one series. */
  send(metric: Labels, samples: readonly Sample[], envelope?: Partial<Message>): Promise<void>;
  /** Resolves when the queue is empty. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

type Sample = readonly [timestamp: number, value: number];

const POLL_MS = 20;
const SETTLE_MS = 30_000;

export async function startScene(): Promise<Scene> {
  const book = new FlushBook();
  const quiet = (): void => undefined;
  const log = { debug: quiet, info: quiet, warn: quiet, error: quiet };
  const local = await startLocal({ onReport: (report) => book.add(report), log });
  const all = localSources(local, book);
  const sources = { ...all, deadLetters: impatient(all.deadLetters) };
  const served = await startConsole({ sources });
  const client = createSqsClient(local.queueUrl, undefined);
  let sent = 0;
  return {
    local,
    sources,
    console: served,
    book,
    async send(metric, samples, envelope = {}) {
      const timestamps = samples.map(([timestamp]) => timestamp);
      const series = [{ metric, timestamps, values: samples.map(([, value]) => value) }];
      const id = `message-${sent++}`;
      const entry = {
        Id: "0",
        MessageBody: encodeMessage({ v: 1, id, series, ...envelope }),
        MessageGroupId: groupOf(seriesKey(metric)),
        MessageDeduplicationId: id,
      };
      const { Failed = [] } = await client.send(
        new SendMessageBatchCommand({ QueueUrl: local.queueUrl, Entries: [entry] }),
      );
      if (Failed.length > 0) throw new Error(JSON.stringify(Failed));
    },
    async settled() {
      const endMs = performance.now() + SETTLE_MS;
      for (;;) {
        const { visible, inFlight } = local.inspect().queue;
        if (visible + inFlight === 0) return;
        if (performance.now() > endMs)
          throw new Error(`Expected the queue to be empty, got ${visible} and ${inFlight}`);
        await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      }
    },
    async close() {
      client.destroy();
      await served.close();
      await local.stop();
    },
  };
}
