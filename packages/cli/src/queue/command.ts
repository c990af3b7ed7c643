import { Command } from "commander";
import { deadLettersOption, queueOption } from "../output/places.ts";

export function queueCommand(): Command {
  const queue = new Command("queue").description("Look at the queues.");
  queue.addHelpText("after", "\nExample:\n  penstock queue stat --json");
  queue.addCommand(
    new Command("stat")
      .description("How many messages wait, in the queue and in the dead-letter queue.")
      .addOption(queueOption())
      .addOption(deadLettersOption())
      .option("--json", "JSON instead of text")
      .action(async (options) => (await import("./run.ts")).runStat(options)),
  );
  return queue;
}
