import { setTimeout as sleep } from "node:timers/promises";
import { Child } from "../child.ts";
import type { Chance } from "./chance.ts";
import { DEAD_LETTER_QUEUE, QUEUE, queueUrlAt } from "./names.ts";
import { type Fault, type FaultProxy, startProxy } from "./proxy.ts";
import type { Trouble } from "./trouble.ts";

/** How long a dead worker's messages stay locked: short, so that a run sees many redeliveries. */
const VISIBILITY_TIMEOUT = "4s";
const REQUEST_TIMEOUT = "1s";
const MAX_DOWN_MS = 600;

export interface Ports {
  readonly queue: () => number;
  readonly receiver: () => number;
}

/** One worker, started again each time it was killed, behind proxies of its own. */
export class WorkerSlot {
  readonly #chance: Chance;
  readonly #trouble: Trouble;
  #queueProxy: FaultProxy | undefined;
  #deadLetterProxy: FaultProxy | undefined;
  #receiverProxy: FaultProxy | undefined;
  #child: Child | undefined;
  /** Dies at its next write. */
  #doom: "death-before" | "death-after" | undefined;
  #ending = false;
  #restarting: Promise<void> = Promise.resolve();
  kills = 0;
  /** Why it ended without being told to. */
  readonly surprises: string[] = [];

  constructor(chance: Chance, trouble: Trouble) {
    this.#chance = chance;
    this.#trouble = trouble;
  }

  async start(ports: Ports): Promise<void> {
    this.#queueProxy = await startProxy({ upstreamPort: ports.queue, fault: () => this.#trouble.toQueue() });
    this.#deadLetterProxy = await startProxy({
      upstreamPort: ports.queue,
      fault: () => this.#trouble.toDeadLetters(),
    });
    this.#receiverProxy = await startProxy({
      upstreamPort: ports.receiver,
      fault: (line) => this.#death(line) ?? this.#trouble.toReceiver(),
    });
    this.#spawn();
  }

  /** Kills it now, or at its next write: as it asks, or when the receiver has done it. */
  strike(): void {
    if (this.#doom !== undefined || !this.#child?.running) return;
    const when = this.#chance.of(["now", "death-before", "death-after"] as const);
    if (when === "now") this.#kill();
    else this.#doom = when;
  }

  /** Starts it a last time when it is down, and lets it live. */
  async spare(): Promise<void> {
    this.#doom = undefined;
    await this.#restarting;
  }

  /** Stops it as a container is stopped. Resolves with its code; null when it had to be killed. */
  async stop(): Promise<number | null> {
    this.#ending = true;
    await this.#restarting;
    return this.#child ? this.#child.stop() : 0;
  }

  /** Ends everything at once. */
  async end(): Promise<void> {
    this.#ending = true;
    await this.#restarting;
    await this.#child?.kill();
    await Promise.all([this.#queueProxy, this.#deadLetterProxy, this.#receiverProxy].map((proxy) => proxy?.close()));
  }

  #death(requestLine: string): Fault | undefined {
    const doom = this.#doom;
    if (doom === undefined || !requestLine.startsWith("POST /api/v1/write")) return undefined;
    this.#doom = undefined;
    this.#trouble.count(doom);
    return { kind: doom, kill: () => this.#kill() };
  }

  #kill(): void {
    const child = this.#child;
    if (!child?.running || this.#ending) return;
    this.kills++;
    this.#restarting = (async () => {
      await child.kill();
      await sleep(this.#chance.integer(0, MAX_DOWN_MS));
      if (!this.#ending) this.#spawn();
    })();
  }

  #spawn(): void {
    const child = new Child("packages/consumer/src/main.ts", {
      AWS_REGION: "us-east-1",
      AWS_ACCESS_KEY_ID: "local",
      AWS_SECRET_ACCESS_KEY: "local",
      PENSTOCK_QUEUE_URL: queueUrlAt(this.#queueProxy!.url, QUEUE),
      PENSTOCK_DEAD_LETTER_QUEUE_URL: queueUrlAt(this.#deadLetterProxy!.url, DEAD_LETTER_QUEUE),
      PENSTOCK_RECEIVER_URL: `${this.#receiverProxy!.url}/`,
      PENSTOCK_VISIBILITY_TIMEOUT: VISIBILITY_TIMEOUT,
      PENSTOCK_REQUEST_TIMEOUT: REQUEST_TIMEOUT,
      PENSTOCK_LOG_LEVEL: "error",
    });
    this.#child = child;
    child.onExit((code) => {
      if (code !== null && !this.#ending) this.surprises.push(`A worker ended with ${code}: ${child.complaints}`);
    });
  }
}
