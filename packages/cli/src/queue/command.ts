import { Command } from "commander";
import { deadLettersOption, queueOption } from "../output/places.ts";

const EXAMPLES = `
The figures are SQS's, approximate. It tells the age of the oldest message to
CloudWatch only, as ApproximateAgeOfOldestMessage.

Examples:
  penstock queue stat
  penstock queue stat --json | jq .deadLetters.visible`;

export function queueCommand(): Command {
  const queue = new Command("queue").description("Look at the queues.");
  queue.addHelpText("after", EXAMPLES);
  queue.addCommand(
    new Command("stat")
      .description("How many messages wait, in the queue and in the dead-letter queue.")
      .addOption(queueOption())
      .addOption(deadLettersOption())
      .option("--json", "JSON instead of text")
      .addHelpText("after", EXAMPLES)
      .action(async (options) => (await import("./run.ts")).runStat(options)),
  );
  return queue;
}
