import { Command } from "commander";

const EXAMPLES = `
Examples:
  penstock decode request.bin                               a remote-write body (snappy, protobuf), a series a line
  penstock decode < message.json                            a message, unpacked when it is gzip`;

export function decodeCommand(): Command {
  return new Command("decode")
    .description("Print a remote-write body or a message as JSON.")
    .argument("[file]", "the body; standard input by default")
    .addHelpText("after", EXAMPLES)
    .action(async (file: string | undefined) => (await import("./run.ts")).runDecode(file));
}
