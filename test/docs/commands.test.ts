import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DEFAULT_DOORS_PORT, DEFAULT_QUEUE_PORT, DEFAULT_RECEIVER_PORT } from "../../packages/cli/src/ports.ts";
import { BIN, penstock, type Running, start, startPenstock } from "../../packages/cli/test/command.ts";
import { exists, namedBlocks, PAGES, prose, ROOT, readPage } from "./pages.ts";

/** Pages whose `sh` blocks are run here, line by line, beside a running `penstock dev`. */
const RUN_HERE: readonly string[] = ["README.md", "docs/late-data.md"];
/** The others with `sh` blocks: their commands are only parsed here, and why. */
const RUN_ELSEWHERE: Readonly<Record<string, string>> = {
  "docs/deploy.md": "it needs an AWS account",
  "docs/operating.md": "it names queues in AWS; test/e2e/operator.test.ts runs the commands",
  "docs/doors.md": "test/e2e/doors-docs.test.ts runs them",
  "docs/sending.md": "test/docs/sending.test.ts runs its programs",
  "packages/cli/README.md": "it runs until Ctrl-C",
  "packages/consumer/README.md": "it runs until SIGTERM; test/e2e/worker-process.test.ts runs the worker",
  "docs/performance.md": "it runs for minutes; test/bench has its own tests",
};
/** Where the pages say that `penstock dev` listens. */
const [QUEUE, RECEIVER, DOORS] = [DEFAULT_QUEUE_PORT, DEFAULT_RECEIVER_PORT, DEFAULT_DOORS_PORT].map(
  (port) => `http://127.0.0.1:${port}`,
) as [string, string, string];
const STORED_WITHIN_MS = 20_000;
/** Lines of these begin with what takes minutes or would run this very test: CI runs them, or tests named there do. */
const NPM = /^npm /;

/** Tools of ours that pages call by `npx`. */
const BINARIES: ReadonlySet<string> = new Set(["sst", "biome", "changeset", "vitest", "tsc"]);

const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { scripts: Record<string, string> };

/** What a page tells its reader to type: lines of `sh` blocks, and `code` that begins with a command of ours. */
function commandsOf(page: string): string[] {
  const lines = blocksOf(page).flatMap(linesOf);
  const inline = [...prose(readPage(page)).matchAll(/`([^`\n]+)`/g)].map(([, code]) => code!);
  return [...lines, ...inline.filter((code) => /^(?:npx|npm|penstock|dlq|series) /.test(code))];
}

function blocksOf(page: string): string[] {
  return [...readPage(page).matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block]) => block!);
}

/** The commands of a block: a quote that is open, or a backslash, goes on in the next line. */
function linesOf(block: string): string[] {
  const lines: string[] = [];
  let open = "";
  for (const line of block.split("\n")) {
    open = open === "" ? line : `${open}\n${line}`;
    if (open.endsWith("\\") || (open.match(/'/g)?.length ?? 0) % 2 === 1) continue;
    if (!/^\s*(?:#|$)/.test(open)) lines.push(open);
    open = "";
  }
  return lines;
}

interface Call {
  readonly command: string;
  /** All that follows it. */
  readonly words: readonly string[];
  readonly subcommands: readonly string[];
  readonly options: readonly string[];
}

/** Calls in a line, its quoted texts, comments and the calls around them put aside. */
function callsOf(line: string): Call[] {
  const bare = line
    .replaceAll(/\$\(.*?\)/gs, "Q")
    .replaceAll(/'[^']*'|"[^"]*"/g, "Q")
    .replace(/\s#.*$/, "");
  return bare.split(/&&|\|\||[|;\n]/).map((part) => {
    const words = part
      .trim()
      .split(/\s+/)
      .filter((word) => !/^\w+=/.test(word) && word !== "npx");
    const [command = "", ...rest] = /^(?:dlq|series)$/.test(words[0] ?? "") ? ["penstock", ...words] : words;
    const ends = rest.findIndex((word) => !/^[a-z]+$/.test(word));
    return {
      command,
      words: rest,
      subcommands: ends === -1 ? rest : rest.slice(0, ends),
      options: rest.filter((word) => /^--./.test(word)).map((word) => word.split("=")[0]!),
    };
  });
}

/** A call of an npm script is a call of what stands behind it. */
function resolve(call: Call): Call {
  const [verb = "", name = ""] = call.words;
  if (call.command !== "npm" || !["run", "start", "test"].includes(verb)) return call;
  const script = scripts[verb === "run" ? name : verb];
  if (script === undefined) throw new Error(`Expected a script \`${verb} ${name}\` in package.json, got none`);
  const [behind] = callsOf(script);
  return { ...behind!, options: [...behind!.options, ...call.options] };
}

/** Sub-commands of `penstock` that have sub-commands. */
const PARENTS: ReadonlySet<string> = new Set(["dlq", "series", "queue"]);
const helps = new Map<string, Promise<string>>();

/** What `penstock … --help` says, asked once for each sub-command. */
function helpOf(words: readonly string[]): Promise<string> {
  const known = helps.get(words.join(" ")) ?? penstock([...words, "--help"]).then(({ stdout }) => stdout);
  helps.set(words.join(" "), known);
  return known;
}

