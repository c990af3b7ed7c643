import {
  openQueue,
  type RelabelRule,
  type ReplayProgress,
  type ReplayReport,
  UNFIT,
  type Unfit,
} from "@penstock/operator";
import type { Command } from "commander";
import { CommandError, EXIT } from "../exit.ts";
import { holding } from "../output/operating.ts";
import { checkPair } from "../output/pair.ts";
import { count } from "../output/words.ts";
import { NONE_MATCH } from "./look.ts";
import { type DlqOptions, lookOf, openLetters, tellSweep } from "./open.ts";
import { progressing } from "./progress.ts";

interface ReplayCommandOptions extends DlqOptions {
  readonly queue: string;
  readonly restamp?: true;
  readonly set: readonly string[];
  readonly rename: readonly string[];
  readonly relabel: readonly string[];
  readonly rate?: number;
  readonly limit?: number;
  readonly groups?: number;
  readonly unnamed?: true;
}

/** Sends letters back, or says what would happen. Exit code 1 when some that were chosen stay. @throws {CommandError} */
export function runReplay(selector: string, options: ReplayCommandOptions, command: Command): Promise<void> {
  return holding(async (signal) => {
    checkPair(options, command);
    const letters = openLetters(options);
    const mode = options.confirm ? "replay" : "preview";
    const look = lookOf(selector, options, signal);
    const { restamp, groups, limit, rate } = options;
    const report = await progressing("end", (show) => {
      const shared = {
        ...look,
        to: openQueue(options.queue),
        restamp,
        relabel: rulesOf(options),
        groups,
        unnamed: options.unnamed ? ("replay" as const) : ("hold" as const),
        limit,
        onProgress: ({ seen, replayed }: ReplayProgress): void =>
          show(`${count(seen, "letter")} seen, ${replayed} replayed`),
      };
      return mode === "replay" ? letters.replay({ ...shared, rate }) : letters.previewReplay(shared);
    });
    const text = options.json ? `${JSON.stringify({ mode, ...report })}\n` : formatReport(report, mode, options.queue);
    process.stdout.write(text);
    if (!options.json) tellSweep(report.sweep, look.reach);
    if (report.trouble !== undefined) {
      throw new CommandError(EXIT.remote, `The queue did not take everything: ${report.trouble}`);
    }
    const { ended, undeleted } = report.sweep;
    const isFutile = mode === "preview" && Object.keys(report.hopeless).length > 0;
    if (report.matched > report.replayed || isFutile || ended !== undefined || undeleted > 0) {
      process.exitCode = EXIT.findings;
    }
  });
}

function formatReport(report: ReplayReport, mode: string, queue: string): string {
  const { matched, replayed, samples, companions, covered, kept, hopeless } = report;
  if (matched === 0) return NONE_MATCH;
  const done = mode === "replay" ? "Sent back" : "Would send back";
  const lines = [
    `${done} ${count(replayed, "letter")} of ${matched} that match, with ${count(samples, "sample")}, to ${queue}`,
  ];
  if (companions > 0) lines.push(`${count(companions, "sample")} of other series go along: a letter goes whole.`);
  if (covered > 0) lines.push(`${count(covered, "letter")} with the same samples as another were deleted with it.`);
  for (const [why, letters] of Object.entries(kept)) {
    const sentence = Object.hasOwn(UNFIT, why) ? UNFIT[why as Unfit] : "The queue did not take them.";
    lines.push(`${count(letters, "letter")} ${letters === 1 ? "stays" : "stay"}. ${sentence}`);
  }
  for (const [reason, refused] of Object.entries(hopeless)) {
    lines.push(`${count(refused, "sample")} ${mode === "replay" ? "will" : "would"} be refused again: ${reason}.`);
  }
  if (mode === "preview") lines.push("Nothing was changed; --confirm does it.");
  else if (replayed > 0)
    lines.push("What is refused again comes back as a letter: see `penstock dlq stat` in a moment.");
  return `${lines.join("\n")}\n`;
}

/** Renames first, then what is set, then the rules as they are given. */
function rulesOf({ rename, set, relabel }: ReplayCommandOptions): RelabelRule[] {
  return [...rename.flatMap(renameRules), ...set.map(setRule), ...relabel.map(readRule)];
}

function renameRules(text: string): RelabelRule[] {
  const [before, after] = pairOf("--rename", text);
  const literal = before.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
  return [
    // Only where the label is: the expression does not match an empty value.
    { source_labels: [before], regex: "(.+)", target_label: after, replacement: "$1" },
    { action: "labeldrop", regex: literal },
  ];
}

function setRule(text: string): RelabelRule {
  const [label, value] = pairOf("--set", text);
  return { target_label: label, replacement: value.replaceAll("$", "$$$$") };
}

function pairOf(option: string, text: string): [string, string] {
  const at = text.indexOf("=");
  if (at < 1) throw new CommandError(EXIT.usage, `Expected \`${option}\` to be like a=b, got \`${text}\``);
  return [text.slice(0, at), text.slice(at + 1)];
}

function readRule(text: string): RelabelRule {
  try {
    return JSON.parse(text) as RelabelRule;
  } catch (error) {
    throw new CommandError(EXIT.usage, `Expected \`--relabel\` to be JSON: ${(error as Error).message}`);
  }
}
