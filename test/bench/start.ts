import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { type Bundled, makeBundles } from "./bundles.ts";
import { type Line, median, type Size } from "./measure.ts";

const RECEIVER_URL = "https://aps-workspaces.eu-west-1.amazonaws.com/workspaces/ws-12345678/";
const DEAD_LETTERS = "https://sqs.eu-west-1.amazonaws.com/123456789012/dead.fifo";
const ENVIRONMENT = {
  PENSTOCK_RECEIVER_URL: RECEIVER_URL,
  PENSTOCK_DEAD_LETTER_QUEUE_URL: DEAD_LETTERS,
  AWS_REGION: "eu-west-1",
  AWS_ACCESS_KEY_ID: "local",
  AWS_SECRET_ACCESS_KEY: "local",
};
const MAX_IMPORT_MS = 60;
/** Processes for one round of other benches. */
const PROCESSES_A_ROUND = 3;

/** Bytes of the bundles, and what Node takes to import them: most of a cold start that is ours. */
export async function start(size: Size): Promise<Line[]> {
  const { consumer, producer, remove } = await makeBundles();
  try {
    const own: Import[] = [];
    const service: Import[] = [];
    for (let i = 0; i < PROCESSES_A_ROUND * size.rounds; i++) {
      own.push(await timeImport(consumer));
      service.push(await timeImport(producer));
    }
    return [...lines("consumer", consumer, own, { atLeast: 1 }), ...lines("producer", producer, service, {})];
  } finally {
    await remove();
  }
}

function lines(name: string, bundled: Bundled, imports: readonly Import[], promise: Pick<Line, "atLeast">): Line[] {
  const cpuMs = median(imports.map((one) => one.cpuMs));
  const wallMs = median(imports.map((one) => one.wallMs));
  const kb = (bytes: number): number => bytes / 1_000;
  const [read, all] = [kb(bundled.importedBytes), kb(bundled.bytes)];
  const against = `against ${MAX_IMPORT_MS} ms; CPU ${cpuMs.toFixed(0)} ms, of ${imports.length} processes`;
  return [
    {
      name: `${name}'s import`,
      unit: "ms",
      ours: wallMs,
      theirs: MAX_IMPORT_MS,
      ratio: MAX_IMPORT_MS / wallMs,
      ...promise,
      note: against,
    },
    {
      name: `${name}'s bundle`,
      unit: "KB",
      ours: read,
      theirs: all,
      ratio: all / read,
      note: "read at a cold start, against all of it",
    },
  ];
}

interface Import {
  readonly wallMs: number;
  readonly cpuMs: number;
}

async function timeImport({ file }: Bundled): Promise<Import> {
  const script = fileURLToPath(new URL("import-time.ts", import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [script, file], { env: ENVIRONMENT });
  return JSON.parse(stdout) as Import;
}
