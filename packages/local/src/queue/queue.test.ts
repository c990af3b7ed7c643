import fc from "fast-check";
import { expect, test } from "vitest";
import { Account } from "./account.ts";
import { QueueError } from "./errors.ts";
import type { Delivery } from "./message.ts";
import type { FifoQueue } from "./queue.ts";

/** What one message went through, as the naive reference knows it. */
interface Known {
  readonly id: string;
  readonly group: string;
  readonly handles: string[];
  visibleAtMs: number;
  deleted: boolean;
}

type Operation =
  | { readonly kind: "send"; readonly entries: readonly { readonly group: string; readonly deduplicationId: string }[] }
  | { readonly kind: "receive"; readonly max: number; readonly visibilityTimeoutMs: number }
  | { readonly kind: "delete"; readonly pick: number }
  | { readonly kind: "hide"; readonly pick: number; readonly visibilityTimeoutMs: number }
  | { readonly kind: "wait"; readonly ms: number };

const entry = fc.record({
  group: fc.constantFrom("a", "b", "c", "d"),
  deduplicationId: fc.integer({ min: 0, max: 60 }).map(String),
});
const timeout = fc.constantFrom(0, 1_000, 4_000, 9_000);
const operation: fc.Arbitrary<Operation> = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("send"), entries: fc.array(entry, { minLength: 1, maxLength: 10 }) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("receive"),
      max: fc.integer({ min: 1, max: 10 }),
      visibilityTimeoutMs: timeout,
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("delete"), pick: fc.nat() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("hide"), pick: fc.nat(), visibilityTimeoutMs: timeout }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("wait"), ms: fc.integer({ min: 1, max: 200_000 }) }) },
);

/** Arrays are short by default; what goes wrong with a queue takes a while. */
function history(maxLength: number): fc.Arbitrary<Operation[]> {
  return fc.array(operation, { maxLength, size: "max" });
}

/** A queue beside a list of everything that was ever sent to it; every operation is checked against the list. */
class Checked {
  nowMs = 1_000_000;
  readonly known: Known[] = [];
  readonly handles: string[] = [];
  readonly queue: FifoQueue;
  readonly #sentAtMs = new Map<string, { atMs: number; messageId: string }>();

  constructor() {
    this.queue = new Account({ now: () => this.nowMs }).createQueue("q.fifo");
  }

  run(operation: Operation): void {
    if (operation.kind === "send") this.#send(operation.entries);
    else if (operation.kind === "receive") this.#receive(operation.max, operation.visibilityTimeoutMs);
    else if (operation.kind === "delete") this.#delete(this.#handle(operation.pick));
    else if (operation.kind === "hide") this.#hide(this.#handle(operation.pick), operation.visibilityTimeoutMs);
    else this.nowMs += operation.ms;
    this.#count();
  }

  #send(entries: readonly { group: string; deduplicationId: string }[]): void {
    const outcomes = this.queue.send(entries.map((one) => ({ ...one, body: "b" })));
    for (const [i, { group, deduplicationId }] of entries.entries()) {
      const outcome = outcomes[i]!;
      if (!outcome.ok) throw outcome.error;
      const before = this.#sentAtMs.get(deduplicationId);
      if (before && this.nowMs - before.atMs < 300_000) {
        expect(outcome).toMatchObject({ duplicate: true, messageId: before.messageId });
        continue;
      }
      const { messageId } = outcome;
      expect(outcome.duplicate).toBe(false);
      this.#sentAtMs.set(deduplicationId, { atMs: this.nowMs, messageId });
      this.known.push({ id: messageId, group, handles: [], visibleAtMs: 0, deleted: false });
    }
  }

  #receive(max: number, visibilityTimeoutMs: number): void {
    const rest = new Map(this.#deliverable());
    const deliveries = this.queue.receive({ max, visibilityTimeoutMs });
    const full = deliveries.length === max;
    while (deliveries.length > 0) {
      const { group } = deliveries[0]!;
      const waiting = rest.get(group);
      if (!waiting) throw new Error(`group ${group} was locked, empty or delivered before in this receive`);
      rest.delete(group);
      const run = deliveries.splice(0, deliveries.findIndex((d) => d.group !== group) >>> 0);
      expect(run.map(({ messageId }) => messageId)).toEqual(waiting.slice(0, run.length).map(({ id }) => id));
      if (run.length < waiting.length) expect(full && deliveries.length === 0).toBe(true);
      for (const [i, delivery] of run.entries()) this.#deliver(waiting[i]!, delivery, visibilityTimeoutMs);
    }
    if (!full) expect(rest.size).toBe(0);
  }

  #deliver(message: Known, delivery: Delivery, visibilityTimeoutMs: number): void {
    expect(this.handles).not.toContain(delivery.receiptHandle);
    this.handles.push(delivery.receiptHandle);
    message.handles.push(delivery.receiptHandle);
    message.visibleAtMs = this.nowMs + visibilityTimeoutMs;
    expect(delivery.receiveCount).toBe(message.handles.length);
  }

  #delete(handle: string | undefined): void {
    if (!handle) return;
    const message = this.#messageOf(handle);
    if (message.deleted || this.#inFlightBy(message, handle)) {
      this.queue.delete(handle);
      message.deleted = true;
    } else expect(() => this.queue.delete(handle)).toThrow(QueueError);
  }

  #hide(handle: string | undefined, visibilityTimeoutMs: number): void {
    if (!handle) return;
    const message = this.#messageOf(handle);
    const hide = () => this.queue.changeVisibility(handle, visibilityTimeoutMs);
    if (this.#inFlightBy(message, handle)) {
      hide();
      message.visibleAtMs = this.nowMs + visibilityTimeoutMs;
    } else expect(hide).toThrow(QueueError);
  }

  #count(): void {
    const here = this.known.filter(({ deleted }) => !deleted);
    const inFlight = here.filter(({ visibleAtMs }) => visibleAtMs > this.nowMs).length;
    expect(this.queue.inspect()).toMatchObject({ visible: here.length - inFlight, inFlight, delayed: 0 });
  }

  /** The groups that may be delivered, each with its messages in order. */
  #deliverable(): Map<string, Known[]> {
    const groups = Map.groupBy(
      this.known.filter(({ deleted }) => !deleted),
      ({ group }) => group,
    );
    for (const [group, messages] of groups) {
      if (messages.some(({ visibleAtMs }) => visibleAtMs > this.nowMs)) groups.delete(group);
    }
    return groups;
  }

  #inFlightBy(message: Known, handle: string): boolean {
    return !message.deleted && message.visibleAtMs > this.nowMs && message.handles.at(-1) === handle;
  }

  #handle(pick: number): string | undefined {
    return this.handles.at(-1 - (pick % Math.max(this.handles.length, 1)));
  }

  #messageOf(handle: string): Known {
    return this.known.find(({ handles }) => handles.includes(handle))!;
  }
}

