import { type Labels, type Reason, show } from "@penstock/model";

/**
 * Why the producer did not take samples: a reason of the pipeline's, so that a developer reads the same word here and
 * in a dead letter, or one of the producer's own.
 */
export type RefusalReason =
  | Reason
  /** More waits for the queue than the producer may hold. */
  | "producer_full"
  /** After `close()`. */
  | "producer_closed";

/** Samples the producer did not take. */
export interface Refusal {
  readonly reason: RefusalReason;
  /** One sentence: what was expected and what was there. */
  readonly detail: string;
  /** How many. */
  readonly samples: number;
  /** The labels of their series; undefined when they could not be read, or when the whole send was refused. */
  readonly metric: Labels | undefined;
}

/** What a producer tells its owner. `message` says it for a log. */
export class ProducerError extends Error {
  override readonly name = "ProducerError";
  /** What became of the samples. */
  readonly fate: Fate;
  /** How many. */
  readonly samples: number;
  /** Only of a refusal. */
  readonly reason: RefusalReason | undefined;

  constructor(fate: Fate, samples: number, sentence: string, reason?: RefusalReason) {
    super(sentence);
    this.fate = fate;
    this.samples = samples;
    this.reason = reason;
  }
}

/**
 * What became of samples that are not in the queue. `refused`: the producer never took them. `waiting`: the queue did not
 * take them now, they are sent again at the next flush. `lost`: SQS says that the message itself is at fault, sending it
 * again would not help.
 */
export type Fate = "refused" | "waiting" | "lost";

/** A refusal as an error; its stack leads to who called `send`. */
export function refusalError({ reason, detail, samples, metric }: Refusal): ProducerError {
  const series = metric === undefined ? "" : ` Series: ${show(metric)}.`;
  return new ProducerError(
    "refused",
    samples,
    `${reason}: ${detail}. ${countOfSamples(samples)} refused.${series}`,
    reason,
  );
}

/** What became of samples that the producer had taken, and SQS's words. */
export function fateError(fate: "waiting" | "lost", samples: number, detail: string): ProducerError {
  const what =
    fate === "waiting"
      ? `has not taken ${countOfSamples(samples)} so far`
      : `has refused ${countOfSamples(samples)} for good`;
  return new ProducerError(fate, samples, `The queue ${what}. ${detail}`);
}

/** `1 sample`, `2 samples` */
export function countOfSamples(samples: number): string {
  return `${samples} sample${samples === 1 ? "" : "s"}`;
}
