import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { type FifoQueue, type QueueServer, startQueueServer } from "@penstock/local";
import { decodeMessage, groupOf } from "@penstock/model";
import { expect } from "vitest";
import { ROOT } from "./pages.ts";

/** Compilers start slowly on a busy machine. */
const TIMEOUT_MS = 120_000;
/** A page's example may send what it counted two seconds ago, and a shell's clock knows whole seconds. */
const COUNTED_BEFORE_MS = 3_000;

/** Ours, and those that a page names. */
const MODULES: Readonly<Record<string, string>> = {
  "@penstock/producer": "packages/producer",
  "@middy/core": "packages/producer/node_modules/@middy/core",
  "@aws-sdk/client-sqs": "node_modules/@aws-sdk/client-sqs",
  "@types/node": "node_modules/@types/node",
  "@types/aws-lambda": "node_modules/@types/aws-lambda",
  "prom-client": "node_modules/prom-client",
};

/** A directory in which a page's programs run, beside a queue that they send to. */
export class Scratch {
  readonly directory: string = mkdtempSync(join(tmpdir(), "penstock-docs-"));
  readonly #server: QueueServer;
  readonly #queue: FifoQueue;
  readonly #openedMs: number = Date.now();

  private constructor(server: QueueServer) {
    this.#server = server;
    this.#queue = server.account.createQueue("penstock.fifo");
  }

  static async open(): Promise<Scratch> {
    return new Scratch(await startQueueServer());
  }

  async close(): Promise<void> {
    await this.#server.close();
    rmSync(this.directory, { recursive: true, force: true });
  }

  write(name: string, text: string): void {
    writeFileSync(join(this.directory, name), text);
  }

  /** Makes the directory a package that finds our packages and those that a page names. */
  makePackage(): void {
    for (const [name, path] of Object.entries(MODULES)) {
      const link = join(this.directory, "node_modules", name);
      mkdirSync(dirname(link), { recursive: true });
      symlinkSync(join(ROOT, path), link);
    }
    this.write("package.json", '{"type":"module"}');
  }

  /**
   * Runs a program to its end, in an environment where the queue is, and gives what it printed.
   *
   * @throws Error with what it printed on standard error when it fails
   */
  async run(command: string, ...args: readonly string[]): Promise<string> {
    const env = {
      ...process.env,
      QUEUE_URL: this.#server.queueUrl("penstock.fifo"),
      AWS_ENDPOINT_URL: this.#server.url,
      AWS_REGION: "us-east-1",
      AWS_DEFAULT_REGION: "us-east-1",
      AWS_ACCESS_KEY_ID: "local",
      AWS_SECRET_ACCESS_KEY: "local",
      // What the installed tools cache stays here.
      GOCACHE: join(this.directory, "go-cache"),
      GOFLAGS: "-mod=mod",
      PYTHONDONTWRITEBYTECODE: "1",
    };
    const options = { cwd: this.directory, env, timeout: TIMEOUT_MS };
    return (await promisify(execFile)(command, [...args], options)).stdout;
  }

  /** What is in the queue, added up by series; each message is held to the rules for senders on the way. */
  received(): Record<string, number> {
    const sums: Record<string, number> = {};
    for (const { body, group, deduplicationId } of this.#taken()) {
      const decoded = decodeMessage(body);
      if (!decoded.ok) throw new Error(decoded.reject.detail);
      const { id, series } = decoded.message;
      expect(id).toBe(deduplicationId);
      for (const { key, reject, sampleRejects, timestamps, values } of series) {
        expect([key, reject, sampleRejects.size, groupOf(key)]).toEqual([key, undefined, 0, group]);
        expect(Math.min(...timestamps)).toBeGreaterThan(this.#openedMs - COUNTED_BEFORE_MS);
        expect(Math.max(...timestamps)).toBeLessThanOrEqual(Date.now());
        sums[key] = values.reduce((sum, value) => sum + value, sums[key] ?? 0);
      }
    }
    return sums;
  }

  *#taken(): Generator<ReturnType<FifoQueue["receive"]>[number]> {
    for (let batch = this.#queue.receive(); batch.length > 0; batch = this.#queue.receive()) {
      yield* batch;
      for (const { receiptHandle } of batch) this.#queue.delete(receiptHandle);
    }
  }
}
