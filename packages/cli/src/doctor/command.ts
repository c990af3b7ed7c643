import { Command } from "commander";
import { deadLettersOption, queryOption, queueOption, receiverOption } from "../output/places.ts";

const EXAMPLES = `
It looks at region and credentials, both queues and their redrive policy, the
function that reads the queue and its timeout, what these credentials may do,
the clock, the workspace, its quotas and how much of them is used, and whether
the receiver shows at once what it took: on that the consumer builds. For the
last it writes three samples of penstock_probe, unless --read-only is given.
Exit code 1 when a check fails; a warning alone is 0.

Examples:
  penstock doctor
  penstock doctor --json | jq -c 'select(.status=="FAIL")'
  penstock doctor \\
    --queue https://sqs.eu-west-1.amazonaws.com/123456789012/penstock.fifo \\
    --dead-letters https://sqs.eu-west-1.amazonaws.com/123456789012/penstock-dead.fifo \\
    --receiver https://aps-workspaces.eu-west-1.amazonaws.com/workspaces/ws-12345678/`;

export function doctorCommand(): Command {
  return new Command("doctor")
    .description("Look at everything that a pipeline needs, and say what to do about what is wrong.")
    .addOption(queueOption())
    .addOption(deadLettersOption())
    .addOption(receiverOption())
    .addOption(queryOption())
    .option("--read-only", "write no probe to the receiver")
    .option("--json", "one JSON object per check")
    .addHelpText("after", EXAMPLES)
    .action(async (options) => (await import("./run.ts")).runDoctor(options));
}
