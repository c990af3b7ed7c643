/** One bug, planted in the real code: `old` must stand in the file exactly once. */
export interface Planted {
  readonly name: string;
  /** From the root of the tree. */
  readonly file: string;
  readonly old: string;
  readonly new: string;
}

const FLUSHER = "packages/flusher/src";
const CONSUMER = "packages/consumer/src";

/** Each breaks one thing that the promise rests on. */
export const PLANTED: readonly Planted[] = [
  {
    name: "a receipt is ignored",
    file: `${FLUSHER}/sift.ts`,
    old: "const bases = ledger.receipt(load.record.group, part.receipt);",
    new: "const bases = undefined as ReadonlySet<number> | undefined;",
  },
  {
    name: "receipts are sent in a request before their parts",
    file: `${FLUSHER}/deliver.ts`,
    old: "const request = toRequest(placed, receipts, options.groupLabel);",
    new: "await receiver.write(toRequest([], receipts, options.groupLabel), options.requestTimeoutMs); const request = toRequest(placed, new Map(), options.groupLabel);",
  },
  {
    name: "receipts are sent in a request beside their parts",
    file: `${FLUSHER}/deliver.ts`,
    old: "const request = toRequest(placed, receipts, options.groupLabel);",
    new: "void receiver.write(toRequest([], receipts, options.groupLabel), options.requestTimeoutMs); const request = toRequest(placed, new Map(), options.groupLabel);",
  },
  {
    name: "a receipt is taken to mean that all of its part landed",
    file: `${FLUSHER}/sift.ts`,
    old: 'if (sample.fate === "waiting" && hasLanded(sample, ledger))',
    new: 'if (sample.fate === "waiting" && (bases !== undefined || hasLanded(sample, ledger)))',
  },
  {
    name: "a stranger's equal sample is taken for one's own",
    file: `${FLUSHER}/sift.ts`,
    old: "const mayHaveLanded = bases !== undefined ||",
    new: "const mayHaveLanded = bases === undefined || bases.size >= 0 ||",
  },
  {
    name: "one landed sample answers for two of ours",
    file: `${FLUSHER}/ledger.ts`,
    old: "this.#claimed.set(saying, claimed + 1);",
    new: "",
  },
  {
    name: "late samples are taken out before the parts are cut",
    file: `${FLUSHER}/read.ts`,
    old: "const reject = source.sampleRejects.get(index);",
    new: 'const reject = source.sampleRejects.get(index) ?? (source.timestamps[index]! < load.record.sentAtMs - 3_600_000 ? { reason: "greater_than_max_sample_age" as const, detail: "late" } : undefined);',
  },
  {
    name: "a message that stands in a batch twice is two",
    file: `${FLUSHER}/repeats.ts`,
    old: "if (copies.length > 1) markCopies(copies);",
    new: "",
  },
  {
    name: "records are acknowledged before the dead-letter send",
    file: `${FLUSHER}/settle.ts`,
    old: "? await ports.deadLetters.send(letters.map(({ entry }) => entry))",
    new: "? (void ports.deadLetters.send(letters.map(({ entry }) => entry)), letters.map(() => undefined))",
  },
  {
    name: "a dead letter that was not taken is forgotten",
    file: `${FLUSHER}/settle.ts`,
    old: "if (failures[i] === undefined) continue;",
    new: "if (failures[i] === undefined || load) continue;",
  },
  {
    name: "a dead letter is named by its message and reason alone",
    file: `${FLUSHER}/letters.ts`,
    old: "hash52(JSON.stringify(message.series))",
    new: "hash52(reason)",
  },
  {
    name: "results are given in the order of their status",
    file: `${CONSUMER}/handler.ts`,
    old: "return settlements.map(toResult);",
    new: "return settlements.toSorted((a, b) => (a.status < b.status ? -1 : 1)).map(toResult);",
  },
  {
    name: "later records of a returned one's group are acknowledged",
    file: `${FLUSHER}/settle.ts`,
    old: "(held.has(group) || repeatsReturned)",
    new: "repeatsReturned",
  },
  {
    name: "a request is not in the order of time",
    file: `${FLUSHER}/request.ts`,
    old: "of placed) {",
    new: "of placed.toReversed()) {",
  },
  {
    name: "one series stands in two requests at the same time",
    file: `${FLUSHER}/pack.ts`,
    old: "Map.groupBy(samples, ({ series }) => series.group)",
    new: "Map.groupBy(samples, ({ part }) => part)",
  },
  {
    name: "Retry-After is ignored",
    file: `${FLUSHER}/deliver.ts`,
    old: "verdict.retryAfterMs ?? backoff",
    new: "backoff",
  },
  {
    name: "a 400 is taken to have refused all",
    file: `${FLUSHER}/write.ts`,
    old: "return onRefused(placed, outcome);",
    new: 'for (const sample of placed) rejectSample(sample, { reason: "refused", detail: outcome.body }, outcome); return [];',
  },
  {
    name: "a 400 is taken to have stored all",
    file: `${FLUSHER}/write.ts`,
    old: "return onRefused(placed, outcome);",
    new: "for (const sample of placed) storeSample(sample, run); return [];",
  },
  {
    name: "no answer is taken to have stored all",
    file: `${FLUSHER}/judge.ts`,
    old: 'if (answer.kind === "unanswered") return { kind: "unavailable", retryAfterMs: undefined };',
    new: 'if (answer.kind === "unanswered") return { kind: "stored" };',
  },
  {
    name: "late samples are restamped with the wall clock",
    file: `${FLUSHER}/sift.ts`,
    old: "return tooLate(sample.atMs, nowMs, maxAgeMs);",
    new: "sample.atMs = nowMs + sample.order; return undefined;",
  },
  {
    name: "a late gauge is rejected though nobody could look",
    file: `${FLUSHER}/sift.ts`,
    old: "mustSee(sample, nowMs, maxAgeMs) && view.unseenGroups",
    new: 'sample.part.load.message?.kind === "delta" && view.unseenGroups',
  },
  {
    name: "a gauge behind another is rejected though the window takes it",
    file: `${FLUSHER}/again.ts`,
    old: 'return horizon.isBeyond(atMs) ? "behind" : "maybe behind";',
    new: 'return "behind";',
  },
  {
    name: "lanes are remembered between invocations and believed",
    file: `${FLUSHER}/look.ts`,
    old: "for (const each of series) ledger.refresh(each);",
    new: "const memory = ((run.ports as unknown as { memory?: Map<string, number[]> }).memory ??= new Map<string, number[]>()); for (const each of series) { ledger.refresh(each); each.newest.splice(0, 10, ...(memory.get(each.key) ?? each.newest)); memory.set(each.key, each.newest); }",
  },
  {
    name: "the deadline is ignored",
    file: `${FLUSHER}/budget.ts`,
    old: "return this.#clock.now() + waitMs + requestTimeoutMs + settleReserveMs <= this.#deadlineMs;",
    new: "return waitMs + requestTimeoutMs + settleReserveMs >= 0;",
  },
  {
    name: "the lock is believed to last twice as long",
    file: `${CONSUMER}/lock.ts`,
    old: "return receivedAtMs + visibilityTimeoutMs - LOCK_MARGIN_MS;",
    new: "return receivedAtMs + 2 * visibilityTimeoutMs - LOCK_MARGIN_MS;",
  },
  {
    name: "a look forgets a lane",
    file: `${FLUSHER}/ledger.ts`,
    old: "lane <= this.#lanes",
    new: "lane < this.#lanes",
  },
  {
    name: "a look begins when the message was sent",
    file: `${FLUSHER}/look.ts`,
    old: "for (const { ownMs } of samples) oldestMs = Math.min(oldestMs, ownMs);",
    new: "void samples;",
  },
];
