import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Child } from "../child.ts";

/** The receiver, which comes back with what it had. */
export class ReceiverSlot {
  readonly #logPath: string;
  readonly #outOfOrderWindowMs: number;
  #child: Child | undefined;
  #port = 0;
  kills = 0;

  constructor(directory: string, outOfOrderWindowMs: number) {
    this.#logPath = join(directory, "receiver.log");
    this.#outOfOrderWindowMs = outOfOrderWindowMs;
  }

  /** Of the process that ran last: nobody listens there while it is down. */
  get port(): number {
    return this.#port;
  }

  async start(): Promise<void> {
    this.#child = new Child("test/chaos/processes/receiver.ts", {}, [this.#logPath, String(this.#outOfOrderWindowMs)]);
    this.#port = await this.#child.port();
  }

  /** Kills it, and starts it again a while later. */
  async restart(downMs: number): Promise<void> {
    this.kills++;
    await this.#child?.kill();
    await sleep(downMs);
    await this.start();
  }

  async end(): Promise<void> {
    await this.#child?.kill();
  }
}
