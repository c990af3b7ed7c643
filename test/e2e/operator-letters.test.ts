import { Account, type FifoQueue } from "@penstock/local";
import { encodeMessage, type Labels } from "@penstock/model";
import { type DeadLetters, openDeadLetters, type Reach } from "@penstock/operator";
import fc from "fast-check";
import { expect, test } from "vitest";
import { modelQueue, mortal } from "./operator-queue.ts";

const START_MS = Date.UTC(2026, 10, 23, 12);
const MINUTE_MS = 60_000;

/** A dead-letter queue in virtual time, and an operator at it. */
class Desk {
  nowMs = START_MS;
  readonly queue: FifoQueue;
  readonly letters: DeadLetters;
  readonly #clock = {
    now: () => this.nowMs,
    sleep: async (ms: number) => {
      this.nowMs += ms;
    },
    random: () => 0.5,
  };
  #sent = 0;

  constructor() {
    const account = new Account({ now: () => this.nowMs });
    this.queue = account.createQueue("dead.fifo", {
      visibilityTimeoutMs: 30_000,
      retentionMs: 14 * 24 * 60 * MINUTE_MS,
    });
    this.letters = openDeadLetters(this.port, this.#clock);
  }

  get port() {
    return modelQueue(this.queue, () => this.nowMs);
  }

  /** A dead letter with one sample of each series. Returns the id of the message in it. */
  bury(group: string, metrics: readonly Labels[], reason = "label_invalid", writer?: string): string {
    const id = `letter-${this.#sent++}`;
    const source = { messageId: `source-${id}`, group, sentAt: this.nowMs, receiveCount: 1 };
    const rejected = { reason: reason as "label_invalid", detail: "no", at: this.nowMs, source };
    const series = metrics.map((metric) => ({ metric, timestamps: [this.nowMs], values: [1] }));
    const body = encodeMessage({ v: 1, id, ...(writer !== undefined && { writer }), series, rejected });
    this.queue.sendOne({ body, group, deduplicationId: id });
    return id;
  }

  /** The messages of each group as they lie in the queue, by the ids in them. */
  get order(): Record<string, string[]> {
    const order: Record<string, string[]> = {};
    for (const { group, body } of this.queue.messages()) {
      order[group] = [...(order[group] ?? []), (JSON.parse(body) as { id: string }).id];
    }
    return order;
  }

  async names(reach: Reach): Promise<(string | undefined)[]> {
    const names: (string | undefined)[] = [];
    await this.letters.list({ reach, onLetters: (letters) => names.push(...letters.map(({ name }) => name)) });
    return names;
  }
}

const burials = fc.array(fc.nat(4), { maxLength: 90, size: "max" });

function buryAll(desk: Desk, groups: readonly number[]): Record<string, string[]> {
  for (const group of groups) desk.bury(`g${group}`, [{ __name__: "x_total" }]);
  return desk.order;
}

test("a look at the front sees the ten oldest of each group, says what it does not see, and leaves all as it was", async () => {
  await fc.assert(
    fc.asyncProperty(burials, async (groups) => {
      const desk = new Desk();
      const before = buryAll(desk, groups);
      const names: (string | undefined)[] = [];
      const sweep = await desk.letters.list({
        onLetters: (letters) => names.push(...letters.map(({ name }) => name)),
      });
      const front = Object.values(before).flatMap((ids) => ids.slice(0, 10));
      expect(names.toSorted()).toEqual(front.toSorted());
      expect(sweep).toMatchObject({ seen: front.length, hidden: groups.length - front.length, turned: 0 });
      expect(desk.order).toEqual(before);
      expect(desk.queue.inspect()).toMatchObject({ visible: groups.length, inFlight: 0 });
    }),
    { numRuns: 100 },
  );
});