test.each(PAGES)("every command of %s is one, with the options it is given", async (page) => {
  const calls = commandsOf(page).flatMap(callsOf).map(resolve);
  for (const { command, subcommands, options } of calls) {
    if (BINARIES.has(command)) expect([command, exists(`node_modules/.bin/${command}`)]).toEqual([command, true]);
    if (command !== "penstock") continue;
    const words = subcommands.slice(0, PARENTS.has(subcommands[0] ?? "") ? 2 : 1);
    const help = await helpOf(words);
    expect(/^Usage: penstock[ a-z]*[a-z]/.exec(help)?.[0]).toBe(["Usage: penstock", ...words].join(" "));
    for (const option of options)
      expect([...words, option, help.includes(` ${option} `)]).toEqual([...words, option, true]);
  }
});

test("every page with commands is run here, or says where", () => {
  const pages = PAGES.filter((page) => blocksOf(page).length > 0);
  expect(pages.filter((page) => !RUN_HERE.includes(page) && !(page in RUN_ELSEWHERE))).toEqual([]);
});

test("every file that a command of a page runs is there, or is a program of that page", () => {
  const lines = PAGES.flatMap((page) => commandsOf(page).map((line) => [line, namedBlocks(page)] as const));
  for (const [line, programs] of [...lines, ...Object.values(scripts).map((script) => [script, new Map()] as const)]) {
    for (const [, path] of line.matchAll(/\bnode (?:--\S+ )*([\w./-]+\.[jt]s)\b/g))
      expect([path, exists(path!) || programs.has(path!)]).toEqual([path, true]);
  }
});

describe("beside `npm start`", () => {
  let dev: Running;
  let places: Readonly<Record<string, string>>;
  let directory: string;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), "penstock-docs-"));
    symlinkSync(join(ROOT, "node_modules"), join(directory, "node_modules"));
    writeFileSync(join(directory, "first.ts"), namedBlocks("README.md").get("first.ts")!);
    dev = startPenstock(["dev", "--queue-port", "0", "--receiver-port", "0", "--doors-port", "0"]);
    const [, queue] = await dev.says(/^.*Queue\S*\s+(http:\/\/[\d.:]+)/m);
    const [, receiver] = await dev.says(/^.*Receiver\S*\s+(http:\/\/[\d.:]+)/m);
    const [, doors] = await dev.says(/^.*Doors\S*\s+(http:\/\/[\d.:]+)/m);
    places = { [QUEUE]: queue!, [RECEIVER]: receiver!, [DOORS]: doors! };
  });
  afterAll(async () => {
    dev?.child.kill("SIGTERM");
    await dev?.ended;
    rmSync(directory, { recursive: true, force: true });
  });

  /** A line of a page in a shell, with the ports that this `penstock dev` has. */
  async function inShell(line: string): Promise<string> {
    const { [QUEUE]: queue, [RECEIVER]: receiver } = places;
    const here = Object.entries(places)
      .reduce((text, [from, to]) => text.replaceAll(from, to), line)
      .replaceAll(/npx penstock query \S+/g, (call) => `${call} --receiver ${receiver}`);
    const env = {
      BIN,
      NODE: process.execPath,
      PENSTOCK_QUEUE_URL: `${queue}/000000000000/penstock.fifo`,
      PENSTOCK_DEAD_LETTER_QUEUE_URL: `${queue}/000000000000/penstock-dead.fifo`,
      PENSTOCK_RECEIVER_URL: `${receiver}/`,
    };
    const script = `npx() { what=$1; shift; [ "$what" = node ] || set -- "$BIN" "$@"; "$NODE" "$@"; }\n${here}`;
    const { code, stdout, stderr } = await start("sh", ["-ec", script], { env, cwd: directory }).ended;
    expect({ line, code, stderr: code === 0 ? "" : stderr + stdout }).toEqual({ line, code: 0, stderr: "" });
    return stdout;
  }

  /** A sample takes a moment from the queue to the receiver. */
  async function untilStored(line: string): Promise<void> {
    await expect.poll(() => inShell(line), { timeout: STORED_WITHIN_MS }).not.toMatch(/No series/);
  }

  test.each(RUN_HERE)("every line of %s does what it says, with what the lines before it set", async (page) => {
    const exports: string[] = [];
    for (const line of blocksOf(page).flatMap(linesOf)) {
      if (NPM.test(line)) continue;
      if (line.startsWith("export ")) exports.push(line);
      else if (line.includes("penstock query")) await untilStored(line);
      else await inShell([...exports, line].join("\n"));
    }
  });

  test("the README's program is counted, together with what its shell sends, by the query that the README has", async () => {
    const query = blocksOf("README.md")
      .flatMap(linesOf)
      .find((line) => line.includes("/api/v1/query"))!;
    await expect
      .poll(async () => JSON.parse(await inShell(query)) as unknown, { timeout: STORED_WITHIN_MS })
      .toMatchObject({ data: { result: [{ metric: { country: "is" }, value: [expect.any(Number), "2"] }] } });
  });
});
