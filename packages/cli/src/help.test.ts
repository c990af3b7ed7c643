import type { Command } from "commander";
import { expect, test } from "vitest";
import { checkCommand } from "./check/command.ts";
import { decodeCommand } from "./decode/command.ts";
import { dlqCommand } from "./dlq/command.ts";
import { doctorCommand } from "./doctor/command.ts";
import { explainCommand } from "./explain/command.ts";
import { queryCommand } from "./query/command.ts";
import { queueCommand } from "./queue/command.ts";
import { seriesCommand } from "./series/command.ts";

const FAMILIES = [dlqCommand(), queueCommand(), seriesCommand()];
const ALONE = [explainCommand(), decodeCommand(), checkCommand(), doctorCommand(), queryCommand()];

function helpOf(command: Command): string {
  let text = "";
  command.configureOutput({ writeOut: (more) => (text += more), getOutHelpWidth: () => 80 });
  command.outputHelp();
  return text;
}

test("everything an operator calls has examples in its help, answers in JSON, and reads well on 80 columns", () => {
  const calls = [...FAMILIES.flatMap(({ commands }) => commands), ...ALONE];
  for (const command of [...FAMILIES, ...calls]) {
    const help = helpOf(command);
    expect(help).toMatch(/\nExamples?:\n {2}penstock /);
    // A default is said in words, and once.
    expect(help).not.toMatch(/default: [[\]{}]|\(default: .*\) \(default|default: \d{4}/);
    // An address is not broken.
    const wide = help.split("\n").filter((line) => line.length > 80 && !line.includes("https://"));
    expect({ name: command.name(), wide }).toEqual({ name: command.name(), wide: [] });
  }
  for (const command of calls) expect(helpOf(command)).toMatch(/--json/);
});