test("a group is delivered in order, as much of it as fits, and nothing of it while any of it is in flight", () => {
  fc.assert(
    fc.property(history(150), (operations) => {
      const checked = new Checked();
      for (const one of operations) checked.run(one);
    }),
    { numRuns: 400 },
  );
});

test("nothing changes before the next event, and time passes the same in one step or in many", () => {
  const setting = { delayMs: 2_000, retentionMs: 60_000 };
  fc.assert(
    fc.property(history(60), fc.integer({ min: 1, max: 90_000 }), (operations, ms) => {
      const clocks: [Clock, Clock] = [{ ms: 0 }, { ms: 0 }];
      const [steps, jump] = clocks.map((clock) => {
        const account = new Account({ now: () => clock.ms });
        const queue = account.createQueue("q.fifo", setting);
        for (const one of operations) act(queue, one, clock);
        return { account, queue };
      }) as [Sides, Sides];
      const endMs = clocks[0].ms + ms;
      for (;;) {
        const nextMs = steps.account.nextEventMs() ?? Infinity;
        expect(nextMs).toBeGreaterThan(clocks[0].ms);
        const before = steps.queue.inspect();
        clocks[0].ms = Math.min(nextMs - 1, endMs);
        expect(steps.queue.inspect()).toEqual(before);
        if (nextMs > endMs) break;
        clocks[0].ms = nextMs;
        expect(steps.queue.inspect()).not.toEqual(before);
      }
      clocks[1].ms = endMs;
      expect(steps.queue.inspect()).toEqual(jump.queue.inspect());
      expect(steps.queue.receive()).toEqual(jump.queue.receive());
    }),
  );
});

interface Clock {
  ms: number;
}

interface Sides {
  readonly account: Account;
  readonly queue: FifoQueue;
}

function act(queue: FifoQueue, operation: Operation, clock: Clock): void {
  if (operation.kind === "send") queue.send(operation.entries.map((one) => ({ ...one, body: "b" })));
  else if (operation.kind === "receive") queue.receive(operation);
  else if (operation.kind === "wait") clock.ms += operation.ms % 9_000;
}

test("a message ends in one place: deleted, still queued, or in the dead-letter queue after its last receive", () => {
  const receive = fc.record({ keep: fc.nat({ max: 10 }), waitMs: fc.constantFrom(0, 1_000) });
  fc.assert(
    fc.property(
      fc.array(entry, { minLength: 1, maxLength: 40, size: "max" }),
      fc.array(receive, { maxLength: 60, size: "max" }),
      (entries, receives) => {
        const clock = { ms: 0 };
        const account = new Account({ now: () => clock.ms });
        const dead = account.createQueue("dead.fifo");
        const redrivePolicy = { deadLetterTargetArn: dead.arn, maxReceiveCount: 3 };
        const queue = account.createQueue("q.fifo", { redrivePolicy, visibilityTimeoutMs: 1_000 });
        const sent = entries.map(({ group }, i) => ({
          group,
          ...queue.sendOne({ body: "b", group, deduplicationId: `${i}` }),
        }));
        const counts = new Map<string, number>();
        const deleted = new Set<string>();
        for (const { keep, waitMs } of receives) {
          for (const { messageId, receiptHandle } of queue.receive().slice(keep)) {
            queue.delete(receiptHandle);
            deleted.add(messageId);
          }
          for (const { messageId, receiveCount } of queue.messages()) counts.set(messageId, receiveCount);
          clock.ms += waitMs;
        }
        const here = [...queue.messages()].map(({ messageId }) => messageId);
        const letters = [...dead.messages()];
        const places = [...deleted, ...here, ...letters.map(({ messageId }) => messageId)];
        expect(places.sort()).toEqual(sent.map(({ messageId }) => messageId).sort());
        for (const letter of letters) {
          const { messageId } = letter;
          expect(letter).toMatchObject({ deduplicationId: messageId, receiveCount: 3, deadLetterSourceArn: queue.arn });
        }
        expect(Math.max(0, ...counts.values())).toBeLessThanOrEqual(3);
        for (const group of ["a", "b", "c", "d"]) {
          const ids = letters.filter((letter) => letter.group === group).map(({ messageId }) => messageId);
          expect(ids).toEqual(sent.map(({ messageId }) => messageId).filter((id) => ids.includes(id)));
        }
      },
    ),
  );
});
