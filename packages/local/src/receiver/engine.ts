import type { Answer } from "./answer.ts";
import type { Head } from "./head.ts";
import type { IncomingSeries, Metadata } from "./series.ts";

/** How one family of receivers takes a write. */
export interface Engine {
  readonly name: "cortex" | "prometheus";
  readonly head: Head;
  /** The largest request taken over HTTP, as sent and unpacked. */
  readonly maxRequestBytes: number;
  write(series: readonly IncomingSeries[], metadata: readonly Metadata[]): Answer;
}
