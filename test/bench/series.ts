import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  type Delivery,
  type FileSeries,
  fileSeries,
  readDeliveries,
  STATUS_METRIC,
  sendRun,
} from "@penstock/cloudfront";
import { AMP_RULES, LocalReceiver, receiverPort, VirtualPipeline } from "@penstock/local";
import { LANE_LABEL, type MessageSeries, NAME_LABEL, sortLabels, withLabels } from "@penstock/model";
import { createProducerOver, type ProducerOptions } from "@penstock/producer";
import { announce, gather } from "../../packages/cli/src/replay/announcements.ts";
import { mulberry32 } from "../../packages/cli/src/replay/chance.ts";
import { type Line, median, type Size, scaled } from "./measure.ts";
import { type Books, closeBooks } from "./series-books.ts";

const FOLDER: string = fileURLToPath(new URL("../data/cloudfront", import.meta.url));
/** Batching windows in front of the function that reads the files: the stack's default, and the longest that Lambda has. */
const WINDOWS_S = [120, 300] as const;
const LANES = 10;
/** Runs of the rival that chooses at random. */
const SEEDS: readonly number[] = [1, 2, 3, 4, 5];

const START_MS = 1_795_475_000_000;
const FLUSH_EVERY_MS = 15_000;

/** Active series for each logical series, and what became of the samples: ours, and two ways that people use. */
export async function series(size: Size): Promise<Line[]> {
  return [...(await inOrder(size)), ...(await cloudFront(size))];
}

/** A service that counts in 200 series and sends every 15 s, each time all of them. */
async function inOrder(size: Size): Promise<Line[]> {
  const { pipeline, producer, local } = ourPipeline(START_MS, {});
  const sent: MessageSeries[] = [];
  for (let round = 0; round < scaled(100, size); round++) {
    pipeline.advanceTo(START_MS + round * FLUSH_EVERY_MS);
    const counted = Array.from({ length: 200 }, (_, i): MessageSeries => {
      const timestamps = [START_MS + round * FLUSH_EVERY_MS];
      return { metric: { __name__: "requests_total", route: `/${i}` }, timestamps, values: [1 + (i % 7)] };
    });
    sent.push(...counted);
    producer.send(counted);
    await producer.flush();
    await pipeline.drain();
  }
  const books = closeBooks(sent, local);
  return [
    {
      name: "active series, in order",
      unit: "series",
      ours: books.activeSeries,
      theirs: books.logicalSeries,
      ratio: books.logicalSeries / books.activeSeries,
      atLeast: 1 / 1.05,
      note: "against logical series",
    },
    storedOnce("stored once, in order", books),
  ];
}

/** Real traffic whose files come late and in no order. */
async function cloudFront(size: Size): Promise<Line[]> {
  const all = readDeliveries(await readFile(join(FOLDER, "deliveries.tsv"), "utf8"));
  const deliveries = all.slice(0, scaled(all.length, size));
  const files = await Promise.all(
    deliveries.map(async ({ file }) => fileSeries(await readFile(join(FOLDER, file)), file)),
  );
  const ours = new Map<number, LocalReceiver>();
  for (const seconds of WINDOWS_S) ours.set(seconds, await replay(deliveries, files, seconds * 1_000));
  const lines: Line[] = [];
  for (const [what, isMeant, promise] of [
    // The promise is about these: a histogram's sixteen series have a sample in every second that has a request.
    ["status", (metric: string) => metric === STATUS_METRIC, { atLeast: 3 }],
    ["all", () => true, {}],
  ] as const) {
    const meant = files.map(({ series }) => series.filter(({ metric }) => isMeant(metric[NAME_LABEL]!)));
    const books = (local: LocalReceiver): Books => closeBooks(meant.flat(), local);
    const byFile = books(writeFiles(deliveries, meant, (i) => [deliveries[i]!.file]));
    const random = SEEDS.slice(0, size.rounds).map((seed) => {
      const chance = mulberry32(seed);
      return books(writeFiles(deliveries, meant, () => shuffledLanes(chance)));
    });
    for (const seconds of WINDOWS_S) {
      const own = books(ours.get(seconds)!);
      const name = `${what}, ${seconds} s`;
      lines.push({ ...against(`${name}, against random lanes`, own, random), ...promise });
      lines.push(against(`${name}, against lane per file`, own, [byFile]), storedOnce(`${name}, stored once`, own));
    }
  }
  return lines;
}

