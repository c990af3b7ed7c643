import type { ReadAnswer, ReadQuery, Receiver, WriteAnswer, WriteSeries } from "@penstock/model";
import { LocalReceiver } from "../../packages/local/src/receiver/index.ts";
import type { Life } from "./life.ts";
import type { Network } from "./network.ts";
import { keyOf, type Place, Places, seriesOf } from "./places.ts";
import type { Random } from "./random.ts";
import type { Scheduler } from "./scheduler.ts";
import { type Story, storyKeys } from "./story.ts";
import type { Watch } from "./watch.ts";
import type { Stranger, World } from "./world.ts";

/** Who asks: an environment with an invocation under way. */
export interface Caller {
  readonly life: Life;
  readonly watch: Watch;
  /** Names the invocation in the story. */
  readonly name: string;
  landed: number;
}

/** The receiver model behind a network. */
export class SimulatedReceiver {
  readonly #world: World;
  readonly #scheduler: Scheduler;
  readonly #network: Network;
  readonly #random: Random;
  readonly #story: Story;
  readonly local: LocalReceiver;
  readonly places: Places;
  /** Places where one of ours landed behind another of ours. */
  readonly behind: Place[] = [];
  requests = 0;

  constructor(world: World, scheduler: Scheduler, network: Network, random: Random, story: Story) {
    this.#world = world;
    this.#scheduler = scheduler;
    this.#network = network;
    this.#random = random;
    this.#story = story;
    const { rules, retentionMs, skewMs } = world.receiver;
    this.local = new LocalReceiver({ now: () => scheduler.now() + skewMs, rules, retentionMs });
    this.places = new Places(this.local, scheduler.now);
  }

  stranger(labels: readonly (readonly [string, string])[], { sampleMs, value }: Stranger): void {
    if (this.#hasReplicas) this.#heartbeat();
    const { answer } = this.places.write([{ labels, timestamps: [sampleMs], values: [value] }], "stranger");
    this.#story.tell(
      () => `A stranger writes ${keyOf(labels)} @${sampleMs} = ${value}: ${answer.status}`,
      storyKeys(seriesOf(labels), sampleMs, value),
    );
  }

  /** The port of one environment. `caller` names the invocation that has it at the moment. */
  port(caller: () => Caller): Receiver {
    return {
      write: (series, timeoutMs) => this.#write(caller(), series, timeoutMs),
      read: this.#world.receiver.queryable ? (query, timeoutMs) => this.#read(caller(), query, timeoutMs) : undefined,
    };
  }

