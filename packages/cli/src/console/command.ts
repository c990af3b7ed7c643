import { Command, Option } from "commander";
import { httpUrl, port } from "../arguments.ts";
import { deadLettersOption, queryOption, queueOption, receiverOption } from "../output/places.ts";
import { DEFAULT_CONSOLE_PORT } from "../ports.ts";

const EXAMPLES = `
It listens on 127.0.0.1 only, and takes changes only from its own page. Credentials for AWS come from the environment.
What the consumer counts it reads from the /metrics of workers; a consumer on Lambda counts into CloudWatch, which it does not read.

Examples:
  penstock console                                          beside a \`penstock dev\` on this machine
  penstock console \\
    --queue https://sqs.eu-west-1.amazonaws.com/123456789012/penstock.fifo \\
    --dead-letters https://sqs.eu-west-1.amazonaws.com/123456789012/penstock-dead.fifo \\
    --receiver https://aps-workspaces.eu-west-1.amazonaws.com/workspaces/ws-12345678/`;

export function consoleCommand(): Command {
  return new Command("console")
    .description("Serve the operator's web page: the flow, dead letters, series, writes, doctor.")
    .addOption(queueOption())
    .addOption(deadLettersOption())
    .addOption(receiverOption())
    .addOption(queryOption())
    .addOption(
      new Option("--metrics <url>", "a worker's /metrics (repeatable)")
        .argParser((text: string, before: readonly string[]) => [...before, httpUrl(text)])
        .default([], "none"),
    )
    .option("--port <port>", "port on 127.0.0.1; 0 is any free one", port, DEFAULT_CONSOLE_PORT)
    .addHelpText("after", EXAMPLES)
    .action(async (options, command) => (await import("./run.ts")).runConsole(options, command));
}
