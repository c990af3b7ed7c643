import { sqsDeadLetters } from "@penstock/consumer";
import type { Ports, Report } from "@penstock/flusher";
import type { Clock } from "@penstock/model";
import { LOCK_MARGIN_MS } from "../../packages/consumer/src/lock.ts";
import type { Delivery } from "../../packages/local/src/queue/message.ts";
import { addReport, checkBooks, newTotals, overtaking, type Totals } from "./books.ts";
import { describe } from "./deliveries.ts";
import type { Fault } from "./faults.ts";
import { type Death, Life } from "./life.ts";
import type { Network } from "./network.ts";
import type { Queues } from "./queues.ts";
import type { Random } from "./random.ts";
import type { Caller, SimulatedReceiver } from "./receiver.ts";
import type { Scheduler } from "./scheduler.ts";
import type { Story } from "./story.ts";
import { Watch } from "./watch.ts";
import { lambda, type Way, worker } from "./ways.ts";
import type { World } from "./world.ts";

/** Calls of an invocation among which its death is drawn: most have fewer, so some live. */
const DEATH_WITHIN_CALLS = 9;
/** A dead environment is replaced after this. */
const REPLACE_MS = 2_000;

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
  readonly way: Way;
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
    void this.#handle(environment, invocation);
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
    const onReport = (report: Report) => this.#reported(environment.current!, report);
    const host = { ...this.#parts, ports, client, onReport };
    const environment: Environment = {
      life,
      way: way === "lambda" ? lambda(host) : worker(host),
      current: undefined,
    };
    return environment;
  }

  async #handle(environment: Environment, invocation: Invocation): Promise<void> {
    const { network, random, world } = this.#parts;
    const { batch } = invocation;
    const failed = await environment.way.process(batch);
    this.#returned(invocation, failed);
    // The answer is lost, or the environment dies just when it has given it.
    if (world.consumers.way === "lambda" && random.chance(network.faults.death / 9)) {
      return environment.life.die("as it answered");
    }
    const isInTime = await environment.way.settle(batch, failed);
    if (!isInTime)
      this.#parts.fault({ kind: "breach", what: `${invocation.name} had no end`, about: invocation.about });
    this.#rest(environment, invocation);
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
