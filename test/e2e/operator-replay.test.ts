import { LocalReceiver, receiverPort, VirtualPipeline } from "@penstock/local";
import {
  encodeMessage,
  GROUP_LABEL,
  groupOf,
  keyOfSorted,
  type Labels,
  type Message,
  seriesKey,
} from "@penstock/model";
import {
  type DeadLetters,
  openDeadLetters,
  type Queue,
  type RelabelRule,
  type ReplayOptions,
  type SendOutcome,
} from "@penstock/operator";
import fc from "fast-check";
import { expect, test } from "vitest";
import { modelQueue, mortal } from "./operator-queue.ts";

const START_MS = Date.UTC(2026, 10, 23, 12);
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** A pipeline in virtual time, what was sent into it, and an operator at its dead letters. */
class World {
  readonly receiver = new LocalReceiver({ now: () => this.pipeline.clock.now() });
  readonly pipeline: VirtualPipeline;
  readonly letters: DeadLetters;
  /** By metric name. */
  readonly sent = new Map<string, number>();
  #messages = 0;

  /** Share of the consumer's invocations that die after their write. */
  readonly fate = { crash: 0 };

  constructor() {
    const fate = this.fate;
    this.pipeline = new VirtualPipeline({
      startMs: START_MS,
      receiver: () => receiverPort(this.receiver),
      random: () => 0.5,
      redeliver: 0,
      get crash() {
        return fate.crash;
      },
      lanes: 10,
      onReport: () => undefined,
    });
    this.letters = openDeadLetters(modelQueue(this.pipeline.deadLetters, this.pipeline.clock.now), this.pipeline.clock);
  }

  get nowMs(): number {
    return this.pipeline.clock.now();
  }

  /** A queue in which every message has a time of its own, as far as restamps care: a virtual clock stands still otherwise. */
  get source(): Queue {
    const queue = modelQueue(this.pipeline.queue, this.pipeline.clock.now);
    return {
      ...queue,
      send: async (entries) => {
        const outcomes: SendOutcome[] = [];
        for (const entry of entries) {
          this.pipeline.advanceTo(this.nowMs + 1);
          outcomes.push(...(await queue.send([entry])));
        }
        return outcomes;
      },
    };
  }

  send(metric: Labels, ageMs: number, value: number, envelope: Partial<Message> = {}): void {
    const number = this.#messages++;
    const series = [{ metric, timestamps: [this.nowMs - ageMs], values: [value] }];
    const body = encodeMessage({ v: 1, id: `m${number}`, writer: `w${number % 3}`, series, ...envelope });
    this.pipeline.queue.sendOne({ body, group: groupOf(seriesKey(metric), 4), deduplicationId: `m${number}` });
  }

  /** The sum of all samples of a metric at the receiver, all lanes. */
  stored(name: string): number {
    const series = this.receiver.select([{ name: "__name__", op: "=", value: name }]);
    return series.reduce((sum, { values }) => sum + values.reduce((total, value) => total + value, 0), 0);
  }

  /** The groups in which the series of a metric are stored, and those that the producers' hash gives them. */
  groupsOf(name: string): (string | undefined)[] {
    const series = this.receiver.select([{ name: "__name__", op: "=", value: name }]);
    return series.map(({ labels }) => labels.find(([label]) => label === GROUP_LABEL)?.[1]);
  }

  hashedGroupsOf(name: string): string[] {
    const series = this.receiver.select([{ name: "__name__", op: "=", value: name }]);
    return series.map(({ labels }) => groupOf(keyOfSorted(labels), 4));
  }

  get dead(): number {
    const { visible, inFlight } = this.pipeline.deadLetters.inspect();
    return visible + inFlight;
  }
}

/** An operator's process over the same queues that dies at its nth call. */
function dyingOperator(world: World, callsLeft: number, dies: "before" | "after") {
  const life = { callsLeft, dies };
  const { clock, deadLetters } = world.pipeline;
  return {
    letters: openDeadLetters(mortal(modelQueue(deadLetters, clock.now), life), clock),
    source: mortal(world.source, life),
  };
}

/** A round of a sweep is four receives, a send and a delete, before the first of which there is one call. */
const calls = fc.integer({ min: 1, max: 45 });

const RENAME: RelabelRule[] = [
  { source_labels: ["bad-name"], target_label: "name" },
  { action: "labeldrop", regex: "bad-name" },
];