test("a look at all sees every letter once, and leaves each group in its order with its letters' ids", async () => {
  await fc.assert(
    fc.asyncProperty(burials, async (groups) => {
      const desk = new Desk();
      const before = buryAll(desk, groups);
      const ids = async (): Promise<string[]> => {
        const seen: string[] = [];
        await desk.letters.list({
          reach: "all",
          onLetters: (letters) => seen.push(...letters.map(({ id, name }) => `${id} ${name}`)),
        });
        return seen.toSorted();
      };
      const first = await ids();
      expect(first.map((both) => both.split(" ")[1]).toSorted()).toEqual(Object.values(before).flat().toSorted());
      expect(await ids()).toEqual(first);
      expect(desk.queue.inspect()).toMatchObject({ visible: groups.length, inFlight: 0 });
      for (const [group, ids_] of Object.entries(desk.order)) {
        // Turned by tens, a group ends as it was or rotated: never shuffled.
        const at = before[group]!.indexOf(ids_[0]!);
        expect(ids_).toEqual([...before[group]!.slice(at), ...before[group]!.slice(0, at)]);
      }
    }),
    { numRuns: 100 },
  );
});

test("a look at all that is killed at any call loses no letter, and the next one finds each once", async () => {
  await fc.assert(
    fc.asyncProperty(
      burials,
      fc.integer({ min: 1, max: 60 }),
      fc.constantFrom("before" as const, "after" as const),
      fc.constantFrom(MINUTE_MS, 6 * MINUTE_MS),
      async (groups, callsLeft, dies, waitMs) => {
        const desk = new Desk();
        const all = Object.values(buryAll(desk, groups)).flat().toSorted();
        const dying = openDeadLetters(mortal(desk.port, { callsLeft, dies }));
        await dying.list({ reach: "all", onLetters: () => undefined }).catch((error: Error) => {
          expect(error.message).toBe("killed");
        });
        desk.nowMs += waitMs;
        expect((await desk.names("all")).toSorted()).toEqual(all);
        expect(Object.values(desk.order).flat().toSorted()).toEqual(all);
      },
    ),
    { numRuns: 150 },
  );
});

test("a cancelled replay finishes what it has in hand and gives the rest back", async () => {
  const desk = new Desk();
  for (let i = 0; i < 200; i++) desk.bury(`g${i % 7}`, [{ __name__: "x_total" }]);
  const target = new Account({ now: () => desk.nowMs }).createQueue("metrics.fifo");
  const cancel = new AbortController();
  const report = await desk.letters.replay({
    to: modelQueue(target, () => desk.nowMs),
    matchers: [],
    rate: 10,
    signal: cancel.signal,
    onProgress: ({ replayed }) => replayed >= 50 && cancel.abort(),
  });
  expect(report).toMatchObject({ replayed: 50, sweep: { ended: "cancelled", unreturned: 0 } });
  expect(desk.queue.inspect()).toMatchObject({ visible: 150, inFlight: 0 });
  expect(target.inspect().visible).toBe(50);
  // Fifty letters at ten a second.
  expect(desk.nowMs - START_MS).toBeGreaterThanOrEqual(5_000);
});

test("a letter that the queue does not take stays, and is named", async () => {
  const desk = new Desk();
  for (let i = 0; i < 25; i++) desk.bury(`g${i % 2}`, [{ __name__: "x_total" }]);
  const target = new Account({ now: () => desk.nowMs }).createQueue("metrics.fifo");
  const port = modelQueue(target, () => desk.nowMs);
  let refusals = 0;
  const report = await desk.letters.replay({
    to: {
      ...port,
      send: async (entries) => {
        const outcomes = await port.send(entries.slice(1));
        refusals++;
        return [{ ok: false, detail: "AccessDenied" }, ...outcomes];
      },
    },
    matchers: [],
  });
  expect(report).toMatchObject({
    replayed: 25 - refusals,
    kept: { "refused by the queue": refusals },
    trouble: "AccessDenied",
  });
  expect(desk.queue.inspect()).toMatchObject({ visible: refusals, inFlight: 0 });
  expect(target.inspect().visible).toBe(25 - refusals);
});

