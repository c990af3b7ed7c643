import { groupOf, seriesKey, sortLabels } from "@penstock/model";
import type { Totals } from "./books.ts";
import type { Fault } from "./faults.ts";
import { Fleet } from "./fleet.ts";
import { plausibleReasons } from "./justify.ts";
import { type Count, Ledger } from "./ledger.ts";
import { Network } from "./network.ts";
import { keyOf, type Place, seriesOf } from "./places.ts";
import { Queues } from "./queues.ts";
import { Random } from "./random.ts";
import { HEARTBEAT, isReceipt, SimulatedReceiver } from "./receiver.ts";
import type { Lying, Rest } from "./rest.ts";
import { Scheduler, withVirtualTimeouts } from "./scheduler.ts";
import { Senders } from "./senders.ts";
import { Story, storyKeys } from "./story.ts";
import { HOUR_MS, START_MS, type World } from "./world.ts";

/** From when nothing goes wrong any more, everything must have come to rest within this. */
const REST_WITHIN_MS: number = 12 * HOUR_MS;

/** What a run of one world came to. */
export interface Outcome {
  readonly seed: number;
  readonly family: string;
  readonly exact: boolean;
  readonly faults: readonly Fault[];
  readonly count: Count;
  readonly totals: Totals;
  readonly requests: number;
  /** Virtual time. */
  readonly tookMs: number;
  /** The story of the first fault, when it was asked for. */
  readonly story: readonly string[];
}

/** Runs one world to its end and compares it with the ledger. */
export async function simulate(world: World, isTold = false): Promise<Outcome> {
  const scheduler = new Scheduler(START_MS, new Random(`order ${world.seed}`));
  return withVirtualTimeouts(scheduler, () => new Simulation(world, scheduler, isTold).run());
}

class Simulation {
  readonly #world: World;
  readonly #scheduler: Scheduler;
  readonly #story: Story;
  readonly #network: Network;
  readonly #queues: Queues;
  readonly #receiver: SimulatedReceiver;
  readonly #ledger = new Ledger();
  readonly #senders: Senders;
  readonly #fleet: Fleet;
  readonly #faults: Fault[] = [];

