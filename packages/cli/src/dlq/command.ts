import { Argument, Command, InvalidArgumentError, Option } from "commander";
import { durationOption } from "../arguments.ts";
import { deadLettersOption, queueOption } from "../output/places.ts";

const SELECTOR = `what to choose, as PromQL writes it: '{reason="sample-too-old",__name__=~"http_.*"}'`;
const ALL = "look behind the ten oldest of each group too: letters in the way are queued again at its end";

const EXAMPLES = `
A selector's words reason, writer, group, kind and id are the letter's; every other name is a label of a series in it.
SQS hands out the ten oldest messages of a FIFO group and nothing behind them, so a look shows those; --all goes behind,
by queueing letters again at the end of their groups. A look raises receive counts, and gives everything back.

Examples:
  penstock dlq stat                                         what was refused, why, how much
  penstock dlq stat --by reason,metric,hour --all           everything, since when
  penstock dlq ls '{reason="label_invalid"}'                which letters
  penstock dlq show 3f2a                                    one of them: samples, the receiver's words, what to do
  penstock dlq replay '{reason="label_invalid"}' --rename http.method=method            what would happen
  penstock dlq replay '{reason="label_invalid"}' --rename http.method=method --confirm  do it
  penstock dlq drop '{writer="test"}' --confirm             delete for good
  penstock dlq export '{}' --all > letters.jsonl            a backup, or to be edited and imported`;

export function dlqCommand(): Command {
  const dlq = new Command("dlq").description("Look at dead letters: what was refused and why; replay or drop them.");
  dlq.addHelpText("after", EXAMPLES);
  dlq.addCommand(
    withSelector(base("stat", "Add the letters up."))
      .option("--by <dimensions>", "reason, series, metric, writer, hour, group", list, ["reason"])
      .action(async (selector, options) => (await import("./look.ts")).runStat(selector, options)),
  );
  dlq.addCommand(
    withSelector(base("ls", "List letters."))
      .option("--limit <letters>", "show so many", whole, 100)
      .action(async (selector, options) => (await import("./look.ts")).runList(selector, options)),
  );
  dlq.addCommand(
    base("show", "Show one letter: its samples, why it was refused, what to do.")
      .argument("<id>", "its id, or how that begins")
      .option("--all", ALL)
      .action(async (id, options) => (await import("./show.ts")).runShow(id, options)),
  );
  dlq.addCommand(replayCommand());
  dlq.addCommand(
    base("drop", "Delete letters for good; without --confirm only says which.")
      .addArgument(new Argument("<selector>", `${SELECTOR}; '{}' is everything`))
      .option("--confirm", "do it")
      .option("--all", `without --confirm: ${ALL}`)
      .action(async (selector, options) => (await import("./drop.ts")).runDrop(selector, options)),
  );
  dlq.addCommand(
    withSelector(bare("export", "Write letters as lines of JSON, to keep or to edit; they stay in the queue.")).action(
      async (selector, options) => (await import("./transfer.ts")).runExport(selector, options),
    ),
  );
  dlq.addCommand(
    base("import", "Put exported letters into a dead-letter queue.")
      .argument("[file]", "lines of `penstock dlq export`; standard input by default")
      .action(async (file, options) => (await import("./transfer.ts")).runImport(file, options)),
  );
  dlq.addCommand(
    base("tail", "Print letters as they come, until Ctrl-C.")
      .addArgument(new Argument("[selector]", SELECTOR))
      .addOption(durationOption("--interval <duration>", "between two looks", "5s"))
      .action(async (selector, options) => (await import("./tail.ts")).runTail(selector, options)),
  );
  return dlq;
}

/** What every sub-command has, and those that print text unless asked. */
function bare(name: string, description: string): Command {
  return new Command(name).description(description).addOption(deadLettersOption());
}

function base(name: string, description: string): Command {
  return bare(name, description).option("--json", "JSON instead of text");
}

function withSelector(command: Command): Command {
  return command.addArgument(new Argument("[selector]", SELECTOR)).option("--all", ALL);
}

function replayCommand(): Command {
  return base("replay", "Send letters back to the queue; without --confirm only says what would happen.")
    .addArgument(new Argument("<selector>", `${SELECTOR}; '{}' is everything`))
    .addOption(queueOption())
    .option("--confirm", "do it")
    .option("--all", `without --confirm: ${ALL}`)
    .option("--restamp", "store what is too old at the time of the replay")
    .option("--set <label=value>", 'set a label; label="" takes it away (repeatable)', collect, [])
    .option("--rename <old=new>", "rename a label (repeatable)", collect, [])
    .addOption(
      new Option("--relabel <json>", "a rule of Prometheus' relabel_config as JSON (repeatable)")
        .argParser(collect)
        .default([]),
    )
    .option("--rate <letters>", "letters a second", whole)
    .option("--limit <letters>", "look at so many", whole)
    .option("--groups <number>", "message groups of the senders, when it is not 64", whole)
    .option("--unnamed", "also whole messages without id: what is stored of them would be stored again")
    .action(async (selector, options, command) => (await import("./replay.ts")).runReplay(selector, options, command));
}

function list(text: string): string[] {
  return text.split(",").map((word) => word.trim());
}

function collect(text: string, before: readonly string[]): string[] {
  return [...before, text];
}

/** @throws {InvalidArgumentError} */
function whole(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("Expected a whole number of at least 1.");
}
