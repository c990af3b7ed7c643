import { Command } from "commander";
import { queryOption, receiverOption, sinceOption } from "../output/places.ts";

const EXAMPLES = `
Examples:
  penstock series ls 'orders_total{country="is"}'   lanes in use, newest of each
  penstock series show orders_total --since 10m     raw samples and their lanes`;

export function seriesCommand(): Command {
  const series = new Command("series").description("Look at what is stored: series, their lanes, their raw samples.");
  series.addHelpText("after", EXAMPLES);
  series.addCommand(
    base("ls", "List series, with the lanes in use.").action(async (selector, options) =>
      (await import("./run.ts")).runList(selector, options),
    ),
  );
  series.addCommand(
    base("show", "Show the raw samples of series, newest last.").action(async (selector, options) =>
      (await import("./run.ts")).runShow(selector, options),
    ),
  );
  return series;
}

function base(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .addHelpText("after", EXAMPLES)
    .argument("<selector>", 'a series selector: up, or up{job="api",instance=~"a.*"}')
    .addOption(receiverOption())
    .addOption(queryOption())
    .addOption(sinceOption())
    .option("--json", "one JSON object per series");
}
