import { flush, type QueueRecord } from "@penstock/flusher";
import { type Clock, encodeMessage, type QueueEntry, type Receiver } from "@penstock/model";
import { cpuNs, type Line, median, type Size, scaled } from "./measure.ts";

const START_MS = 1_795_475_000_000;
const SERIES_OF_ONE = 50;
const WARM_INVOCATIONS = 10_000;
/** What may be lost to growth: this much more for each sample. */
const FLAT = 1.3;

/** Time and memory for each sample, at 1×, 10× and 100× the series, and over many invocations of one environment. */
export async function growth(size: Size): Promise<Line[]> {
  const sizes = [1, 10, 100] as const;
  const cpu = new Map<number, number[]>(sizes.map((times) => [times, []]));
  for (let round = 0; round <= size.rounds; round++) {
    for (const times of sizes) {
      const records = batch(times * SERIES_OF_ONE, round);
      const calls = scaled(200 / times, size);
      const ns = await cpuNs(() => flush(records, START_MS + 60_000, ports(), {}), calls, times * SERIES_OF_ONE);
      // The first round warms up.
      if (round > 0) cpu.get(times)!.push(ns);
    }
  }
  const [one, ten, hundred] = sizes.map((times) => median(cpu.get(times)!));
  const [oneBytes, hundredBytes] = [await memoryPerSample(1), await memoryPerSample(100)];
  const at = { unit: "ns/sample", atLeast: 1 / FLAT };
  return [
    { name: "growth of time, 10× the series", ...at, ours: ten!, theirs: one!, ratio: one! / ten! },
    { name: "growth of time, 100× the series", ...at, ours: hundred!, theirs: one!, ratio: one! / hundred! },
    {
      name: "growth of memory, 100× the series",
      unit: "bytes/sample",
      atLeast: 1 / FLAT,
      ours: hundredBytes,
      theirs: oneBytes,
      ratio: oneBytes / hundredBytes,
    },
    await warm(size),
  ];
}

/** Heap after the first thousand invocations against heap after all of them. */
async function warm(size: Size): Promise<Line> {
  const invocations = scaled(WARM_INVOCATIONS, size);
  const heap = async (from: number, to: number): Promise<number> => {
    for (let i = from; i < to; i++) await flush(batch(10, i), START_MS + 60_000, ports(), {});
    return heapUsed();
  };
  const early = await heap(0, invocations / 10);
  const late = await heap(invocations / 10, invocations);
  return {
    name: `growth over ${invocations} invocations`,
    unit: "bytes of heap",
    ours: late,
    theirs: early,
    ratio: early / late,
    atLeast: 1 / FLAT,
  };
}

/** Of heap that a flush holds while its request is on its way, for each sample. */
async function memoryPerSample(size: number): Promise<number> {
  const copies = 100 / size;
  const records = Array.from({ length: copies }, (_, i) => batch(size * SERIES_OF_ONE, i));
  const before = heapUsed();
  let held = 0;
  let waiting = 0;
  await Promise.all(
    records.map((some) => {
      const receiver: Receiver = {
        ...quietReceiver(),
        write: async () => {
          waiting++;
          if (waiting === copies) held = heapUsed() - before;
          while (waiting < copies) await new Promise((resolve) => setImmediate(resolve));
          return { kind: "answered", status: 200, body: "", retryAfterMs: undefined, requestId: undefined };
        },
      };
      return flush(some, START_MS + 60_000, { ...ports(), receiver }, {});
    }),
  );
  return held / (100 * SERIES_OF_ONE);
}

function heapUsed(): number {
  globalThis.gc!();
  return process.memoryUsage().heapUsed;
}

/** Ten messages, each in a group of its own. */
function batch(series: number, round: number): QueueRecord[] {
  return Array.from({ length: 10 }, (_, m): QueueRecord => {
    const own = Array.from({ length: series / 10 }, (_, i) => ({
      metric: { __name__: "http_requests_total", group: String(m), route: `/orders/${i}`, status: "200" },
      timestamps: [START_MS - 10_000],
      values: [1],
    }));
    const id = `message-${round}-${m}`;
    const body = encodeMessage({ v: 1, id, series: own });
    return { messageId: id, body, group: `g${m}`, deduplicationId: id, sentAtMs: START_MS, receiveCount: 1 };
  });
}

function ports(): {
  receiver: Receiver;
  deadLetters: { send(l: readonly QueueEntry[]): Promise<undefined[]> };
  clock: Clock;
} {
  return {
    receiver: quietReceiver(),
    deadLetters: { send: async (letters) => letters.map(() => undefined) },
    clock: { now: () => START_MS, sleep: async () => undefined, random: () => 0.5 },
  };
}

function quietReceiver(): Receiver {
  return {
    write: async () => ({ kind: "answered", status: 200, body: "", retryAfterMs: undefined, requestId: undefined }),
    read: async () => ({ kind: "read", series: [], bytes: 0 }),
  };
}