test("a replay killed at any call and run again, at once or hours later, stores each letter's samples once", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ series: fc.nat(11), old: fc.boolean(), chosen: fc.boolean() }), {
        minLength: 1,
        maxLength: 90,
        size: "max",
      }),
      calls,
      fc.constantFrom("before" as const, "after" as const),
      fc.constantFrom(0, MINUTE_MS, 6 * MINUTE_MS, 3 * HOUR_MS),
      fc.boolean(),
      async (samples, callsLeft, dies, waitMs, drainBetween) => {
        const world = new World();
        let fixable = 0;
        let others = 0;
        for (const [i, { series, old, chosen }] of samples.entries()) {
          const bad: Labels = old ? {} : { "bad-name": "x" };
          const metric = { __name__: chosen ? "fix_total" : "other_total", series: String(series), ...bad };
          world.send(metric, old ? 2 * HOUR_MS + i : i, 1);
          if (chosen) fixable++;
          else others++;
        }
        await world.pipeline.drain();
        expect(world.dead).toBe(samples.length);

        const how: Omit<ReplayOptions, "to"> = {
          matchers: [{ name: "__name__", op: "=", value: "fix_total" }],
          restamp: true,
          relabel: RENAME,
          groups: 4,
        };
        const dying = dyingOperator(world, callsLeft, dies);
        await dying.letters.replay({ ...how, to: dying.source }).catch((error: Error) => {
          expect(error.message).toBe("killed");
        });
        // A replay that waits in the queue for hours is too old when its turn comes: another story.
        if (drainBetween || waitMs >= HOUR_MS) await world.pipeline.drain();
        world.pipeline.advanceTo(world.nowMs + waitMs);
        // What the dead process held comes back.
        world.pipeline.advanceTo(world.nowMs + MINUTE_MS);
        await world.letters.replay({ ...how, to: world.source });
        await world.pipeline.drain();

        expect(world.stored("fix_total")).toBe(fixable);
        expect(world.stored("other_total")).toBe(0);
        expect(world.groupsOf("fix_total")).toEqual(world.hashedGroupsOf("fix_total"));
        const left: string[] = [];
        await world.letters.list({
          reach: "all",
          onLetters: (letters) => left.push(...letters.map(({ series }) => series[0]!.labels.__name__!)),
        });
        expect(left).toEqual(Array.from({ length: others }, () => "other_total"));
        expect(world.dead).toBe(others);
      },
    ),
    { numRuns: 150 },
  );
});

test("letters that are refused again come back as they were, and are stored once when a replay can help", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.nat(11), { minLength: 1, maxLength: 60, size: "max" }),
      calls,
      fc.constantFrom("before" as const, "after" as const),
      fc.constantFrom(0, MINUTE_MS, 6 * MINUTE_MS, 3 * HOUR_MS),
      async (series, callsLeft, dies, waitMs) => {
        const world = new World();
        for (const [i, number] of series.entries()) {
          world.send({ __name__: "old_total", series: String(number) }, 2 * HOUR_MS + i, 1);
        }
        await world.pipeline.drain();
        const dying = dyingOperator(world, callsLeft, dies);
        await dying.letters.replay({ to: dying.source, matchers: [] }).catch((error: Error) => {
          expect(error.message).toBe("killed");
        });
        await world.pipeline.drain();
        world.pipeline.advanceTo(world.nowMs + waitMs + MINUTE_MS);
        const again = await world.letters.replay({ to: world.source, matchers: [] });
        expect(again.hopeless).toEqual({ greater_than_max_sample_age: again.samples });
        await world.pipeline.drain();
        expect(world.stored("old_total")).toBe(0);
        await world.letters.replay({ to: world.source, matchers: [], restamp: true });
        await world.pipeline.drain();
        expect(world.stored("old_total")).toBe(series.length);
        expect(world.dead).toBe(0);
      },
    ),
    { numRuns: 150 },
  );
});

/** Messages that were stored by invocations which died before they could say so, until SQS moved them. */
async function movedWhole(envelopes: readonly Partial<Message>[]): Promise<World> {
  const world = new World();
  const deadLetterTargetArn = world.pipeline.deadLetters.arn;
  world.pipeline.queue.configure({ redrivePolicy: { deadLetterTargetArn, maxReceiveCount: 2 } });
  for (const [i, envelope] of envelopes.entries())
    world.send({ __name__: "moved_total", i: String(i) }, 1_000, 1, envelope);
  world.fate.crash = 1;
  await world.pipeline.drain();
  world.fate.crash = 0;
  expect(world.dead).toBe(envelopes.length);
  expect(world.stored("moved_total")).toBe(envelopes.length);
  return world;
}

test("a message that was stored and then moved whole is not stored again by its replay, even after an hour", async () => {
  const world = await movedWhole([{}, {}, { late: "restamp" }]);
  world.pipeline.advanceTo(world.nowMs + HOUR_MS);
  const report = await world.letters.replay({ to: world.source, matchers: [], restamp: true });
  expect(report).toMatchObject({ matched: 3, replayed: 3, kept: {} });
  await world.pipeline.drain();
  expect(world.stored("moved_total")).toBe(3);
  expect(world.dead).toBe(0);
});

test("a whole message without an id stays until one accepts that it may be stored again, and then only once more", async () => {
  const world = await movedWhole([{ id: undefined as never }, {}]);
  const held = await world.letters.replay({ to: world.source, matchers: [] });
  expect(held).toMatchObject({ matched: 2, replayed: 1, kept: { unnamed: 1 } });
  const dying = dyingOperator(world, 5, "after");
  const how = { matchers: [], unnamed: "replay" } as const;
  await expect(dying.letters.replay({ to: dying.source, ...how })).rejects.toThrow("killed");
  await world.pipeline.drain();
  world.pipeline.advanceTo(world.nowMs + 7 * MINUTE_MS);
  await world.letters.replay({ to: world.source, ...how });
  await world.pipeline.drain();
  expect(world.stored("moved_total")).toBe(3);
  expect(world.dead).toBe(0);
});

test("whole messages are not relabelled: what is stored of them would be stored under both names", async () => {
  const world = await movedWhole([{}]);
  const report = await world.letters.replay({ to: world.source, matchers: [], relabel: RENAME });
  expect(report).toMatchObject({ matched: 1, replayed: 0, kept: { whole: 1 } });
  expect(world.dead).toBe(1);
});
