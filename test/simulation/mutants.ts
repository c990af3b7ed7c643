import { spawn } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { PLANTED, type Planted } from "./planted.ts";

/**
 * Plants one bug after the other in a copy of the tree and runs the simulation on it until the bug is caught. Exits with
 * 1 when one survives. A name, or a part of it, as the argument plants only those.
 *
 *   npm run sim:mutants
 *   npm run sim:mutants -- receipt
 */

/** A bug that lives longer is one that the simulation does not see. */
const MAX_SEEDS = 4_000;
const MAX_MS = 120_000;
/** Before any bug is planted, so many worlds must be well. */
const SOUND_SEEDS = 200;

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
/** What the simulation runs; nothing else is copied. */
const PACKAGES = ["model", "producer", "remote-write", "flusher", "consumer", "local"];

const stop = new AbortController();
process.once("SIGINT", () => stop.abort());

const copy = mkdtempSync(join(tmpdir(), "penstock-mutants-"));
try {
  copyTree(copy);
  process.exitCode = await plantAll(PLANTED.filter(({ name }) => name.includes(process.argv[2] ?? "")));
} finally {
  rmSync(copy, { recursive: true, force: true });
}

async function plantAll(planted: readonly Planted[]): Promise<number> {
  if (planted.length === 0) {
    console.log(`Expected a part of a planted bug's name (test/simulation/planted.ts), got \`${process.argv[2]}\``);
    return 2;
  }
  for (const one of planted) apply(one, () => {});
  const sound = await simulate(SOUND_SEEDS);
  if (sound !== undefined) {
    console.log(`The tree itself breaks the promise, at seed ${sound}: there is no use in planting bugs`);
    return 1;
  }
  let survivors = 0;
  for (const one of planted) {
    if (stop.signal.aborted) return 1;
    const startedMs = performance.now();
    const seed = await apply(one, () => simulate(MAX_SEEDS));
    const seconds = ((performance.now() - startedMs) / 1_000).toFixed(0);
    if (seed === undefined) survivors++;
    const fate = seed === undefined ? `SURVIVED ${MAX_SEEDS}` : `caught by ${String(seed).padStart(4)}`;
    console.log(`${fate} seeds, ${seconds.padStart(3)} s: ${one.name}`);
  }
  console.log(`${planted.length - survivors} of ${planted.length} planted bugs were caught`);
  return survivors > 0 ? 1 : 0;
}

/** Plants a bug while `work` goes on, and takes it out again. */
function apply<T>({ name, file, old, new: planted }: Planted, work: () => T): T {
  const path = join(copy, file);
  const text = readFileSync(path, "utf8");
  const times = text.split(old).length - 1;
  if (times !== 1) throw new Error(`Expected the place of "${name}" once in ${file}, found it ${times} times: ${old}`);
  writeFileSync(
    path,
    text.replace(old, () => planted),
  );
  const undo = () => writeFileSync(path, text);
  const result = work();
  if (result instanceof Promise) return result.finally(undo) as T;
  undo();
  return result;
}

/** The first seed at which the promise is broken in the copy, or that never ends; undefined when all is well. */
async function simulate(seeds: number): Promise<number | undefined> {
  const args = [
    "--conditions=@penstock/source",
    "test/simulation/main.ts",
    "--json",
    "--bail",
    "--seeds",
    String(seeds),
  ];
  const child = spawn(process.execPath, args, { cwd: copy, stdio: ["ignore", "pipe", "inherit"] });
  const timer = setTimeout(() => child.kill("SIGKILL"), MAX_MS);
  const abort = () => child.kill("SIGKILL");
  stop.signal.addEventListener("abort", abort, { once: true });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => {
    output += chunk.toString();
  });
  await new Promise((resolve) => child.once("close", resolve));
  clearTimeout(timer);
  stop.signal.removeEventListener("abort", abort);
  if (child.signalCode !== null)
    throw new Error(`Expected the simulation to end within ${MAX_MS / 1_000} s, it did not`);
  const { failures } = JSON.parse(output) as { failures: { seed: number }[] };
  return failures[0]?.seed;
}

/** The sources as they are in the checkout, and the installed packages by links. */
function copyTree(to: string): void {
  mkdirSync(join(to, "node_modules/@penstock"), { recursive: true });
  for (const name of readdirSync(join(ROOT, "node_modules"))) {
    if (name !== "@penstock") symlinkSync(join(ROOT, "node_modules", name), join(to, "node_modules", name));
  }
  for (const name of PACKAGES) {
    const [from, into] = [join(ROOT, "packages", name), join(to, "packages", name)];
    cpSync(join(from, "src"), join(into, "src"), { recursive: true });
    cpSync(join(from, "package.json"), join(into, "package.json"));
    if (existsSync(join(from, "node_modules"))) symlinkSync(join(from, "node_modules"), join(into, "node_modules"));
    symlinkSync(join(to, "packages", name), join(to, "node_modules/@penstock", name));
  }
  cpSync(join(ROOT, "package.json"), join(to, "package.json"));
  cpSync(join(ROOT, "test/simulation"), join(to, "test/simulation"), { recursive: true });
}
