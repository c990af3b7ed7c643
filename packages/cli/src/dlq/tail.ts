import { digestOf, type Letter, parseMatchers } from "@penstock/operator";
import { holding } from "../output/operating.ts";
import { printable } from "../output/table.ts";
import { count, timeWords } from "../output/words.ts";
import { ID_LENGTH } from "./look.ts";
import { type DlqOptions, openLetters } from "./open.ts";

/** Prints letters as they come within reach, until Ctrl-C. @throws {CommandError} */
export function runTail(selector = "", options: DlqOptions & { readonly interval: number }): Promise<void> {
  return holding(async (signal) => {
    let told = 0;
    await openLetters(options).tail({
      matchers: parseMatchers(selector),
      intervalMs: options.interval,
      signal,
      onLetters: (letters) => {
        for (const letter of letters)
          process.stdout.write(`${options.json ? JSON.stringify(digestOf(letter)) : lineOf(letter)}\n`);
      },
      onHidden: (hidden) => {
        if (hidden !== told && hidden > 0) {
          process.stderr.write(`${count(hidden, "more letter")} out of reach, behind the ten oldest of a group.\n`);
        }
        told = hidden;
      },
    });
  });
}

function lineOf({ id, diedAtMs, reason, samples, writer = "-", series, detail }: Letter): string {
  const words = [
    timeWords(diedAtMs),
    id.slice(0, ID_LENGTH),
    reason,
    count(samples, "sample"),
    writer,
    series[0]?.key ?? "",
    detail,
  ];
  return printable(words.filter((word) => word !== "").join("  "));
}
