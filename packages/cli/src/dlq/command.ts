import { Argument, Command, InvalidArgumentError, Option } from "commander";
import { durationOption, positive } from "../arguments.ts";
import { STDIN_BY_DEFAULT } from "../output/input.ts";
import { deadLettersOption, queueOption } from "../output/places.ts";

const SELECTOR = `what to choose, as PromQL writes it: '{reason="sample-too-old",__name__=~"http_.*"}'`;
const ALL = "look behind the ten oldest of each group too: letters in the way are queued again at its end";

const HELP = `
A selector's words reason, writer, group, kind and id are the letter's; every
other name is a label of a series in it. '{}' is everything.

SQS hands out the ten oldest messages of a FIFO group and nothing behind them,
so a look shows those; --all goes behind, by queueing letters again at the end
of their groups. A look raises receive counts, and gives everything back.

Examples:
  penstock dlq stat --by reason,writer,hour --all
  penstock dlq ls '{reason="label_invalid"}'
  penstock dlq show 3f2a
  penstock dlq replay '{reason="label_invalid"}' --rename http.method=method
  penstock dlq drop '{writer="test"}' --confirm

Each has more in its own help: penstock dlq replay --help`;

/** Under each sub-command's options. */
const EXAMPLES = {
  stat: `
Exit code 1 when there are letters.

Examples:
  penstock dlq stat                               what was refused, and why
  penstock dlq stat --by reason,metric,hour       and since when
  penstock dlq stat '{writer="checkout"}' --all   all of one writer's`,
  ls: `
As text the newest letter comes first; as JSON they come as they are found.

Examples:
  penstock dlq ls '{reason=~"sample-.*",__name__="orders_total"}'
  penstock dlq ls --json | jq -r .id`,
  show: `
Exit code 1 when no letter within reach has such an id.

Example:
  penstock dlq show 3f2a                          as dlq ls prints it, or less`,
  replay: `
A letter is deleted only after its replay is queued; run again after a crash, in
the same way, nothing is lost and nothing is stored twice. Exit code 1 when some
letters stay, or when a preview says that samples would be refused again.

Examples:
  penstock dlq replay '{reason="label_invalid"}' --rename http.method=method
  penstock dlq replay '{reason="label_invalid"}' \\
    --rename http.method=method --confirm
  penstock dlq replay '{reason="sample-too-old"}' --restamp --rate 50 --confirm
  penstock dlq replay '{}' --set region= --relabel \\
    '{"source_labels":["path"],"regex":"/v1/(.*)","target_label":"path"}'`,
  drop: `
A letter goes only when all of its series match. Exit code 1 when some that hold
others too stay.

Examples:
  penstock dlq drop '{reason="message_malformed"}'             says which
  penstock dlq drop '{reason="message_malformed"}' --confirm   deletes them`,
  export: `
Exit code 1 when some letters could not be reached.

Examples:
  penstock dlq export --all > letters.jsonl       a backup
  penstock dlq export '{writer="test"}' | jq .message.series`,
  import: `
What was not edited is the letter that it was: the two are made one again by the
next replay or drop. Exit code 1 when a line is refused.

Examples:
  penstock dlq import letters.jsonl
  penstock dlq export | sed 's/"http\\.method"/"method"/' > edited.jsonl
  penstock dlq drop '{}' --confirm && penstock dlq import edited.jsonl`,
  tail: `
Examples:
  penstock dlq tail '{reason!="greater_than_max_sample_age"}'
  penstock dlq tail --json --interval 30s | jq -r .detail`,
} as const;

export function dlqCommand(): Command {
  const dlq = new Command("dlq").description("Look at dead letters: what was refused and why; replay or drop them.");
  dlq.addHelpText("after", HELP);
  dlq.addCommand(
    withSelector(base("stat", "Add the letters up."))
      .addOption(
        new Option("--by <dimensions>", "reason, series, metric, writer, hour, group")
          .argParser(list)
          .default(["reason"], "reason"),
      )
      .action(async (selector, options) => (await import("./look.ts")).runStat(selector, options)),
  );
  dlq.addCommand(
    withSelector(base("ls", "List letters."))
      .option("--limit <letters>", "show so many", positive, 100)
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
    withSelector(base("export", "Write letters as lines of JSON, to keep or to edit; they stay in the queue.")).action(
      async (selector, options) => (await import("./transfer.ts")).runExport(selector, options),
    ),
  );
  dlq.addCommand(
    base("import", "Put exported letters into a dead-letter queue.")
      .argument("[file]", `lines of \`penstock dlq export\`; ${STDIN_BY_DEFAULT}`)
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

function base(name: keyof typeof EXAMPLES, description: string): Command {
  return new Command(name)
    .description(description)
    .addOption(deadLettersOption())
    .option("--json", name === "export" ? "as without it: its lines are JSON" : "JSON instead of text")
    .addHelpText("after", EXAMPLES[name]);
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
    .addOption(repeatable("--set <label=value>", "set a label; label= takes it away"))
    .addOption(repeatable("--rename <old=new>", "rename a label"))
    .addOption(repeatable("--relabel <json>", "a rule of Prometheus' relabel_config as JSON"))
    .option("--rate <letters>", "letters a second", positive)
    .option("--limit <letters>", "look at so many", positive)
    .option("--groups <number>", "message groups of the senders, when it is not 64", positive)
    .option("--unnamed", "also whole messages without id: what is stored of them would be stored again")
    .action(async (selector, options, command) => (await import("./replay.ts")).runReplay(selector, options, command));
}

function repeatable(flags: string, description: string): Option {
  return new Option(flags, `${description} (repeatable)`)
    .argParser((text: string, before: readonly string[]) => [...before, text])
    .default([], "none");
}

/** @throws {InvalidArgumentError} */
function list(text: string): string[] {
  const words = text.split(",").map((word) => word.trim());
  if (words.every((word) => word !== "")) return words;
  throw new InvalidArgumentError("Expected names with commas between them, such as reason,writer.");
}
