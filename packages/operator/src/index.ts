export { type Finding, findingsIn } from "./check.ts";
export type { Check, Status } from "./doctor/check.ts";
export { type ExamineOptions, examine } from "./doctor/examine.ts";
export { type ExplainOptions, type Explanation, explain, type SampleOutlook, type SeriesOutlook } from "./explain.ts";
export { openBody } from "./letters/body.ts";
export { type DeadLetters, type LookOptions, openDeadLetters, type TailOptions } from "./letters/dead-letters.ts";
export { digestOf, type LetterDigest } from "./letters/digest.ts";
export type { DropOptions, DropProgress, DropReport } from "./letters/drop.ts";
export { compileFilter, type Filter } from "./letters/filter.ts";
export { type Letter, type LetterSeries, type LetterSource, MOVED_REASON } from "./letters/letter.ts";
export { DIMENSIONS, type Dimension, Pivot, type PivotRow, type PivotTable } from "./letters/pivot.ts";
export { compileRelabel, type Relabel, type RelabelRule } from "./letters/relabel.ts";
export type { ReplayOptions, ReplayProgress, ReplayReport } from "./letters/replay.ts";
export { UNFIT, type Unfit } from "./letters/rewrite.ts";
export type { Reach, Sweep } from "./letters/sweep.ts";
export type { ImportReport } from "./letters/transfer.ts";
export {
  type HeldMessage,
  type Outgoing,
  type Queue,
  type QueueFigures,
  RemoteError,
  type SendOutcome,
} from "./queue.ts";
export { noteOf, REASON_NOTES, type ReasonNote, type ReplayAdvice, reasonPage } from "./reasons.ts";
export { type OpenReceiverOptions, openReceiver, readSamples } from "./receiver.ts";
export { parseMatchers } from "./selector.ts";
export {
  combineLanes,
  type Lane,
  type Point,
  readSeries,
  type SeriesQuery,
  type Step,
  type StoredSeries,
} from "./series/series.ts";
export { openQueue } from "./sqs/queue.ts";