test("a drop takes only letters all of whose series match", async () => {
  const desk = new Desk();
  const [a, b] = [{ __name__: "a_total" }, { __name__: "b_total" }];
  desk.bury("g1", [a, a], "label_invalid", "test");
  const mixed = desk.bury("g1", [a, b], "label_invalid", "test");
  const other = desk.bury("g1", [a], "label_invalid", "live");
  const matchers = [
    { name: "__name__", op: "=~", value: "a_.*" },
    { name: "writer", op: "=", value: "test" },
  ] as const;
  expect(await desk.letters.previewDrop({ matchers })).toMatchObject({ dropped: 1, samples: 2, mixed: 1 });
  expect(desk.order).toEqual({ g1: ["letter-0", mixed, other] });
  expect(await desk.letters.drop({ matchers })).toMatchObject({ dropped: 1, samples: 2, mixed: 1 });
  expect(desk.order).toEqual({ g1: [mixed, other] });
});

test("what was exported and dropped comes back by an import, twice imported too", async () => {
  const desk = new Desk();
  for (let i = 0; i < 30; i++) desk.bury(`g${i % 2}`, [{ __name__: "x_total", i: String(i) }]);
  // A whole message that the redrive policy moved, without an id, and one that is no JSON.
  const account = new Account({ now: () => desk.nowMs });
  for (const body of [encodeMessage({ v: 1, series: [] }), "not json"]) {
    desk.queue.sendOne({ body, group: "g9", deduplicationId: account.createQueue(`q${body.length}.fifo`).arn });
  }
  const describe = async (): Promise<string[]> => {
    const lines: string[] = [];
    await desk.letters.list({
      reach: "all",
      onLetters: (letters) => {
        for (const { id, reason, group, arrivedAtMs, shape } of letters)
          lines.push([id, reason, group, arrivedAtMs, shape].join());
      },
    });
    return lines.toSorted();
  };
  const before = await describe();
  const lines: string[] = [];
  await desk.letters.export({ reach: "all", onLine: (line) => lines.push(line) });
  await desk.letters.drop({ matchers: [] });
  expect(desk.order).toEqual({});
  for (const waitMs of [0, 6 * MINUTE_MS]) {
    desk.nowMs += waitMs;
    const report = await desk.letters.import(asLines([...lines, "nonsense"]));
    expect(report).toMatchObject({ imported: 32, refused: [{ line: 33 }], more: 0 });
  }
  expect(await describe()).toEqual(before);
  // Out of the queue it would lose the id by which a replay knows it.
  const [unnamed] = (await desk.names("all")).filter((name) => name?.startsWith("sqs!"));
  expect(before).toContainEqual(expect.stringContaining(`${unnamed!.slice("sqs!".length)},received_too_often,g9`));
});

test("a letter that is here twice is counted once, and is no letter out of reach; an edited one has an id of its own", async () => {
  const desk = new Desk();
  desk.bury("g1", [{ __name__: "x_total" }]);
  const lines: string[] = [];
  await desk.letters.export({ onLine: (line) => lines.push(line) });
  await desk.letters.import(asLines([...lines, lines[0]!.replace("x_total", "y_total")]));
  const { letters, sweep } = await desk.letters.pivot(["reason"]);
  expect({ letters, ...sweep }).toMatchObject({ letters: 2, seen: 2, hidden: 0, doubles: 1 });
  const ids: string[] = [];
  const all = await desk.letters.list({ reach: "all", onLetters: (some) => ids.push(...some.map(({ id }) => id)) });
  expect(all).toMatchObject({ seen: 2, hidden: 0 });
  expect(new Set(ids.map((id) => id.slice(0, 8))).size).toBe(2);
  expect(await desk.letters.pivot(["reason"])).toMatchObject({ letters: 2, sweep: { doubles: 0 } });
});

async function* asLines(lines: readonly string[]): AsyncGenerator<string> {
  yield* lines;
}

test("tail hands over each letter once as it comes within reach", async () => {
  const desk = new Desk();
  desk.bury("g1", [{ __name__: "x_total" }]);
  const seen: (string | undefined)[] = [];
  const end = new AbortController();
  let looks = 0;
  await desk.letters.tail({
    intervalMs: 5_000,
    signal: end.signal,
    onLetters: (letters) => seen.push(...letters.map(({ name }) => name)),
    onHidden: () => {
      looks++;
      if (looks === 2) desk.bury("g2", [{ __name__: "x_total" }]);
      if (looks === 4) end.abort();
    },
  });
  expect(seen).toEqual(["letter-0", "letter-1"]);
});
