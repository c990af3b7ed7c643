import { parseArgs } from "node:util";
import { type Line, SIZES, type Size } from "./measure.ts";

/** Measures, and gives its lines. */
type Bench = (size: Size) => Promise<Line[]>;

/** By name: what is measured beside what, and the bench, loaded when it is its turn: none pays for another's imports. */
export type Benches = Readonly<Record<string, { readonly what: string; readonly load: () => Promise<Bench> }>>;

/** Where a run tells what it does. */
export interface Output {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

const usage = (benches: Benches): string => `Usage: npm run bench -- [--only NAME] [--size SIZE] [--json]

Measures Penstock beside what people use today, in turns in one run. A line is a ratio, ours and theirs (medians) with
their unit, and what we promise of the ratio, if anything. Above 1 is to our advantage.

Names, all of them by default:
${Object.entries(benches)
  .map(([name, { what }]) => `  ${name.padEnd(10)}${what}\n`)
  .join("")}
Sizes: ${Object.keys(SIZES).join(", ")}. Only the full one, the default, means something: the whole takes two minutes.

Exit codes: 0 every promised ratio was reached, 1 one was not, 2 called wrongly.
`;

/** Runs the benches that the arguments ask for. Resolves with the exit code. */
export async function run(args: readonly string[], benches: Benches, { out, err }: Output): Promise<number> {
  const options = readOptions(args, benches);
  if (typeof options === "string") {
    err(options);
    return 2;
  }
  if (options.help) {
    out(usage(benches));
    return 0;
  }
  const lines: Line[] = [];
  for (const name of options.names) {
    err(`measuring ${name} …\n`);
    for (const line of await (await benches[name]!.load())(options.size)) {
      lines.push(line);
      if (!options.json) out(`${describe(line)}\n`);
    }
  }
  if (options.json) out(`${JSON.stringify(lines, undefined, 2)}\n`);
  return lines.every(reached) ? 0 : 1;
}

interface Options {
  readonly names: readonly string[];
  readonly size: Size;
  readonly json: boolean;
  readonly help: boolean;
}

function readOptions(args: readonly string[], benches: Benches): Options | string {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        only: { type: "string" },
        size: { type: "string", default: "full" },
        json: { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
      },
    });
    const { only, size, json, help } = values;
    if (only !== undefined && !Object.hasOwn(benches, only)) return unknown("only", benches, only);
    if (!Object.hasOwn(SIZES, size)) return unknown("size", SIZES, size);
    const names = only === undefined ? Object.keys(benches) : [only];
    return { names, size: SIZES[size as keyof typeof SIZES], json, help };
  } catch (error) {
    return `${(error as Error).message}\n\n${usage(benches)}`;
  }
}

function unknown(option: string, known: object, given: string): string {
  return `Expected \`--${option}\` to be one of ${Object.keys(known).join(", ")}, got \`${given}\`\n`;
}

/** A ratio that is no number was not reached. */
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
  return `${name.padEnd(36)}${`${ratio < 0.1 ? ratio.toPrecision(2) : ratio.toFixed(2)}×`.padStart(9)}  ${raw}${promise}${note ? `  ${note}` : ""}`;
}

function figure(value: number): string {
  return value >= 100 || Number.isInteger(value) ? value.toFixed(0) : value.toPrecision(3);
}
