import { invalidParameter, resourceNotFound } from "./errors.ts";
import { MAX_LISTED_MOVE_TASKS, MAX_MOVE_RATE } from "./limits.ts";
import type { FifoQueue } from "./queue.ts";
import { checkRange } from "./ranges.ts";

export interface MoveRequest {
  readonly sourceArn: string;
  /** Without it each message goes back to the queue it was dead-lettered from. */
  readonly destinationArn?: string | undefined;
  /** 1 to 500. */
  readonly messagesPerSecond?: number | undefined;
}

/** A move task as ListMessageMoveTasks tells of it. */
export interface MoveTask extends MoveRequest {
  readonly handle: string;
  readonly status: "RUNNING" | "COMPLETED" | "CANCELLED" | "FAILED";
  readonly moved: number;
  /** Messages of the source when the task started; it moves no more than these. */
  readonly toMove: number;
  /** Epoch milliseconds. */
  readonly startedAtMs: number;
  readonly failureReason: string | undefined;
}

type RunningTask = { -readonly [Field in keyof MoveTask]: MoveTask[Field] };

/** What move tasks have from their account. */
export interface Queues {
  byArn(arn: string): FifoQueue | undefined;
  /** The queues whose redrive policy names this one. */
  deadLetterSources(arn: string): readonly FifoQueue[];
}

/**
 * StartMessageMoveTask: moves what is in a dead-letter queue, oldest first, at a rate. A message in flight, and its
 * group, stay. It is pure, as the queues are: `settle` brings it to a time.
 */
export class MoveTasks {
  readonly #queues: Queues;
  /** By source ARN, newest first. */
  readonly #bySource = new Map<string, RunningTask[]>();
  readonly #running = new Set<RunningTask>();
  #started = 0;

  constructor(queues: Queues) {
    this.#queues = queues;
  }

  /** @throws QueueError when the source is no dead-letter queue, a queue is not there, or a task is running */
  start(request: MoveRequest, nowMs: number): MoveTask {
    const { sourceArn, destinationArn, messagesPerSecond } = request;
    const source = this.#queues.byArn(sourceArn);
    if (!source) throw resourceNotFound(missing("SourceArn"));
    if (this.#queues.deadLetterSources(sourceArn).length === 0) {
      throw invalidParameter("Source queue must be configured as a Dead Letter Queue.");
    }
    if (destinationArn === sourceArn)
      throw invalidParameter("Source queue arn and destination queue arn are the same.");
    if (destinationArn && !this.#queues.byArn(destinationArn)) throw resourceNotFound(missing("DestinationArn"));
    if (messagesPerSecond !== undefined) {
      checkRange("MaxNumberOfMessagesPerSecond", messagesPerSecond, 1, MAX_MOVE_RATE);
    }
    const earlier = this.#bySource.get(sourceArn) ?? [];
    if (earlier[0]?.status === "RUNNING") {
      const only = "Only one active task is allowed for a source queue arn at a given time.";
      throw invalidParameter(`There is already a task running. ${only}`);
    }
    const { visible, inFlight, delayed } = source.inspect();
    const task: RunningTask = {
      sourceArn,
      destinationArn,
      messagesPerSecond,
      handle: formatHandle(++this.#started, sourceArn),
      status: "RUNNING",
      moved: 0,
      toMove: visible + inFlight + delayed,
      startedAtMs: nowMs,
      failureReason: undefined,
    };
    this.#bySource.set(sourceArn, [task, ...earlier].slice(0, MAX_LISTED_MOVE_TASKS));
    this.#running.add(task);
    return task;
  }

  /** @throws QueueError when there is no such task, or it has ended */
  cancel(handle: string): MoveTask {
    const sourceArn = parseHandle(handle);
    if (!this.#queues.byArn(sourceArn)) throw resourceNotFound(missing("SourceArn"));
    const task = this.#bySource.get(sourceArn)?.find((candidate) => candidate.handle === handle);
    if (!task) throw resourceNotFound("Task does not exist.");
    if (task.status !== "RUNNING") throw invalidParameter("Only active tasks can be cancelled.");
    this.#end(task, CANCELLED);
    return task;
  }

  /** The latest first. */
  list(sourceArn: string, max: number): readonly MoveTask[] {
    if (!this.#queues.byArn(sourceArn)) throw resourceNotFound(missing("SourceArn"));
    checkRange("MaxResults", max, 1, MAX_LISTED_MOVE_TASKS);
    return (this.#bySource.get(sourceArn) ?? []).slice(0, max);
  }

  /** When the next message is moved. */
  nextEventMs(): number | undefined {
    const next = this.#next();
    return next && nextAtMs(next);
  }

  settle(nowMs: number): void {
    for (;;) {
      const task = this.#next();
      if (!task || nextAtMs(task) > nowMs) return;
      this.#step(task, nextAtMs(task));
    }
  }

  #next(): RunningTask | undefined {
    let next: RunningTask | undefined;
    for (const task of this.#running) if (!next || nextAtMs(task) < nextAtMs(next)) next = task;
    return next;
  }

  #step(task: RunningTask, atMs: number): void {
    const ending = this.#move(task, atMs);
    if (ending) this.#end(task, ending);
    else if (++task.moved === task.toMove) this.#end(task, COMPLETED);
  }

  /** Moves the next message, or says how the task ends. */
  #move(task: MoveTask, atMs: number): Ending | undefined {
    const source = this.#queues.byArn(task.sourceArn);
    if (!source) return NO_QUEUE;
    source.settle(atMs);
    const message = source.oldestDeliverable();
    if (!message) return COMPLETED;
    const destinationArn = task.destinationArn ?? message.deadLetterSourceArn;
    if (!destinationArn) return NO_SOURCE;
    const destination = this.#queues.byArn(destinationArn);
    if (!destination) return NO_QUEUE;
    source.moveOldest(destination, atMs);
    return undefined;
  }

  #end(task: RunningTask, ending: Ending): void {
    Object.assign(task, ending);
    this.#running.delete(task);
  }
}

type Ending = Pick<MoveTask, "status" | "failureReason">;

const COMPLETED: Ending = { status: "COMPLETED", failureReason: undefined };
const CANCELLED: Ending = { status: "CANCELLED", failureReason: undefined };

/** Failure reasons (SQSDG/troubleshooting-dlq-redrive). */
const NO_QUEUE: Ending = { status: "FAILED", failureReason: "AWS.SimpleQueueService.NonExistentQueue" };
/** The message was sent to the dead-letter queue, not moved there by a redrive policy: name a destination. */
const NO_SOURCE: Ending = { status: "FAILED", failureReason: "CouldNotDetermineMessageSource" };

const missing = (parameter: string) => `The resource that you specified for the ${parameter} parameter doesn't exist.`;

function nextAtMs({ startedAtMs, moved, messagesPerSecond = MAX_MOVE_RATE }: MoveTask): number {
  return startedAtMs + Math.floor((moved * 1000) / messagesPerSecond);
}

/** As AWS writes it: base64 of JSON. */
function formatHandle(taskId: number, sourceArn: string): string {
  return Buffer.from(JSON.stringify({ taskId, sourceArn })).toString("base64");
}

function parseHandle(handle: string): string {
  try {
    const { sourceArn } = JSON.parse(Buffer.from(handle, "base64").toString());
    if (typeof sourceArn === "string") return sourceArn;
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof TypeError)) throw error;
  }
  throw invalidParameter("Value for parameter TaskHandle is invalid.");
}
