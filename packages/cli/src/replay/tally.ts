import { type FileSeries, STATUS_METRIC } from "@penstock/cloudfront";
import type { VirtualPipeline } from "@penstock/local";
import { keyOfSorted, NAME_LABEL, type Reason, type Receiver, sortLabels } from "@penstock/model";
import type { Stored } from "./stored.ts";

/** What a replay comes to. */
export interface Account {
  readonly files: number;
  /** Of the CloudFront function; each sent one run. */
  readonly invocations: number;
  /** Files that were announced a second time. */
  readonly announcedTwice: number;
  readonly requests: number;
  /** Requests by status, as the files say and as the receiver has them. */
  readonly byStatus: Readonly<Record<string, { readonly sent: number; readonly stored: number }>>;
  readonly samples: {
    readonly sent: number;
    readonly received: number;
    readonly stored: number;
    readonly duplicate: number;
  };
  readonly messages: number;
  readonly returned: number;
  readonly restamped: number;
  readonly rejected: Readonly<Partial<Record<Reason, number>>>;
  readonly deadLetters: number;
  readonly leftInQueue: number;
  readonly logicalSeries: number;
  readonly activeSeries: number;
  readonly highestLane: number;
  readonly batches: number;
  readonly writeRequests: number;
  readonly refusals: number;
  readonly looks: number;
  readonly crashes: number;
  readonly redeliveries: number;
  /** Every status has as many as it should, every report adds up, and nothing was lost on the way. */
  readonly balanced: boolean;
}

type Report = Parameters<ConstructorParameters<typeof VirtualPipeline>[0]["onReport"]>[0];

/** Counts what goes in, what the reports tell, and what the receiver is asked. */
export class Tally {
  receiver!: Receiver;
  readonly #sent = new Map<string, number>();
  readonly #names = new Set<string>();
  readonly #series = new Set<string>();
  readonly #rejected = new Map<Reason, number>();
  #counts = { files: 0, requests: 0, invocations: 0, announcedTwice: 0 };
  #samples = 0;
  #refusals = 0;
  #writes = 0;
  #looks = 0;
  #sums = { batches: 0, received: 0, stored: 0, duplicate: 0, returned: 0, restamped: 0, rejected: 0 };
  #closes = true;

  get names(): readonly string[] {
    return [...this.#names];
  }

  /** Counts requests at the receiver itself: what a dead invocation sent is in no report. */
  watch(receiver: Receiver): Receiver {
    this.receiver = receiver;
    return {
      write: async (series, timeoutMs) => {
        this.#writes++;
        const answer = await receiver.write(series, timeoutMs);
        if (answer.kind !== "answered" || answer.status >= 300) this.#refusals++;
        return answer;
      },
      read: async (query, timeoutMs) => {
        this.#looks++;
        return receiver.read!(query, timeoutMs);
      },
    };
  }

  invoke(): void {
    this.#counts.invocations++;
  }

  /** A file that was announced before: nothing of it may count. */
  repeat(): void {
    this.#counts.announcedTwice++;
  }

  send({ series, requests }: FileSeries): void {
    this.#counts.files++;
    this.#counts.requests += requests;
    for (const { metric, timestamps, values } of series) {
      this.#samples += timestamps.length;
      this.#series.add(keyOfSorted(sortLabels(metric)));
      this.#names.add(metric[NAME_LABEL]!);
      if (metric[NAME_LABEL] !== STATUS_METRIC) continue;
      const status = metric.status_code ?? "";
      const sum = values.reduce<number>((total, value) => total + Number(value), 0);
      this.#sent.set(status, (this.#sent.get(status) ?? 0) + sum);
    }
  }

  add(report: Report): void {
    const { received, stored, duplicate, returned, restamped } = report;
    const rejected = Object.values(report.rejected).reduce((sum, n) => sum + n, 0);
    this.#closes &&= received === stored + rejected + duplicate + returned;
    const sums = this.#sums;
    this.#sums = {
      batches: sums.batches + 1,
      received: sums.received + received,
      stored: sums.stored + stored,
      duplicate: sums.duplicate + duplicate,
      returned: sums.returned + returned,
      restamped: sums.restamped + restamped,
      rejected: sums.rejected + rejected,
    };
    for (const [reason, n] of Object.entries(report.rejected)) {
      this.#rejected.set(reason as Reason, (this.#rejected.get(reason as Reason) ?? 0) + n);
    }
  }

  close(pipeline: VirtualPipeline, messages: number, stored: Stored): Account {
    const statuses = new Set([...this.#sent.keys(), ...stored.byStatus.keys()]);
    const byStatus = Object.fromEntries(
      [...statuses]
        .sort()
        .map((status) => [status, { sent: this.#sent.get(status) ?? 0, stored: stored.byStatus.get(status) ?? 0 }]),
    );
    const left = pipeline.queue.inspect();
    const leftInQueue = left.visible + left.inFlight;
    const exact = Object.values(byStatus).every((count) => count.sent === count.stored);
    const { batches, received, duplicate, returned, restamped } = this.#sums;
    return {
      ...this.#counts,
      byStatus,
      samples: { sent: this.#samples, received, stored: this.#sums.stored, duplicate },
      messages,
      returned,
      restamped,
      rejected: Object.fromEntries(this.#rejected),
      deadLetters: pipeline.deadLetters.inspect().visible,
      leftInQueue,
      logicalSeries: this.#series.size,
      activeSeries: stored.series,
      highestLane: stored.highestLane,
      batches,
      writeRequests: this.#writes,
      refusals: this.#refusals,
      looks: this.#looks,
      crashes: pipeline.crashes,
      redeliveries: pipeline.redeliveries,
      balanced: exact && this.#closes && leftInQueue === 0,
    };
  }
}
