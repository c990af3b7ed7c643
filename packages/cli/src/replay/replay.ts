import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type fileSeries, readDeliveries, STATUS_METRIC, sendFile } from "@penstock/cloudfront";
import { VirtualPipeline } from "@penstock/local";
import { keyOfSorted, MAX_SAMPLE_LEAD_MS, NAME_LABEL, type Reason, type Receiver, sortLabels } from "@penstock/model";
import { createProducerOver } from "@penstock/producer";
import { CommandError, EXIT } from "../exit.ts";

export interface ReplayOptions {
  readonly receiver: (now: () => number) => Receiver;
  /** Share of batches delivered twice, 0 to 1. */
  readonly redeliver: number;
  /** Share of invocations that die before or after a write, 0 to 1. */
  readonly crash: number;
  readonly seed: number;
  readonly lanes: number;
  readonly onProgress: (done: number, files: number) => void;
}

/** What a replay comes to. */
export interface Account {
  readonly files: number;
  readonly requests: number;
  /** Requests by status, as the files say and as the receiver has them. */
  readonly byStatus: Readonly<Record<string, { readonly sent: number; readonly stored: number }>>;
  readonly samples: {
    readonly sent: number;
    readonly received: number;
    readonly stored: number;
    readonly duplicate: number;
  };
  readonly returned: number;
  readonly restamped: number;
  readonly rejected: Readonly<Partial<Record<Reason, number>>>;
  readonly deadLetters: number;
  readonly leftInQueue: number;
  readonly logicalSeries: number;
  readonly activeSeries: number;
  readonly batches: number;
  readonly writeRequests: number;
  readonly refusals: number;
  readonly looks: number;
  readonly crashes: number;
  readonly redeliveries: number;
  /** Every status has as many as it should, every report adds up, and nothing was lost on the way. */
  readonly balanced: boolean;
}

/**
 * Replays a folder of CloudFront logs with its `deliveries.tsv` through the real producer and consumer in virtual time,
 * each file at the time it was delivered, and counts what the receiver has at the end.
 */
export async function replay(folder: string, options: ReplayOptions): Promise<Account> {
  const deliveries = readDeliveries(await readList(folder));
  const inOrder = deliveries.toSorted((a, b) => a.deliveredAtMs - b.deliveredAtMs);
  const startMs = inOrder[0]?.deliveredAtMs ?? 0;
  const tally = new ReplayTally();
  const pipeline = new VirtualPipeline({
    startMs,
    receiver: (now) => tally.watch(options.receiver(now)),
    random: mulberry32(options.seed),
    redeliver: options.redeliver,
    crash: options.crash,
    lanes: options.lanes,
    onReport: (report) => tally.add(report),
  });
  const producer = createProducerOver(pipeline.sendBatch, { clock: pipeline.clock, flushIntervalMs: 0 });
  let requests = 0;
  for (const [i, { deliveredAtMs, file }] of inOrder.entries()) {
    pipeline.advanceTo(deliveredAtMs);
    const sent = await sendFile(producer, await readFile(join(folder, file)), file);
    tally.send(sent.file.series);
    requests += sent.file.requests;
    await producer.flush();
    await pipeline.drain();
    options.onProgress(i + 1, inOrder.length);
  }
  await producer.close();
  const endMs = pipeline.clock.now();
  const stored = await readBack(tally.receiver, tally.names, startMs - MAX_DELAY_MS, endMs + MAX_SAMPLE_LEAD_MS);
  return tally.close(pipeline, stored, { files: inOrder.length, requests });
}

/** @throws CommandError when there is no list */
async function readList(folder: string): Promise<string> {
  try {
    return await readFile(join(folder, "deliveries.tsv"), "utf8");
  } catch (error) {
    throw new CommandError(EXIT.usage, `Expected \`${folder}\` to hold a deliveries.tsv: ${(error as Error).message}`);
  }
}

/** The oldest request of a file may be this much older than the first delivery. */
const MAX_DELAY_MS: number = 26 * 60 * 60_000;
const READ_TIMEOUT_MS = 60_000;

interface Stored {
  readonly byStatus: ReadonlyMap<string, number>;
  readonly series: number;
}

