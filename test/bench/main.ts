import { parseArgs } from "node:util";
import type { Line } from "./measure.ts";

/** Each on its own process time; loaded when it is its turn, so that none pays for another's imports. */
const BENCHES: Readonly<Record<string, () => Promise<() => Promise<Line[]>>>> = {
  wire: async () => (await import("./wire.ts")).wire,
  consumer: async () => (await import("./consumer.ts")).consumer,
  requests: async () => (await import("./requests.ts")).requests,
  money: async () => (await import("./money.ts")).money,
  decode: async () => (await import("./decode.ts")).decode,
  growth: async () => (await import("./growth.ts")).growth,
};

const USAGE = `Usage: npm run bench -- [--only NAME] [--json]

Measures Penstock beside what people use today, as ratios of medians in one run.
Names: ${Object.keys(BENCHES).join(", ")}

Exit codes: 0 every promised ratio was reached, 1 one was not, 2 called wrongly.
`;

process.exitCode = await main();

async function main(): Promise<number> {
  const options = readOptions();
  if (typeof options === "string") {
    process.stderr.write(options);
    return 2;
  }
  if (options.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  const lines: Line[] = [];
  for (const name of options.names) {
    process.stderr.write(`measuring ${name} …\n`);
    for (const line of await (await BENCHES[name]!())()) {
      lines.push(line);
      if (!options.json) process.stdout.write(`${describe(line)}\n`);
    }
  }
  if (options.json) process.stdout.write(`${JSON.stringify(lines, undefined, 2)}\n`);
  return lines.every(reached) ? 0 : 1;
}

function readOptions(): { names: string[]; json: boolean; help: boolean } | string {
  try {
    const { values } = parseArgs({
      options: { only: { type: "string" }, json: { type: "boolean" }, help: { type: "boolean", short: "h" } },
    });
    const { only, json = false, help = false } = values;
    if (only !== undefined && !Object.hasOwn(BENCHES, only)) {
      return `Expected \`--only\` to be one of ${Object.keys(BENCHES).join(", ")}, got \`${only}\`\n`;
    }
    return { names: only === undefined ? Object.keys(BENCHES) : [only], json, help };
  } catch (error) {
    return `${(error as Error).message}\n\n${USAGE}`;
  }
}

function reached({ ratio, atLeast }: Line): boolean {
  return atLeast === undefined || ratio >= atLeast;
}

function describe(line: Line): string {
  const { name, unit, ours, theirs, ratio, atLeast, note } = line;
  const promise =
    atLeast === undefined
      ? ""
      : `  (at least ${Number(atLeast.toPrecision(2))}×: ${reached(line) ? "reached" : "MISSED"})`;
  const raw = `${figure(ours)} against ${figure(theirs)} ${unit}`;
  return `${name.padEnd(34)}${`${ratio.toFixed(2)}×`.padStart(9)}  ${raw}${promise}${note ? `  ${note}` : ""}`;
}

function figure(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
