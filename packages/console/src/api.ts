/** What the server says to the page, as JSON. Types alone: the page is built from this file too. */
import type {
  Check,
  Dimension,
  DropReport,
  LetterDigest,
  LetterSource,
  PivotTable,
  Reach,
  ReasonNote,
  RelabelRule,
  ReplayReport,
  Sweep,
} from "@penstock/operator";

export type { Check, Dimension, LetterDigest, PivotRow, Reach, RelabelRule } from "@penstock/operator";

/** Something that may not be there to be asked; then it says why. */
export type Told<T> = { readonly known: true; readonly value: T } | { readonly known: false; readonly why: string };

/** Samples since counting began. received = stored + rejected + duplicate + returned. */
export interface Books {
  readonly received: number;
  readonly stored: number;
  readonly duplicate: number;
  readonly returned: number;
  readonly rejected: Readonly<Record<string, number>>;
  /** Part of `stored`. */
  readonly restamped: number;
  readonly laneMoves: number;
}

/** Messages by SQS's approximate counts. */
export interface QueueLevel {
  readonly visible: number;
  readonly inFlight: number;
  readonly delayed: number;
}

/** What was seen at one time. */
export interface HistoryPoint {
  readonly atMs: number;
  readonly queue?: QueueLevel;
  readonly deadLetters?: QueueLevel;
  readonly books?: Books;
}

export interface Overview {
  readonly nowMs: number;
  readonly intervalMs: number;
  readonly queue: Told<QueueLevel>;
  readonly deadLetters: Told<QueueLevel>;
  readonly books: Told<Books>;
  /** When the oldest message was sent; undefined when the queue is empty. */
  readonly oldestSentAtMs: Told<number | undefined>;
  /** The newest receipt that the receiver holds; undefined when there is none of the last minutes, or nobody asked it yet. */
  readonly newestReceiptMs: Told<number | undefined> | undefined;
  /** Those after the time asked for, oldest first. */
  readonly points: readonly HistoryPoint[];
}

/** Where everything is, and what the page needs to draw itself. */
export interface Settings {
  readonly queueUrl: string;
  readonly deadLetterQueueUrl: string;
  readonly receiverUrl: string;
  readonly queryUrl: string | undefined;
  /** In a few words: `this machine`, `eu-west-1`. */
  readonly place: string;
  /** Whether everything that was stored may be listed without naming a metric: a small receiver on this machine. */
  readonly browsable: boolean;
  readonly intervalMs: number;
  /** What the console can and cannot show here, and why. */
  readonly sources: readonly { readonly name: string; readonly answer: Told<string> }[];
  readonly attributes: Told<Readonly<Record<string, string>>>;
  readonly deadLetterAttributes: Told<Readonly<Record<string, string>>>;
  readonly node: string;
  readonly startedMs: number;
  readonly reasons: Readonly<Record<string, ReasonNote>>;
  /** Why a replay leaves a letter where it is. */
  readonly unfit: Readonly<Record<string, string>>;
}

export type JobKind = "look" | "preview-replay" | "replay" | "preview-drop" | "drop" | "body" | "doctor";
type JobState = "running" | "done" | "cancelled" | "failed";

/** What a replay is to do, as the page says it. */
export interface ReplayPlan {
  readonly selector: string;
  readonly restamp: boolean;
  readonly relabel: readonly RelabelRule[];
  /** Letters a second; as fast as it goes when undefined. */
  readonly rate?: number | undefined;
  readonly unnamed: boolean;
  /** How far the preview looks. The replay itself always reaches all. */
  readonly reach: Reach;
}

export interface DropPlan {
  readonly selector: string;
  readonly reach: Reach;
}

/** One long work of the server, under way or ended. */
export interface Job {
  readonly id: string;
  readonly kind: JobKind;
  readonly state: JobState;
  readonly startedMs: number;
  readonly endedMs: number | undefined;
  /** Letters looked at so far. */
  readonly seen: number;
  /** Letters in the queue at the start, about. */
  readonly total: number | undefined;
  /** Letters replayed or dropped so far. */
  readonly done: number;
  /** One sentence, of a job that failed. */
  readonly error: string | undefined;
  readonly replay?: { readonly plan: ReplayPlan; readonly report: ReplayReport | undefined };
  readonly drop?: { readonly plan: DropPlan; readonly report: DropReport | undefined };
  readonly checks?: readonly Check[];
}

/** The last look through the dead letters, which the pivot and the list are read from. */
export interface Look {
  readonly atMs: number;
  readonly reach: Reach;
  /** Letters kept to be shown. */
  readonly letters: number;
  readonly sweep: Sweep;
  /** The look ended early, for what is kept of letters would have been too much. */
  readonly full: boolean;
  /** Something was replayed or dropped since. */
  readonly outdated: boolean;
}

/** State of the dead letters' desk. */
export interface Desk {
  readonly figures: Told<QueueLevel>;
  readonly look: Look | undefined;
  /** The job that has the letters in hand now. */
  readonly busy: Job | undefined;
}

export interface PivotView extends PivotTable {
  /** What its rows differ by. */
  readonly by: readonly Dimension[];
  /** Rows there are; the table may have fewer. */
  readonly rowCount: number;
}

export interface ListView {
  readonly letters: readonly LetterDigest[];
  /** Letters that match. */
  readonly total: number;
}

/** Values as JSON has them: a number, or its name. */
export type JsonNumber = number | "NaN" | "Infinity" | "-Infinity";

export interface LetterView extends LetterDigest {
  readonly name: string | undefined;
  readonly late: string;
  readonly requestId: string | undefined;
  readonly lanes: readonly string[];
  readonly source: LetterSource | undefined;
  readonly receiveCount: number;
  /** The body could not be read; it is shown only when asked for. */
  readonly isUnreadable: boolean;
  readonly shown: readonly {
    readonly key: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly samples: number;
    readonly timestamps: readonly number[];
    readonly values: readonly JsonNumber[];
  }[];
}

/** How labels of some of the letters change under relabel rules. */
export interface RelabelTrial {
  readonly before: string;
  readonly after: string;
}

export interface SeriesView {
  readonly key: string;
  readonly lanes: readonly {
    readonly lane: string;
    readonly group: string;
    readonly samples: number;
    readonly oldestMs: number;
    readonly newestMs: number;
    readonly newestValue: JsonNumber;
  }[];
  readonly samples: number;
  readonly newestMs: number;
  /** In time order, the newest so many; empty for series beyond those that are drawn. */
  readonly points: {
    readonly atMs: readonly number[];
    readonly values: readonly JsonNumber[];
    readonly lanes: readonly string[];
  };
  readonly combined: { readonly atMs: readonly number[]; readonly values: readonly JsonNumber[] };
}

export interface SeriesAnswer {
  readonly startMs: number;
  readonly endMs: number;
  readonly stepMs: number;
  readonly series: readonly SeriesView[];
  /** Series that match, of which `series` may have fewer. */
  readonly total: number;
}

/** One remote-write request, as whoever saw it saw it. */
export interface WriteView {
  readonly atMs: number;
  /** Undefined when no answer came. */
  readonly status: number | undefined;
  readonly series: number;
  readonly samples: number;
  /** As sent; undefined where it is not known. */
  readonly bytes: number | undefined;
  readonly durationMs: number;
  /** The receiver's words. */
  readonly detail: string;
}
