import { DeleteMessageBatchCommand, type SQSClient } from "@aws-sdk/client-sqs";
import { createHandler, createProcess, sqsDeadLetters } from "@penstock/consumer";
import type { Ports, Report } from "@penstock/flusher";
import type { Clock } from "@penstock/model";
import type { Context, SQSEvent } from "aws-lambda";
import { LOCK_MARGIN_MS, lockEndMs } from "../../packages/consumer/src/lock.ts";
import { fromMessage } from "../../packages/consumer/src/records.ts";
import { retrySoon } from "../../packages/consumer/src/retry.ts";
import type { Delivery } from "../../packages/local/src/queue/message.ts";
import { addReport, checkBooks, newTotals, overtaking, type Totals } from "./books.ts";
import { describe, toMessage, toRecord } from "./deliveries.ts";
import type { Fault } from "./ledger.ts";
import { type Death, Life } from "./life.ts";
import type { Network } from "./network.ts";
import type { Queues } from "./queues.ts";
import type { Random } from "./random.ts";
import type { Caller, SimulatedReceiver } from "./receiver.ts";
import type { Scheduler } from "./scheduler.ts";
import type { Story } from "./story.ts";
import { Watch } from "./watch.ts";
import type { World } from "./world.ts";

/** Calls of an invocation among which its death is drawn: most have fewer, so some live. */
const DEATH_WITHIN_CALLS = 9;
/** The worker's two last calls to the queue take no longer. */
const SETTLE_WITHIN_MS = 7_000;
/** A dead environment is replaced after this. */
const REPLACE_MS = 2_000;

const quiet = (): void => {};
const LOG = { debug: quiet, info: quiet, warn: quiet, error: quiet, addContext: quiet };

/** One batch in hand. */
interface Invocation extends Caller {
  readonly batch: readonly Delivery[];
  /** When the queue handed it out. */
  readonly receivedAtMs: number;
  readonly about: readonly string[];
  over: boolean;
}

/** One execution environment, or one poller of the worker: it takes one batch after the other until it dies. */
interface Environment {
  readonly life: Life;
  readonly clock: Clock;
  readonly ports: Ports;
  readonly client: SQSClient;
  readonly handle: (invocation: Invocation) => Promise<void>;
  current: Invocation | undefined;
}

interface Parts {
  readonly world: World;
  readonly scheduler: Scheduler;
  readonly network: Network;
  readonly random: Random;
  readonly receiver: SimulatedReceiver;
  readonly queues: Queues;
  readonly story: Story;
  /** Message ids that kill who reads them. */
  readonly poison: ReadonlySet<string>;
  readonly samplesOf: (messageId: string) => number;
  readonly sourceOf: (messageId: string) => string;
  readonly fault: (fault: Fault) => void;
}

/** The consumers of the queue: the real handler or the real heart of the worker, in environments that die. */
export class Fleet {
  readonly #parts: Parts;
  readonly totals: Totals = newTotals();
  /** One for each consumer that waits for a batch. */
  readonly #idle: Environment[] = [];
  #pumping = false;
  #wakeAtMs = Infinity;

