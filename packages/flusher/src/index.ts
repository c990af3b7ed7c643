export { type Flush, flush } from "./flush.ts";
export { DEFAULT_OPTIONS, type FlusherOptions } from "./options.ts";
export type { DeadLetters, Ports, QueueRecord, Settlement } from "./ports.ts";
export type { LookReport, Report, RequestReport } from "./report.ts";
