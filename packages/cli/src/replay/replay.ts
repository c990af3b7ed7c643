import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileSeries, readDeliveries, sendRun } from "@penstock/cloudfront";
import { VirtualPipeline } from "@penstock/local";
import { MAX_SAMPLE_LEAD_MS, type Receiver } from "@penstock/model";
import { createProducerOver } from "@penstock/producer";
import { CommandError, EXIT } from "../exit.ts";
import { announce, gather } from "./announcements.ts";
import { mulberry32 } from "./chance.ts";
import { readStored } from "./stored.ts";
import { type Account, Tally } from "./tally.ts";

export interface ReplayOptions {
  readonly receiver: (now: () => number) => Receiver;
  /** Share of batches delivered twice, 0 to 1. */
  readonly redeliver: number;
  /** Share of invocations of the consumer that die before or after a write, 0 to 1. */
  readonly crash: number;
  readonly seed: number;
  readonly lanes: number;
  /** The batching window in front of the CloudFront function; 0, each file for itself, by default. */
  readonly windowMs?: number;
  /** Message groups of the series; 1 by default. */
  readonly groups?: number;
  /** Share of files announced a second time within hours, 0 to 1; 0 by default. */
  readonly announceTwice?: number;
  readonly onProgress: (done: number, invocations: number) => void;
}

/** The oldest request of a file may be this much older than the first delivery. */
const MAX_DELAY_MS: number = 26 * 60 * 60_000;

/**
 * Replays a folder of CloudFront logs with its `deliveries.tsv` through the real producer and consumer in virtual time,
 * each file announced at the time it was delivered, and counts what the receiver has at the end.
 */
export async function replay(folder: string, options: ReplayOptions): Promise<Account> {
  const { seed, redeliver, crash, lanes, windowMs = 0, groups = 1, announceTwice = 0, onProgress } = options;
  const deliveries = readDeliveries(await readList(folder));
  const invocations = gather(announce(deliveries, announceTwice, mulberry32(~seed)), windowMs);
  const startMs = invocations[0]?.announcements[0]?.atMs ?? 0;
  const tally = new Tally();
  const pipeline = new VirtualPipeline({
    startMs,
    receiver: (now) => tally.watch(options.receiver(now)),
    random: mulberry32(seed),
    redeliver,
    crash,
    lanes,
    onReport: (report) => tally.add(report),
  });
  const producer = createProducerOver(pipeline.sendBatch, { clock: pipeline.clock, flushIntervalMs: 0, groups });
  for (const [i, { atMs, announcements }] of invocations.entries()) {
    pipeline.advanceTo(atMs);
    tally.invoke();
    const files = await Promise.all(
      announcements.map(async ({ file, isRepeated }) => {
        const read = await fileSeries(await readFile(join(folder, file)), file);
        if (isRepeated) tally.repeat();
        else tally.send(read);
        return read;
      }),
    );
    await sendRun(files, producer);
    await pipeline.drain();
    onProgress(i + 1, invocations.length);
  }
  await producer.close();
  const endMs = pipeline.clock.now() + MAX_SAMPLE_LEAD_MS;
  const stored = await readStored(tally.receiver, tally.names, startMs - MAX_DELAY_MS, endMs);
  return tally.close(pipeline, producer.stats.messages, stored);
}

/** @throws CommandError when there is no list */
async function readList(folder: string): Promise<string> {
  try {
    return await readFile(join(folder, "deliveries.tsv"), "utf8");
  } catch (error) {
    throw new CommandError(EXIT.usage, `Expected \`${folder}\` to hold a deliveries.tsv: ${(error as Error).message}`);
  }
}