  constructor(parts: Parts) {
    this.#parts = parts;
    for (let i = 0; i < parts.world.consumers.count; i++) this.#idle.push(this.#createEnvironment());
    parts.queues.account.onChange(() => this.#pumpSoon());
  }

  #pumpSoon(): void {
    if (this.#pumping) return;
    this.#pumping = true;
    this.#parts.scheduler.after(this.#parts.random.int(1, 30), () => {
      this.#pumping = false;
      this.#pump();
    });
  }

  /** Hands out what the queue has to whoever is idle, and wakes up when it may have more. */
  #pump(): void {
    const { queues, scheduler, random, network, world } = this.#parts;
    while (this.#idle.length > 0 && queues.source.deliverable) {
      const batch = queues.source.receive({ max: random.int(1, world.consumers.batchSize) });
      if (batch.length === 0) break;
      // The answer to a receive is lost: nobody has what the queue believes to be in flight.
      if (random.chance(network.faults.queueFails / 3)) continue;
      const environment = this.#idle.splice(random.int(0, this.#idle.length - 1), 1)[0]!;
      const holdBackMs = world.consumers.way === "lambda" ? random.int(0, world.consumers.holdBackMs) : 0;
      const receivedAtMs = scheduler.now();
      scheduler.after(random.int(1, 100) + holdBackMs, () => this.#invoke(environment, batch, receivedAtMs));
    }
    const nextMs = queues.source.nextEventMs() ?? Infinity;
    if (nextMs === Infinity || nextMs === this.#wakeAtMs) return;
    this.#wakeAtMs = nextMs;
    scheduler.at(nextMs, () => {
      this.#wakeAtMs = Infinity;
      this.#pumpSoon();
    });
  }

  #invoke(environment: Environment, batch: readonly Delivery[], receivedAtMs: number): void {
    const { world, scheduler, story } = this.#parts;
    const { way, invocationMs, visibilityMs, flusher } = world.consumers;
    const name = `invocation ${++this.totals.invocations}`;
    const nowMs = scheduler.now();
    const lockedUntilMs = (way === "lambda" ? receivedAtMs : nowMs) + visibilityMs - LOCK_MARGIN_MS;
    const deadlineMs = way === "lambda" ? Math.min(nowMs + invocationMs, lockedUntilMs) : lockedUntilMs;
    const about = [name, ...batch.map(({ messageId }) => messageId)];
    const breach = (what: string) => this.#parts.fault({ kind: "breach", what: `In ${name} ${what}`, about });
    const invocation: Invocation = {
      life: environment.life,
      watch: new Watch(flusher, deadlineMs, breach),
      name,
      batch,
      receivedAtMs,
      landed: 0,
      about: [...about, ...batch.map(({ messageId }) => this.#parts.sourceOf(messageId))],
      over: false,
    };
    environment.current = invocation;
    environment.life.begin(this.#drawDeath(batch));
    story.tell(() => `${name} begins with ${batch.map(describe).join(", ")}`, invocation.about);
    if (way === "lambda") {
      scheduler.after(invocationMs, () => {
        if (invocation.over || !environment.life.alive) return;
        breach("the function's timeout came first");
        environment.life.die("at the function's timeout");
      });
    }
    void environment.handle(invocation);
  }

  #drawDeath(batch: readonly Delivery[]): Death | undefined {
    const { random, network, poison } = this.#parts;
    if (batch.some(({ messageId }) => poison.has(messageId))) return { call: random.int(0, 2), when: "before" };
    if (!random.chance(network.faults.death)) return undefined;
    return { call: random.int(0, DEATH_WITHIN_CALLS), when: random.pick(["before", "after", "at the answer"]) };
  }

  #createEnvironment(): Environment {
    const { world, scheduler, random, receiver, queues } = this.#parts;
    const { maxSkewMs, way } = world.consumers;
    const skewMs = random.int(-maxSkewMs, maxSkewMs);
    const life = new Life((why) => this.#died(environment, why));
    const clock: Clock = {
      now: () => scheduler.now() + skewMs,
      sleep: (ms) => life.call("a sleep", (answer) => scheduler.after(ms + random.int(0, 3), () => answer(undefined))),
      random: random.next,
    };
    const client = queues.client(() => life);
    const ports: Ports = {
      receiver: receiver.port(() => environment.current!),
      deadLetters: sqsDeadLetters(client, "https://sqs/dead.fifo", clock),
      clock,
    };
    const environment: Environment = {
      life,
      clock,
      ports,
      client,
      handle: way === "lambda" ? this.#lambda(ports, () => environment) : this.#worker(ports, () => environment),
      current: undefined,
    };
    return environment;
  }

  /** The handler in a function behind an event source mapping, which deletes what was not reported as failed. */
  #lambda(ports: Ports, self: () => Environment): Environment["handle"] {
    const { world, scheduler, queues, network, random } = this.#parts;
    const { flusher, visibilityMs, invocationMs } = world.consumers;
    const handler = createHandler({
      ports,
      visibilityTimeoutMs: visibilityMs,
      flusher,
      logger: LOG as never,
      onReport: (report) => this.#reported(self().current!, report),
    });
    return async (invocation) => {
      const startedMs = scheduler.now();
      const event = { Records: invocation.batch.map(toRecord) } as SQSEvent;
      const context = { getRemainingTimeInMillis: () => startedMs + invocationMs - scheduler.now() } as Context;
      const { batchItemFailures } = await handler(event, context);
      const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
      this.#returned(invocation, failed);
      // The answer is lost, or the environment dies just when it has given it.
      if (random.chance(network.faults.death / 9)) return self().life.die("as it answered");
      this.#rest(self(), invocation);
      for (const { messageId, receiptHandle } of invocation.batch) {
        if (failed.has(messageId)) continue;
        queues.call(() => queues.delete(receiptHandle), network.faults.queueFails, quiet, quiet);
      }
    };
  }

  /** As the worker handles a batch: re-time what is returned, then delete the rest. */
  #worker(ports: Ports, self: () => Environment): Environment["handle"] {
    const { world } = this.#parts;
    const { flusher, visibilityMs } = world.consumers;
    const { clock } = ports;
    const onReport = (report: Report) => this.#reported(self().current!, report);
    const processBatch = createProcess({ ports, flusher, log: LOG, onReport });
    return async (invocation) => {
      const { client } = self();
      const messages = invocation.batch.map(toMessage);
      const records = messages.map(
        (message) => fromMessage(message) as Extract<ReturnType<typeof fromMessage>, { body: string }>,
      );
      const deadlineMs = lockEndMs(clock.now(), visibilityMs);
      const settlements = await processBatch(records, deadlineMs);
      const isReturned = (_: unknown, i: number): boolean => settlements[i]!.status === "returned";
      this.#returned(invocation, new Set(records.filter(isReturned).map(({ messageId }) => messageId)));
      const returned = messages.map((message, i) => ({ message, record: records[i]! })).filter(isReturned);
      if (clock.now() < deadlineMs) {
        await retrySoon(returned, {
          client,
          queueUrl: "https://sqs/penstock.fifo",
          visibilityTimeoutMs: visibilityMs,
          clock,
          log: LOG,
        });
      }
      const settled = messages.filter((message, i) => !isReturned(message, i));
      if (settled.length > 0) {
        const Entries = settled.map(({ ReceiptHandle }, i) => ({ Id: String(i), ReceiptHandle }));
        await client
          .send(new DeleteMessageBatchCommand({ QueueUrl: "https://sqs/penstock.fifo", Entries }))
          .catch(quiet);
      }
      if (clock.now() > deadlineMs + SETTLE_WITHIN_MS)
        this.#parts.fault({ kind: "breach", what: `${invocation.name} had no end`, about: invocation.about });
      this.#rest(self(), invocation);
    };
  }

  #rest(environment: Environment, invocation: Invocation): void {
    invocation.over = true;
    this.#idle.push(environment);
    this.#pumpSoon();
  }

  #died(environment: Environment, why: string): void {
    const { scheduler, random, world, network, story } = this.#parts;
    const invocation = environment.current!;
    invocation.over = true;
    this.totals.deaths++;
    story.tell(() => `${invocation.name} dies ${why}`, invocation.about);
    const { requestTimeoutMs = 0 } = world.consumers.flusher;
    const { visibilityMs, invocationMs, way } = world.consumers;
    // Lambda may run a batch again under the same receive; what the first run sent has come to rest by then.
    const againMs = requestTimeoutMs + 1_000 + random.int(0, 2_000);
    const lockedUntilMs = invocation.receivedAtMs + visibilityMs - LOCK_MARGIN_MS;
    const fresh = this.#createEnvironment();
    if (
      way === "lambda" &&
      random.chance(network.faults.repeat) &&
      scheduler.now() + againMs + invocationMs <= lockedUntilMs
    ) {
      scheduler.after(againMs, () => this.#invoke(fresh, invocation.batch, invocation.receivedAtMs));
      return;
    }
    scheduler.after(REPLACE_MS, () => {
      this.#idle.push(fresh);
      this.#pumpSoon();
    });
  }

  #reported(invocation: Invocation, report: Report): void {
    const { world, story, samplesOf } = this.#parts;
    const { books, isSound } = checkBooks(invocation, report, world, samplesOf);
    story.tell(() => `${invocation.name} reports: ${books}`, invocation.about);
    if (!isSound) {
      const what = `${invocation.name} reports what is not so: ${books}`;
      this.#parts.fault({ kind: "miscounted", what, about: invocation.about });
    }
    addReport(this.totals, report);
  }

  #returned(invocation: Invocation, failed: ReadonlySet<string>): void {
    const { name, about, batch } = invocation;
    this.#parts.story.tell(() => `${name} returns ${failed.size === 0 ? "nothing" : [...failed].join(", ")}`, about);
    for (const messageId of overtaking(batch, failed)) {
      const what = `${name} acknowledges ${messageId} behind one of its group that it returns`;
      this.#parts.fault({ kind: "disordered", what, about });
    }
  }
}
