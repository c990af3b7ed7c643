import type { Account } from "./tally.ts";

/** The account of one replay, for people. */
export function describe(account: Account): string {
  const { samples, byStatus } = account;
  const rows = Object.entries(byStatus).map(
    ([status, { sent, stored }]) =>
      `  ${status.padEnd(8)}${String(sent).padStart(8)}${String(stored).padStart(9)}${sent === stored ? "" : "   differs"}`,
  );
  return [
    `${account.files} files, ${account.requests} requests, ${samples.sent} samples`,
    "",
    `  status  requests   stored`,
    ...rows,
    "",
    ...(account.crashes > 0 ? ["  (of the samples that invocations which died stored, no report tells)"] : []),
    ...FIGURES.map(([name, value]) => `  ${name.padEnd(26)}${value(account)}`),
    "",
    account.balanced ? "The books balance: every request is stored once." : "The books do not balance.",
    "",
  ].join("\n");
}

/** Accounts of several replays side by side. */
export function compare(columns: readonly (readonly [title: string, account: Account])[]): string {
  const cells = [
    ["", ...columns.map(([title]) => title)],
    ...FIGURES.map(([name, value]) => [name, ...columns.map(([, account]) => value(account))]),
    ["balanced", ...columns.map(([, { balanced }]) => (balanced ? "yes" : "no"))],
  ];
  const widths = cells[0]!.map((_, column) => Math.max(...cells.map((row) => row[column]!.length)));
  return `${cells
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i]!))
        .join("  ")
        .trimEnd(),
    )
    .join("\n")}\n`;
}

const FIGURES: readonly (readonly [name: string, value: (account: Account) => string])[] = [
  ["requests stored", ({ byStatus, requests }) => `${storedRequests(byStatus)} of ${requests}`],
  ["stored at their own time", ({ samples, restamped }) => String(samples.stored - restamped)],
  ["restamped", ({ restamped }) => String(restamped)],
  ["found stored already", ({ samples }) => String(samples.duplicate)],
  ["rejected", ({ rejected }) => reasons(rejected)],
  ["highest lane", ({ highestLane }) => String(highestLane)],
  [
    "active series",
    ({ activeSeries, logicalSeries }) =>
      `${activeSeries} for ${logicalSeries} (${ratio(activeSeries, logicalSeries)} each)`,
  ],
  ["runs of files", ({ invocations, announcedTwice }) => `${invocations}, ${announcedTwice} files announced twice`],
  ["messages", ({ messages }) => String(messages)],
  [
    "write requests",
    ({ writeRequests, batches, refusals }) => `${writeRequests} for ${batches} batches, ${refusals} refused`,
  ],
  ["looks", ({ looks }) => String(looks)],
  ["invocations that died", ({ crashes }) => String(crashes)],
  ["batches delivered twice", ({ redeliveries }) => String(redeliveries)],
];

function storedRequests(byStatus: Account["byStatus"]): number {
  return Object.values(byStatus).reduce((sum, { stored }) => sum + stored, 0);
}

function reasons(rejected: Account["rejected"]): string {
  return (
    Object.entries(rejected)
      .map(([reason, n]) => `${n} ${reason}`)
      .join(", ") || "0"
  );
}

function ratio(part: number, whole: number): string {
  return (part / Math.max(1, whole)).toFixed(2);
}
