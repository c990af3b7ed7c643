import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import { INTAKE_SETTINGS, startIntakeServer } from "@penstock/intake";
import { decodeMessage, type QueueEntry } from "@penstock/model";
import { expect, test } from "vitest";
import { describeWith } from "../require.ts";

const page = readFileSync(new URL("../../docs/doors.md", import.meta.url), "utf8");
const commands = [...page.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, command]) => command!);

describeWith("curl", "the commands of docs/doors.md", () => {
  test("each is taken, and puts into the queue what the page says", async () => {
    const entries: QueueEntry[] = [];
    const queue = async (more: readonly QueueEntry[]): Promise<[]> => {
      entries.push(...more);
      return [];
    };
    const intake = await startIntakeServer({ queue, firehose: "open" });
    try {
      for (const command of commands) {
        const shell = spawn("sh", ["-ec", command], {
          env: { ...process.env, INTAKE: intake.url, KEY: "" },
          stdio: ["ignore", "pipe", "pipe"],
        });
        const [said, [code]] = await Promise.all([text(shell.stdout), once(shell, "exit") as Promise<[number]>]);
        expect([code, said]).toEqual([0, expect.not.stringContaining("refused")]);
      }
    } finally {
      await intake.close();
    }
    const names = entries.flatMap(({ body }) => {
      const decoded = decodeMessage(body);
      return decoded.ok ? decoded.message.series.map(({ key }) => /"(.*?)"/.exec(key)![1]) : [];
    });
    expect(names.sort()).toEqual([
      "aws_sqs_number_of_messages_sent_maximum",
      "aws_sqs_number_of_messages_sent_minimum",
      "aws_sqs_number_of_messages_sent_sample_count",
      "aws_sqs_number_of_messages_sent_sum",
      "backup_last_success_seconds",
      "http_requests_total",
      "orders_total",
      "queue_depth",
    ]);
  });
});

test("docs/doors.md has every setting, with its default and what it is for", () => {
  for (const [name, { fallback, meaning }] of Object.entries(INTAKE_SETTINGS)) {
    expect(page).toContain(`| \`${name}\` | ${fallback === undefined ? "" : `\`${fallback}\` `}| ${meaning} |`);
  }
});
