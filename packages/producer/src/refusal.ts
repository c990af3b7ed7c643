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
  readonly samples: number;
  /** The labels of the series, as far as they could be read; undefined when the whole send was refused. */
  readonly metric: Labels | undefined;
}

/** What a producer tells its owner. `message` is one sentence for a log. */
export class ProducerError extends Error {
  override readonly name = "ProducerError";
  /**
   * What became of the samples. `refused`: never taken. `waiting`: the queue did not take them now, they are sent again
   * at the next flush. `lost`: SQS says that the message itself is at fault, sending it again would not help.
   */
  readonly fate: Fate;
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

export type Fate = "refused" | "waiting" | "lost";

/** A refusal as an error; its stack leads to who called `send`. */
export function refusalError({ reason, detail, samples, metric }: Refusal): ProducerError {
  const series = metric === undefined ? "" : ` Series: ${show(metric)}.`;
  return new ProducerError("refused", samples, `${reason}: ${detail}. ${count(samples)} refused.${series}`, reason);
}

/** What became of samples that were taken, and SQS's words. */
export function fateError(fate: "waiting" | "lost", samples: number, detail: string): ProducerError {
  const what = fate === "waiting" ? "now: they wait for the next flush" : "and never will: they are lost";
  return new ProducerError(fate, samples, `The queue did not take ${count(samples)} ${what}. ${detail}`);
}

/** `1 sample`, `2 samples` */
function count(samples: number): string {
  return `${samples} sample${samples === 1 ? "" : "s"}`;
}