async function readBack(receiver: Receiver, names: readonly string[], startMs: number, endMs: number): Promise<Stored> {
  const byStatus = new Map<string, number>();
  let series = 0;
  for (const name of names) {
    const answer = await receiver.read!(
      { matchers: [{ name: NAME_LABEL, op: "=", value: name }], startMs, endMs },
      READ_TIMEOUT_MS,
    );
    if (answer.kind !== "read")
      throw new CommandError(EXIT.remote, `Expected to read \`${name}\` back, got: ${answer.detail}`);
    series += answer.series.length;
    for (const { labels, values } of name === STATUS_METRIC ? answer.series : []) {
      addTo(
        byStatus,
        labels.status_code ?? "",
        values.reduce((sum, value) => sum + value, 0),
      );
    }
  }
  return { byStatus, series };
}

type Report = Parameters<ConstructorParameters<typeof VirtualPipeline>[0]["onReport"]>[0];
type FileLines = Awaited<ReturnType<typeof fileSeries>>["series"];

class ReplayTally {
  receiver!: Receiver;
  readonly #sent = new Map<string, number>();
  readonly #names = new Set<string>();
  readonly #series = new Set<string>();
  readonly #rejected = new Map<Reason, number>();
  #samples = 0;
  #refusals = 0;
  #requests = 0;
  #looks = 0;
  #sums = { batches: 0, received: 0, stored: 0, duplicate: 0, returned: 0, restamped: 0, rejected: 0 };
  #closes = true;

  get names(): readonly string[] {
    return [...this.#names];
  }

  /** Counts requests at the receiver itself: what a dead invocation sent is in no report. */
  watch(receiver: Receiver): Receiver {
    this.receiver = receiver;
    return {
      write: async (series, timeoutMs) => {
        this.#requests++;
        const answer = await receiver.write(series, timeoutMs);
        if (answer.kind !== "answered" || answer.status >= 300) this.#refusals++;
        return answer;
      },
      read: async (query, timeoutMs) => {
        this.#looks++;
        return receiver.read!(query, timeoutMs);
      },
    };
  }

  send(series: FileLines): void {
    for (const { metric, timestamps, values } of series) {
      this.#samples += timestamps.length;
      this.#series.add(keyOfSorted(sortLabels(metric)));
      this.#names.add(metric[NAME_LABEL]!);
      if (metric[NAME_LABEL] !== STATUS_METRIC) continue;
      const sum = values.reduce<number>((total, value) => total + Number(value), 0);
      addTo(this.#sent, metric.status_code ?? "", sum);
    }
  }

  add(report: Report): void {
    const { received, stored, duplicate, returned, restamped } = report;
    const rejected = Object.values(report.rejected).reduce((sum, n) => sum + n, 0);
    this.#closes &&= received === stored + rejected + duplicate + returned;
    const sums = this.#sums;
    this.#sums = {
      batches: sums.batches + 1,
      received: sums.received + received,
      stored: sums.stored + stored,
      duplicate: sums.duplicate + duplicate,
      returned: sums.returned + returned,
      restamped: sums.restamped + restamped,
      rejected: sums.rejected + rejected,
    };
    for (const [reason, n] of Object.entries(report.rejected)) {
      this.#rejected.set(reason as Reason, (this.#rejected.get(reason as Reason) ?? 0) + n);
    }
  }

  close(pipeline: VirtualPipeline, stored: Stored, { files, requests }: { files: number; requests: number }): Account {
    const statuses = new Set([...this.#sent.keys(), ...stored.byStatus.keys()]);
    const byStatus = Object.fromEntries(
      [...statuses]
        .sort()
        .map((status) => [status, { sent: this.#sent.get(status) ?? 0, stored: stored.byStatus.get(status) ?? 0 }]),
    );
    const left = pipeline.queue.inspect();
    const leftInQueue = left.visible + left.inFlight;
    const exact = Object.values(byStatus).every((count) => count.sent === count.stored);
    const { batches, received, duplicate, returned, restamped } = this.#sums;
    return {
      files,
      requests,
      byStatus,
      samples: { sent: this.#samples, received, stored: this.#sums.stored, duplicate },
      returned,
      restamped,
      rejected: Object.fromEntries(this.#rejected),
      deadLetters: pipeline.deadLetters.inspect().visible,
      leftInQueue,
      logicalSeries: this.#series.size,
      activeSeries: stored.series,
      batches,
      writeRequests: this.#requests,
      refusals: this.#refusals,
      looks: this.#looks,
      crashes: pipeline.crashes,
      redeliveries: pipeline.redeliveries,
      balanced: exact && this.#closes && leftInQueue === 0,
    };
  }
}

function addTo(counts: Map<string, number>, name: string, n: number): void {
  counts.set(name, (counts.get(name) ?? 0) + n);
}

/** A small seeded generator (public domain, Tommy Ettinger): the same seed gives the same crashes. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
