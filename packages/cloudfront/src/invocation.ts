import type { Clock, SendBatch } from "@penstock/model";
import { createProducerOver, type Producer } from "@penstock/producer";
import { type Announced, readEvent } from "./event.ts";
import { type FileSeries, fileSeries } from "./file.ts";
import type { Log } from "./json-log.ts";
import type { LabelName, LabelRules } from "./labels.ts";
import type { LogObjects } from "./objects.ts";
import { sendRun } from "./run.ts";

export interface InvocationOptions {
  readonly objects: LogObjects;
  readonly queue: SendBatch;
  readonly groups: number;
  readonly rules: LabelRules;
  readonly log: Log;
  readonly clock: Clock;
  /** Labels of which was told that they have too many values. Added to. */
  readonly told: Set<LabelName>;
  /** No file is begun after this (epoch milliseconds). */
  readonly readUntilMs: number;
}

/** Files read at one time: each of them may be {@link MAX_OBJECT_BYTES} large. */
const MAX_READS_IN_FLIGHT = 4;

/** A run is sent when it holds so many samples, some 50 MiB with what the producer makes of them; then comes the next. */
const MAX_RUN_SAMPLES = 500_000;

/** What a run bounds already, so that no send waits for room while the queue is away. */
const MAX_PENDING_BYTES: number = 256 * 1024 * 1024;

/** One file that is announced in this invocation, however often. */
interface Task {
  readonly object: Announced;
  readonly name: string;
  /** Why it must be announced again; undefined while all is well. */
  why: string | undefined;
}

/** One invocation: which files are announced, what is in them, one run, and which messages must come back. */
export class Invocation {
  readonly #options: InvocationOptions;
  readonly #producer: Producer;
  readonly #tasks = new Map<string, Task>();
  /** The producer's words for what the queue did not take. */
  #trouble = "";
  readonly #counts = { files: 0, requests: 0, samples: 0, skippedLines: 0, gone: 0, failed: 0, runs: 0 };

  constructor(options: InvocationOptions) {
    this.#options = options;
    const { queue, clock, groups } = options;
    this.#producer = createProducerOver(queue, {
      clock,
      groups,
      flushIntervalMs: 0,
      maxPendingBytes: MAX_PENDING_BYTES,
      onError: ({ message }) => {
        this.#trouble = message;
      },
    });
  }

  /** Takes all messages, and says of each, in their order, why it must come back; undefined of those that are done. */
  async take(messages: readonly { readonly body: string }[]): Promise<(string | undefined)[]> {
    const found = messages.map(({ body }) => this.#tasksOf(body));
    const waiting = [...this.#tasks.values()];
    while (waiting.length > 0) {
      const trouble = await this.#run(waiting);
      if (trouble !== undefined) for (const task of waiting.splice(0)) task.why = trouble;
    }
    const { messages: sent } = this.#producer.stats;
    this.#counts.failed = [...this.#tasks.values()].filter(({ why }) => why !== undefined).length;
    this.#options.log.info("Sent log files", { ...this.#counts, messages: sent });
    return found.map((tasks) => (typeof tasks === "string" ? tasks : tasks.find(({ why }) => why !== undefined)?.why));
  }

  /** The files of one message, or a sentence why it is none. */
  #tasksOf(body: string): readonly Task[] | string {
    try {
      return readEvent(body).map((object) => this.#taskOf(object));
    } catch (error) {
      return (error as Error).message;
    }
  }

  #taskOf(object: Announced): Task {
    const name = `${object.bucket}/${object.key}`;
    const task = this.#tasks.get(name) ?? { object, name, why: undefined };
    this.#tasks.set(name, task);
    return task;
  }

  /** Reads files off the front of `waiting` until they fill a run, and sends it. Resolves with the queue's trouble. */
  async #run(waiting: Task[]): Promise<string | undefined> {
    const read = new Map<FileSeries, Task>();
    let samples = 0;
    const worker = async (): Promise<void> => {
      for (let task = waiting.shift(); task !== undefined; task = waiting.shift()) {
        const file = await this.#read(task);
        if (file === undefined) continue;
        read.set(file, task);
        samples += file.series.reduce((sum, { timestamps }) => sum + timestamps.length, 0);
        if (samples >= MAX_RUN_SAMPLES) return;
      }
    };
    await Promise.all(Array.from({ length: MAX_READS_IN_FLIGHT }, worker));
    if (read.size === 0) return undefined;
    this.#counts.runs++;
    this.#counts.samples += samples;
    return this.#send(read);
  }

  async #read(task: Task): Promise<FileSeries | undefined> {
    const { objects, rules, log, clock, readUntilMs } = this.#options;
    if (clock.now() >= readUntilMs) {
      task.why = `${task.name} was not begun: the time of the invocation was short`;
      return undefined;
    }
    try {
      const bytes = await objects.read(task.object);
      if (bytes === undefined) {
        log.warn("A log file is gone, and what was in it is not counted", { file: task.name });
        this.#counts.gone++;
        return undefined;
      }
      const file = await fileSeries(bytes, task.name, rules);
      this.#tell(file);
      return file;
    } catch (error) {
      task.why = (error as Error).message;
      return undefined;
    }
  }

  #tell({ name, requests, skippedLines, skipped, limited }: FileSeries): void {
    const { log, told } = this.#options;
    this.#counts.files++;
    this.#counts.requests += requests;
    this.#counts.skippedLines += skippedLines;
    if (skippedLines > 0)
      log.warn("Lines of a log file are no requests", { file: name, skippedLines, first: skipped[0] });
    for (const { label, example } of limited) {
      if (told.has(label)) continue;
      told.add(label);
      const cure = "it has more values in one file than `PENSTOCK_MAX_LABEL_VALUES`; the others are `other`";
      log.warn(`The label \`${label}\` explodes: ${cure}`, { file: name, label, example });
    }
  }

  async #send(read: ReadonlyMap<FileSeries, Task>): Promise<string | undefined> {
    this.#trouble = "";
    const { flush, refused } = await sendRun([...read.keys()], this.#producer);
    for (const [file, [first]] of refused) read.get(file)!.why = `${file.name}: ${first!.reason}: ${first!.detail}`;
    if (flush.unsent + flush.lost === 0) return undefined;
    // Nobody knows whose samples the queue did not take. Those it took count once, however often they are sent.
    for (const task of read.values()) task.why ??= this.#trouble;
    return this.#trouble;
  }
}
