import { type FlusherOptions, flush, type QueueRecord } from "@penstock/flusher";
import { AMP_RULES, LocalReceiver, receiverPort, VirtualPipeline } from "@penstock/local";
import { encodeMessage, groupOf, type ReadAnswer, type Receiver, seriesKey } from "@penstock/model";
import { createProducerOver } from "@penstock/producer";
import { type Line, type Size, scaled } from "./measure.ts";

const START_MS = 1_795_475_000_000;
const SERIES = 200;
const SAMPLES = 10_000;
const FLUSH_EVERY_MS = 15_000;
const LATE_MS = 40_000;

/** Writes and looks, against the least there can be: one of each for a batch that SQS hands out. */
export async function requests(size: Size): Promise<Line[]> {
  return [...(await counted("in order", 0, size)), ...(await counted("5 % late", 20, size)), ...(await lookCost(size))];
}

async function counted(name: string, oneLateOf: number, size: Size): Promise<Line[]> {
  const samples = scaled(SAMPLES, size);
  let [batches, writes, looks, stored] = [0, 0, 0, 0];
  const rules = { ...AMP_RULES, engine: "cortex", outOfOrderWindowMs: 0 } as const;
  const pipeline = new VirtualPipeline({
    startMs: START_MS,
    receiver: (now) => receiverPort(new LocalReceiver({ now, rules })),
    random: () => 0.5,
    redeliver: 0,
    crash: 0,
    lanes: 10,
    onReport: (report) => {
      batches++;
      writes += report.requests.length;
      looks += report.looks.length;
      stored += report.stored;
    },
  });
  const producer = createProducerOver(pipeline.sendBatch, { clock: pipeline.clock, flushIntervalMs: 0 });
  for (let n = 0, round = 0; n < samples; round++) {
    pipeline.advanceTo(START_MS + round * FLUSH_EVERY_MS);
    for (let i = 0; i < SERIES; i++, n++) {
      const late = oneLateOf > 0 && n % oneLateOf === 0 && round > 3;
      const timestamps = [START_MS + round * FLUSH_EVERY_MS - (late ? LATE_MS : 0) + 1];
      producer.send([{ metric: { __name__: "requests_total", route: `/${i}` }, timestamps, values: [1] }]);
    }
    await producer.flush();
    await pipeline.drain();
  }
  if (stored !== samples) throw new Error(`Expected ${samples} samples to be stored, got ${stored}`);
  const line = (what: string, made: number): Line => ({
    name: `${what}, ${name}`,
    unit: `${what} for ${samples} samples`,
    ours: made,
    theirs: batches,
    ratio: batches / made,
    atLeast: 1 / 1.05,
    note: "against one for a batch",
  });
  return [line("writes", writes), line("looks", looks)];
}

const ALL_SERIES = 100_000;
const AFFECTED = 300;
const POINTS_EACH = 4;
const GROUPS = 64;

/** What a look reads for a batch of 300 series out of 100,000 of one metric, by the group label and without it. */
async function lookCost(size: Size): Promise<Line[]> {
  const [allSeries, affectedSeries] = [scaled(ALL_SERIES, size), scaled(AFFECTED, size)];
  const labelled = Array.from({ length: allSeries }, (_, i) => {
    const metric = { __name__: "requests_total", instance: `i-${i % 500}`, route: `/${i}` };
    return { metric, group: groupOf(seriesKey(metric), GROUPS) };
  });
  const affected = labelled.filter(({ group }) => group === "g0").slice(0, affectedSeries);
  const lines: Line[] = [];
  for (const groupLabel of ["_group", ""] as const) {
    const local = new LocalReceiver({
      now: () => START_MS,
      rules: { ...AMP_RULES, engine: "cortex", ingestionRate: undefined },
    });
    for (let i = 0; i < allSeries; i += 5_000)
      local.write(labelled.slice(i, i + 5_000).map((one) => stored(one, groupLabel)));
    const { points, bytes } = await lookFor(affected, groupLabel, local);
    const needed = affected.length * POINTS_EACH;
    const by = groupLabel === "" ? "by label values" : "by group";
    const note = `${(bytes / affected.length).toFixed(0)} bytes for each sample written`;
    const promise = groupLabel === "" ? {} : { atLeast: 1 / 6 };
    lines.push({
      name: `look, ${by}`,
      unit: "points",
      ours: points,
      theirs: needed,
      ratio: needed / points,
      note,
      ...promise,
    });
  }
  return lines;
}

interface Labelled {
  readonly metric: Readonly<Record<string, string>>;
  readonly group: string;
}

function stored({ metric, group }: Labelled, groupLabel: FlusherOptions["groupLabel"]) {
  const labels = { ...metric, _unique_id: "1", ...(groupLabel === "" ? {} : { [groupLabel]: group }) };
  const timestamps = Array.from({ length: POINTS_EACH }, (_, i) => START_MS - (POINTS_EACH - i) * 15_000);
  return {
    labels: Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)),
    timestamps,
    values: timestamps.map(() => 1),
  };
}

/** One flush whose oldest sample is as old as what is stored. */
async function lookFor(affected: readonly Labelled[], groupLabel: FlusherOptions["groupLabel"], local: LocalReceiver) {
  let [points, bytes] = [0, 0];
  const port = receiverPort(local);
  const receiver: Receiver = {
    write: async () => ({ kind: "answered", status: 200, body: "", retryAfterMs: undefined, requestId: undefined }),
    read: async (query, timeoutMs): Promise<ReadAnswer> => {
      const answer = await port.read!(query, timeoutMs);
      if (answer.kind === "read") {
        points += answer.series.reduce((sum, { timestamps }) => sum + timestamps.length, 0);
        bytes += answer.bytes;
      }
      return answer;
    },
  };
  const series = affected.map(({ metric }) => ({ metric, timestamps: [START_MS - POINTS_EACH * 15_000], values: [1] }));
  const record: QueueRecord = {
    messageId: "message",
    body: encodeMessage({ v: 1, id: "message", series }),
    group: "g0",
    deduplicationId: "message",
    sentAtMs: START_MS,
    receiveCount: 1,
  };
  const clock = { now: () => START_MS, sleep: async () => undefined, random: () => 0.5 };
  const ports = {
    receiver,
    clock,
    deadLetters: { send: async (letters: readonly unknown[]) => letters.map(() => undefined) },
  };
  const { report } = await flush([record], START_MS + 60_000, ports, { groupLabel });
  if (report.stored !== affected.length) throw new Error("Expected every sample to be stored");
  return { points, bytes };
}