  #write(caller: Caller, series: readonly WriteSeries[], timeoutMs: number): Promise<WriteAnswer> {
    const number = ++this.requests;
    return caller.life.call("a write", (answer) => {
      const done = caller.watch.request(series, this.#scheduler.now());
      const keys = this.#story.isTold ? keysOf(series) : [];
      this.#story.tell(() => `${caller.name} sends request ${number}: ${describe(series)}`, keys);
      let heard = false;
      const hear = (heardAnswer: WriteAnswer): void => {
        if (heard) return;
        heard = true;
        const retryAfterMs = heardAnswer.kind === "answered" ? (heardAnswer.retryAfterMs ?? 0) : 0;
        done(retryAfterMs, this.#scheduler.now());
        this.#story.tell(() => `  request ${number} is answered: ${describeAnswer(heardAnswer)}`, keys);
        answer(heardAnswer);
      };
      const { toMs, backMs } = this.#network.legs(timeoutMs);
      this.#scheduler.after(timeoutMs, () => hear({ kind: "unanswered", detail: "timeout" }));
      this.#scheduler.after(toMs, () => {
        const reply = this.#effect(caller, number, series);
        if (reply) this.#scheduler.after(backMs, () => hear(reply));
      });
    });
  }

  /** What the receiver does with a request, and what it answers; undefined when no answer comes. */
  #effect(caller: Caller, number: number, series: readonly WriteSeries[]): WriteAnswer | undefined {
    const instead = this.#insteadOfWrite(series);
    if (instead) return instead === "nothing" ? undefined : instead;
    if (this.#hasReplicas) this.#heartbeat();
    const { answer, landed } = this.places.write(series, number);
    caller.landed += landed.filter(({ labels }) => !isReceipt(labels)).length;
    this.behind.push(...landed.filter(({ behindMs }) => behindMs !== undefined));
    if (this.#story.isTold) {
      this.#story.tell(
        () => `  request ${number} takes effect: ${landed.length} landed, ${answer.status} ${answer.body.trimEnd()}`,
        keysOf(series),
      );
    }
    const { lostAfter, failedAfter } = this.#network.faults;
    if (this.#random.chance(lostAfter)) return { kind: "unanswered", detail: "reset" };
    if (this.#random.chance(failedAfter)) return answered(this.#random.pick([500, 502, 503, 504]), "trouble inside");
    const silent = answer.status === 400 && this.#random.chance(this.#world.receiver.wordless);
    const retryAfter = answer.headers["retry-after"];
    return answered(
      answer.status,
      silent ? "" : answer.body,
      retryAfter === undefined ? undefined : Number(retryAfter) * 1_000,
    );
  }

  get #hasReplicas(): boolean {
    return this.#world.traffic.series.some(({ metric }) => metric.__replica__ !== undefined);
  }

  /** The replica that is elected never falls silent. */
  #heartbeat(): void {
    const labels = { __name__: HEARTBEAT, __replica__: "elected", cluster: "c" };
    this.places.write([{ labels: Object.entries(labels), timestamps: [this.local.now()], values: [1] }], "stranger");
  }

  #insteadOfWrite(series: readonly WriteSeries[]): WriteAnswer | "nothing" | undefined {
    const { outage, faults } = this.#network;
    switch (outage?.how) {
      case "hanging":
        return "nothing";
      case "refused":
        return { kind: "unanswered", detail: "connection refused" };
      case "unavailable":
        return answered(503, "unavailable");
      case "throttled":
        return answered(429, "Rate exceeded", this.#random.pick([undefined, 1_000, 30_000]));
      case "misconfigured":
        return answered(403, "access denied");
    }
    if (this.#random.chance(faults.lostBefore)) return { kind: "unanswered", detail: "reset" };
    if (this.#random.chance(faults.failedBefore)) return answered(this.#random.pick([500, 503, 408]), "not now");
    if (this.#random.chance(faults.throttled)) {
      return answered(429, "Rate exceeded", this.#random.pick([undefined, 500, 2_000]));
    }
    const samples = series.reduce(
      (sum, { labels, timestamps }) => sum + (isReceipt(labels) ? 0 : timestamps.length),
      0,
    );
    const large = answered(413, "request too large");
    return samples > this.#world.receiver.maxSamples ? large : undefined;
  }

  #read(caller: Caller, query: ReadQuery, timeoutMs: number): Promise<ReadAnswer> {
    return caller.life.call("a look", (answer) => {
      caller.watch.look(this.#scheduler.now());
      let heard = false;
      const hear = (heardAnswer: ReadAnswer): void => {
        if (heard) return;
        heard = true;
        this.#story.tell(() => `${caller.name} looks: ${describeLook(heardAnswer)}`, [caller.name]);
        answer(heardAnswer);
      };
      const { toMs, backMs } = this.#network.legs(timeoutMs);
      this.#scheduler.after(timeoutMs, () => hear({ kind: "failed", status: undefined, detail: "timeout" }));
      this.#scheduler.after(toMs, () => {
        const reply = this.#look(query);
        if (reply) this.#scheduler.after(backMs, () => hear(reply));
      });
    });
  }

  #look({ matchers, startMs, endMs }: ReadQuery): ReadAnswer | undefined {
    const { outage, faults } = this.#network;
    if (outage?.how === "hanging") return undefined;
    if (outage && outage.how !== "misconfigured") return { kind: "failed", status: 503, detail: "unavailable" };
    if (this.#random.chance(faults.lookFails)) {
      return { kind: "failed", status: this.#random.pick([undefined, 429, 422, 500, 503]), detail: "no look now" };
    }
    const { lookMaxSamples, lookLagMs } = this.#world.receiver;
    const foundBeforeMs = this.#scheduler.now() - lookLagMs;
    const series = this.local.select(matchers, startMs, endMs).flatMap(({ labels, timestamps, values }) => {
      const key = lookLagMs > 0 ? keyOf(labels) : "";
      const isFound = (_: number, i: number): boolean =>
        lookLagMs === 0 || (this.places.at(key, timestamps[i]!)?.sinceMs ?? 0) <= foundBeforeMs;
      const found = { timestamps: [...timestamps].filter(isFound), values: [...values].filter(isFound) };
      return found.timestamps.length > 0 ? [{ labels: Object.fromEntries(labels), ...found }] : [];
    });
    const samples = series.reduce((sum, { timestamps }) => sum + timestamps.length, 0);
    if (samples > lookMaxSamples) return { kind: "heavy", detail: `${samples} samples` };
    return { kind: "read", series, bytes: samples * 24 };
  }
}

function answered(status: number, body: string, retryAfterMs?: number): WriteAnswer {
  return { kind: "answered", status, body, retryAfterMs, requestId: undefined };
}

/** The metric of the replica that is elected. */
export const HEARTBEAT = "heartbeat";

export function isReceipt(labels: readonly (readonly [string, string])[]): boolean {
  return labels.some(([name, value]) => name === "__name__" && value === "penstock_receipt");
}

function keysOf(series: readonly WriteSeries[]): string[] {
  return series.flatMap(({ labels, timestamps, values }) =>
    timestamps.flatMap((atMs, i) => storyKeys(seriesOf(labels), atMs, values[i]!)),
  );
}

function describe(series: readonly WriteSeries[]): string {
  return series.map(({ labels, timestamps, values }) => `${keyOf(labels)} ${pairs(timestamps, values)}`).join("; ");
}

function pairs(timestamps: readonly number[], values: readonly number[]): string {
  return timestamps.map((atMs, i) => `@${atMs}=${values[i]}`).join(" ");
}

function describeAnswer(answer: WriteAnswer): string {
  return answer.kind === "unanswered" ? answer.detail : `${answer.status} ${answer.body.trimEnd()}`;
}

function describeLook(answer: ReadAnswer): string {
  if (answer.kind !== "read") return `${answer.kind}, ${answer.detail}`;
  const found = answer.series.map(
    ({ labels, timestamps, values }) => `${keyOf(Object.entries(labels))} ${pairs(timestamps, values)}`,
  );
  return found.length === 0 ? "nothing there" : found.join("; ");
}
