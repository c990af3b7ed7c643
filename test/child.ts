import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const START_TIMEOUT_MS = 20_000;
/** For a process that was asked to stop, before it is killed. */
const STOP_TIMEOUT_MS = 15_000;
/** Kept of what a process complains of. */
const MAX_COMPLAINTS = 4_000;

const ROOT = new URL("../", import.meta.url);

/** A Node process that was started here, and is ended here. */
export class Child {
  readonly #entry: string;
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;
  #complaints = "";

  /**
   * @param entry from the root of the tree
   * @param env all that it has beside the PATH: nothing of this machine's settings gets in
   */
  constructor(entry: string, env: Readonly<Record<string, string>> = {}, args: readonly string[] = []) {
    this.#entry = entry;
    this.#child = spawn(
      process.execPath,
      ["--conditions=@penstock/source", "--import", pathOf("test/leash.ts"), pathOf(entry), ...args],
      {
        env: { PATH: process.env.PATH, NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE, ...env },
        stdio: ["ignore", "ignore", "pipe", "ipc"],
        // A terminal's Ctrl-C goes to whole process groups: this one is ended by whoever started it, in its order.
        detached: true,
      },
    );
    this.#exited = once(this.#child, "exit");
    this.#child.stderr!.on("data", (chunk: Buffer) => {
      this.#complaints = `${this.#complaints}${chunk}`.slice(-MAX_COMPLAINTS);
    });
  }

  get pid(): number {
    return this.#child.pid!;
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** What it wrote to standard error, its end. */
  get complaints(): string {
    return this.#complaints.trim();
  }

  /** The port that an entry of ours tells, as `{ port }` to its parent, when it listens. */
  async port(): Promise<number> {
    const timeout = AbortSignal.timeout(START_TIMEOUT_MS);
    const ended = this.#exited.then(() => {
      throw new Error(`Expected ${this.#entry} to listen, but it ended: ${this.complaints}`);
    });
    const [message] = await Promise.race([once(this.#child, "message", { signal: timeout }), ended]);
    return (message as { port: number }).port;
  }

  /** The base of what such an entry serves, without a slash at the end. */
  async url(): Promise<string> {
    return `http://127.0.0.1:${await this.port()}`;
  }

  /** Calls `listener` when it ends, with the code it ended by itself with; null for a signal. */
  onExit(listener: (code: number | null) => void): void {
    this.#child.once("exit", listener);
  }

  /** SIGKILL: nothing of it runs any more when this resolves. */
  async kill(): Promise<void> {
    if (this.running) this.#child.kill("SIGKILL");
    await this.#exited;
  }

  /** SIGTERM, and SIGKILL when that is not enough. Resolves with its code; null when it was killed. */
  async stop(): Promise<number | null> {
    if (this.running) this.#child.kill("SIGTERM");
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), STOP_TIMEOUT_MS);
    await this.#exited;
    clearTimeout(timer);
    return this.#child.exitCode;
  }
}

function pathOf(entry: string): string {
  return fileURLToPath(new URL(entry, ROOT));
}