  constructor(world: World, scheduler: Scheduler, isTold: boolean) {
    this.#world = world;
    this.#scheduler = scheduler;
    const random = (name: string) => new Random(`${name} ${world.seed}`);
    this.#story = new Story(isTold, scheduler.now);
    this.#network = new Network(world, scheduler, random("network"));
    this.#queues = new Queues(world, scheduler, this.#network, random("queues"));
    this.#receiver = new SimulatedReceiver(world, scheduler, this.#network, random("receiver"), this.#story);
    const shared = { world, scheduler, network: this.#network, queues: this.#queues, story: this.#story };
    this.#senders = new Senders({ ...shared, random: random("senders"), ledger: this.#ledger });
    this.#fleet = new Fleet({
      ...shared,
      random: random("fleet"),
      receiver: this.#receiver,
      poison: this.#senders.poison,
      samplesOf: (messageId) => this.#ledger.samplesOf(messageId),
      sourceOf: (messageId) => this.#ledger.identityOf(messageId),
      fault: (fault) => this.#faults.push(fault),
    });
    for (const stranger of world.traffic.strangers) {
      scheduler.at(stranger.atMs, () =>
        this.#receiver.stranger(this.#strangerLabels(stranger.series, stranger.lane), stranger),
      );
    }
  }

  async run(): Promise<Outcome> {
    await this.#comeToRest();
    let { faults, count } = this.#ledger.audit(this.#rest());
    if (faults.length === 0 && this.#world.replay) {
      this.#replay();
      await this.#comeToRest();
      ({ faults, count } = this.#ledger.audit(this.#rest()));
    }
    const all = [...this.#faults, ...faults, ...this.#disorder(), ...this.#calmFaults(count)];
    const { seed, family, exact } = this.#world;
    return {
      seed,
      family,
      exact,
      faults: all,
      count,
      totals: this.#fleet.totals,
      requests: this.#receiver.requests,
      tookMs: this.#scheduler.now() - START_MS,
      story: this.#tell(all[0]),
    };
  }

  /** Lets everything happen, and says so when the queue does not become empty. */
  async #comeToRest(): Promise<void> {
    const endMs = Math.max(this.#world.calmAtMs, this.#scheduler.now()) + REST_WITHIN_MS;
    const step = HOUR_MS / 2;
    for (let atMs = this.#world.calmAtMs; atMs <= endMs; atMs += step) {
      await this.#scheduler.run(atMs);
      const { visible, inFlight } = this.#queues.source.inspect();
      if (visible + inFlight === 0 && atMs > this.#world.calmAtMs) return;
    }
    const waiting = [...this.#queues.source.messages()].map(({ messageId }) => messageId);
    const what = `Hours after the last trouble the queue still holds ${waiting.join(", ")}`;
    this.#faults.push({ kind: "stuck", what, about: waiting });
  }

  /** Moves what is in the dead-letter queue back, as StartMessageMoveTask does. */
  #replay(): void {
    const known = new Set([...this.#queues.source.messages()].map(({ messageId }) => messageId));
    this.#network.calmDown();
    this.#senders.poison.clear();
    while (this.#queues.dead.oldestDeliverable())
      this.#queues.dead.moveOldest(this.#queues.source, this.#scheduler.now());
    for (const message of this.#queues.source.messages()) {
      if (!known.has(message.messageId)) this.#ledger.comeBack(message);
    }
    // Moving tells nobody; a look at the queue does.
    this.#queues.source.configure({});
  }

  #rest(): Rest {
    const places: Place[] = [];
    let headMs = -Infinity;
    for (const { labels, timestamps } of this.#receiver.local.select([])) {
      headMs = Math.max(headMs, ...timestamps);
      if (isReceipt(labels) || labels.some(([, value]) => value === HEARTBEAT)) continue;
      const key = keyOf(labels);
      for (const atMs of timestamps) places.push(this.#receiver.places.at(key, atMs)!);
    }
    const { consumers, receiver, traffic } = this.#world;
    return {
      places,
      dead: lyingIn(this.#queues.dead.messages()),
      queued: lyingIn(this.#queues.source.messages()),
      headMs,
      skewMs: consumers.maxSkewMs + Math.abs(receiver.skewMs),
      lanes: consumers.flusher.lanes ?? 10,
      groupLabel: consumers.flusher.groupLabel ?? "_group",
      outOfOrderWindowMs: receiver.rules.outOfOrderWindowMs ?? 0,
      sound: new Set(traffic.series.map(({ metric }) => seriesKey(metric))),
      plausible: plausibleReasons(this.#world),
    };
  }

  /** A delta is placed where nothing is in the way: an out-of-order window must never be what takes it. */
  #disorder(): Fault[] {
    const { exact, traffic } = this.#world;
    // A restamp may go out before samples that have their lane already: it takes a lane more, and is not lost.
    if (!exact || traffic.sends.some(({ late }) => late === "restamp")) return [];
    const kinds = new Map(traffic.series.map(({ metric, kind }) => [metric.__name__, kind]));
    return this.#receiver.behind.flatMap((place): Fault[] => {
      const labels = Object.fromEntries(place.labels);
      const newer = this.#receiver.places.at(keyOf(place.labels), place.behindMs!);
      if (place.by === "stranger" || newer?.by === "stranger" || kinds.get(labels.__name__) !== "delta") return [];
      const what = `Request ${place.by} put @${place.atMs} behind @${place.behindMs} in ${keyOf(place.labels)}`;
      return [{ kind: "disordered", what, about: storyKeys(seriesOf(place.labels), place.atMs, place.value) }];
    });
  }

  /** Where nothing goes wrong, all is settled at the first delivery, and the reports say just what lies where. */
  #calmFaults({ stored, dead }: Count): Fault[] {
    const { calm, replay, traffic } = this.#world;
    if (!calm || replay) return [];
    const { totals } = this.#fleet;
    const onlyDeltas = traffic.series.every(({ kind }) => kind === "delta");
    const faults: Fault[] = [];
    const say = (what: string) => faults.push({ kind: "miscounted", what, about: [] });
    if (totals.returned > 0) say(`${totals.returned} samples were returned to the queue though nothing went wrong`);
    if (onlyDeltas && totals.stored !== stored)
      say(`Reports say that ${totals.stored} were stored, and the receiver has ${stored}`);
    if (totals.rejected < dead) say(`Reports say that ${totals.rejected} were rejected, and ${dead} are dead letters`);
    return faults;
  }

  #strangerLabels(index: number, lane: string): [string, string][] {
    const { metric } = this.#world.traffic.series[index]!;
    const { groupLabel = "_group" } = this.#world.consumers.flusher;
    const group = groupLabel === "" ? {} : { [groupLabel]: groupOf(seriesKey(metric), this.#world.queue.groups) };
    return sortLabels({ ...metric, _unique_id: lane, ...group }).map(([name, value]) => [name, value]);
  }

  /** What happened to what the fault is about: its message, its series, and the invocations that had them in hand. */
  #tell(fault: Fault | undefined): string[] {
    if (!fault || !this.#story.isTold) return [];
    return this.#story.of(new Set(fault.about));
  }
}

function lyingIn(
  messages: Iterable<{ messageId: string; body: string; deadLetterSourceArn: string | undefined }>,
): Lying[] {
  return [...messages].map(({ messageId, body, deadLetterSourceArn }) => {
    return { messageId, body, moved: deadLetterSourceArn !== undefined };
  });
}