/** As deployed: one message group, the files of a window as one run. */
async function replay(
  deliveries: readonly Delivery[],
  files: readonly FileSeries[],
  windowMs: number,
): Promise<LocalReceiver> {
  const byName = new Map(files.map((file) => [file.name, file]));
  const invocations = gather(
    announce(deliveries, 0, () => 0.5),
    windowMs,
  );
  const { pipeline, producer, local } = ourPipeline(deliveries[0]!.deliveredAtMs, { groups: 1 });
  for (const { atMs, announcements } of invocations) {
    pipeline.advanceTo(atMs);
    await sendRun(
      announcements.map(({ file }) => byName.get(file)!),
      producer,
    );
    await pipeline.drain();
  }
  await producer.close();
  return local;
}

function ourPipeline(startMs: number, options: Partial<ProducerOptions>) {
  let receiver: LocalReceiver | undefined;
  const pipeline = new VirtualPipeline({
    startMs,
    receiver: (now) => {
      receiver = newReceiver(now);
      return receiverPort(receiver);
    },
    random: () => 0.5,
    redeliver: 0,
    crash: 0,
    lanes: LANES,
    onReport: () => undefined,
  });
  const producer = createProducerOver(pipeline.sendBatch, { clock: pipeline.clock, flushIntervalMs: 0, ...options });
  return { pipeline, producer, local: receiver! };
}

/** A request for each file, at the time of its delivery: in the first of these lanes that does not refuse it. */
function writeFiles(
  deliveries: readonly Delivery[],
  files: readonly (readonly MessageSeries[])[],
  lanesOf: (file: number) => readonly string[],
): LocalReceiver {
  let nowMs = 0;
  const local = newReceiver(() => nowMs);
  for (const [i, { deliveredAtMs }] of deliveries.entries()) {
    nowMs = deliveredAtMs;
    for (const lane of lanesOf(i)) {
      const request = files[i]!.map(({ metric, timestamps, values }) => ({
        labels: withLabels(sortLabels(metric), [[LANE_LABEL, lane]]),
        timestamps,
        values: values.map(Number),
      }));
      if (request.length === 0 || local.write(request).status < 300) break;
    }
  }
  return local;
}

/**
 * AMP without an out-of-order window, and without its hour behind the clock: the rivals restamp nothing, and are not to
 * lose for age what they could have stored. What stays of age is the TSDB's floor, an hour behind the newest sample.
 */
function newReceiver(now: () => number): LocalReceiver {
  const rules = { ...AMP_RULES, outOfOrderWindowMs: 0, rejectOldSamplesMaxAgeMs: undefined };
  return new LocalReceiver({ now, rules: { ...rules, engine: "cortex" } });
}

function shuffledLanes(chance: () => number): string[] {
  return Array.from({ length: LANES }, (_, i) => ({ lane: String(i + 1), at: chance() }))
    .sort((a, b) => a.at - b.at)
    .map(({ lane }) => lane);
}

function against(name: string, own: Books, theirs: readonly Books[]): Line {
  const of = (read: (books: Books) => number): number => median(theirs.map(read));
  const active = of(({ activeSeries }) => activeSeries);
  const lost = of(({ lost }) => lost);
  const doubled = of(({ doubled }) => doubled);
  return {
    name,
    unit: `active series for ${own.logicalSeries}`,
    ours: own.activeSeries,
    theirs: active,
    ratio: active / own.activeSeries,
    note: `of ${own.sent} samples theirs lost ${lost} and doubled ${doubled}`,
  };
}

/** Neither lost nor doubled, of all that were sent. */
function storedOnce(name: string, { sent, once, lost, doubled }: Books): Line {
  const note = `against all that were sent: lost ${lost}, doubled ${doubled}`;
  // A stray copy of a sample that is also where it belongs counts against us too.
  return { name, unit: "samples", ours: once, theirs: sent, ratio: (once - doubled) / sent, atLeast: 1, note };
}
