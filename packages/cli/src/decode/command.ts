import { Command } from "commander";
import { STDIN_BY_DEFAULT } from "../output/input.ts";

const EXAMPLES = `
A remote-write body (snappy, protobuf) is printed as a series a line, in the
format that penstock send takes; a message is unpacked when it is gzip.
Exit code 1 when it is neither.

Examples:
  penstock decode request.bin
  penstock decode --json < message.json | jq .series`;

export function decodeCommand(): Command {
  return new Command("decode")
    .description("Print a remote-write body or a message as JSON.")
    .argument("[file]", `the body; ${STDIN_BY_DEFAULT}`)
    .option("--json", "a message on one line too")
    .addHelpText("after", EXAMPLES)
    .action(async (file: string | undefined, options) => (await import("./run.ts")).runDecode(file, options));
}
